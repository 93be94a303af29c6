"""Paired yes-or-no and ordered answers: McNemar, Bowker's symmetry, Stuart-Maxwell's marginal homogeneity.

Tables are square, first answers in rows, second in columns, categories in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binom, chi2, norm

from sctoolkit.errors import DataError, NotIdentifiedError

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chi2Test:
    """A chi-square test."""

    chi2: float
    dof: int
    p_value: float


@dataclass(frozen=True, slots=True)
class PairedProportions:
    """Change of a proportion: second minus first, with Newcombe's interval, and McNemar's tests.

    ``odds_ratio`` is conditional (gained / lost), infinite when nobody lost.
    """

    first: float
    second: float
    difference: float
    std_error: float
    ci_low: float
    ci_high: float
    p_exact: float
    p_mid: float
    chi2: float
    p_chi2: float
    odds_ratio: float
    gained: int
    lost: int


def _square(table: FloatArray) -> FloatArray:
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or (counts < 0).any() or counts.sum() == 0:
        raise DataError(
            "A paired table must be square and hold counts, not all zero.",
            where=f"Sizes: {' by '.join(map(str, counts.shape))}.",
            hint="Count the same categories in rows (before) and columns (after), with 0 where nobody was.",
        )
    return counts


def paired_proportions(table: FloatArray, ci_level: float = 0.95) -> PairedProportions:
    """Compare a yes-or-no answer given twice.

    Parameters
    ----------
    table : (2, 2) counts; second category is "yes"
    ci_level : float

    Notes
    -----
    p exact is binomial on the discordant pairs; the interval is Newcombe's square-and-add with correlation.

    References
    ----------
    Fagerland, Lydersen and Laake (2013), doi:10.1186/1471-2288-13-91; Newcombe (1998).   Oracle: paired_categorical.

    Examples
    --------
    >>> test = paired_proportions(np.array([[10.0, 6.0], [1.0, 8.0]]))
    >>> round(test.difference, 2), round(test.p_exact, 3)
    (0.2, 0.125)
    """
    counts = _square(table)
    if counts.shape != (2, 2):
        raise DataError(
            f"A yes-or-no table must be 2 by 2, not {counts.shape[0]} by {counts.shape[1]}.",
            hint="Count no and yes before (rows) and after (columns); merge further answers into these two.",
        )
    n, gained, lost = float(counts.sum()), float(counts[0, 1]), float(counts[1, 0])
    p1, p2 = float(counts[1].sum() / n), float(counts[:, 1].sum() / n)
    difference, discordant = p2 - p1, gained + lost
    error = float(np.sqrt(discordant - (gained - lost) ** 2 / n) / n)
    few = min(gained, lost)
    exact = min(1.0, 2 * float(binom.cdf(few, discordant, 0.5))) if discordant else 1.0
    mid = exact - float(binom.pmf(few, discordant, 0.5)) if discordant and gained != lost else exact
    statistic = (gained - lost) ** 2 / discordant if discordant else 0.0
    low, high = _newcombe(counts, p1, p2, n, ci_level)
    return PairedProportions(
        first=p1, second=p2, difference=difference, std_error=error, ci_low=low, ci_high=high, p_exact=exact,
        p_mid=mid, chi2=statistic, p_chi2=float(chi2.sf(statistic, 1)),
        odds_ratio=gained / lost if lost else (np.inf if gained else np.nan), gained=int(gained), lost=int(lost),
    )  # fmt: skip


def _newcombe(counts: FloatArray, p1: float, p2: float, n: float, ci_level: float) -> tuple[float, float]:
    z = float(norm.ppf(0.5 + ci_level / 2))
    (l1, u1), (l2, u2) = _wilson(p1, n, z), _wilson(p2, n, z)
    margins = float(np.prod(counts.sum(axis=0)) * np.prod(counts.sum(axis=1)))
    top = float(counts[0, 0] * counts[1, 1] - counts[0, 1] * counts[1, 0])
    corrected = max(top - n / 2, 0.0) if top > 0 else top
    phi = corrected / float(np.sqrt(margins)) if margins > 0 else 0.0
    difference = p2 - p1
    down = (p2 - l2) ** 2 - 2 * phi * (p2 - l2) * (u1 - p1) + (u1 - p1) ** 2
    up = (u2 - p2) ** 2 - 2 * phi * (u2 - p2) * (p1 - l1) + (p1 - l1) ** 2
    return difference - float(np.sqrt(max(down, 0.0))), difference + float(np.sqrt(max(up, 0.0)))


def _wilson(p: float, n: float, z: float) -> tuple[float, float]:
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * float(np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))) / (1 + z**2 / n)
    return centre - half, centre + half


def bowker(table: FloatArray) -> Chi2Test:
    """Test that moves between any two categories are as frequent in both directions.

    Notes
    -----
    Pairs of categories between which nobody moved do not count towards the degrees of freedom.

    References
    ----------
    Bowker (1948), doi:10.1080/01621459.1948.10483284.   Oracle: paired_categorical (mcnemar.test).

    Examples
    --------
    >>> bowker(np.array([[5.0, 4.0], [1.0, 7.0]])).chi2
    1.8
    """
    counts = _square(table)
    upper = np.triu_indices(counts.shape[0], 1)
    a, b = counts[upper], counts.T[upper]
    used = a + b > 0
    statistic = float(((a - b)[used] ** 2 / (a + b)[used]).sum())
    dof = int(used.sum())
    return Chi2Test(statistic, dof, float(chi2.sf(statistic, dof)) if dof else float("nan"))


def stuart_maxwell(table: FloatArray) -> Chi2Test:
    """Test that the distribution of answers is the same both times.

    Raises
    ------
    NotIdentifiedError
        If nobody moved.

    Notes
    -----
    Categories that nobody left or entered are taken out first.

    References
    ----------
    Stuart (1955), doi:10.2307/2333387; Maxwell (1970).   Oracle: paired_categorical (coin::mh_test).

    Examples
    --------
    >>> round(stuart_maxwell(np.array([[20, 5, 0], [1, 30, 6], [0, 2, 10.0]])).chi2, 3)
    4.667
    """
    counts = _square(table)
    moved = counts - np.diag(np.diag(counts))
    used = moved.sum(axis=0) + moved.sum(axis=1) > 0
    counts = counts[np.ix_(used, used)]
    k = counts.shape[0]
    if k < 2:
        raise NotIdentifiedError(
            "A test of moved answers needs someone who moved, and nobody did.",
            hint="Report that all answers stayed the same; check that both columns are not the same wave.",
        )
    gap = (counts.sum(axis=1) - counts.sum(axis=0))[:-1]
    spread = -(counts + counts.T)
    np.fill_diagonal(spread, counts.sum(axis=0) + counts.sum(axis=1) - 2 * np.diag(counts))
    statistic = float(gap @ np.linalg.lstsq(spread[:-1, :-1], gap, rcond=None)[0])
    return Chi2Test(statistic, k - 1, float(chi2.sf(statistic, k - 1)))


def marginal_trend(table: FloatArray, scores: FloatArray | None = None) -> tuple[float, float]:
    """Return z and p of a shift of the mean score from first to second answer (positive: upwards).

    Examples
    --------
    >>> round(marginal_trend(np.array([[5.0, 4.0], [1.0, 7.0]]))[0], 3)
    1.342
    """
    counts = _square(table)
    values = np.arange(1.0, counts.shape[0] + 1) if scores is None else scores
    change = values[None, :] - values[:, None]
    spread = float((counts * change**2).sum())
    if spread == 0:
        raise NotIdentifiedError(
            "A shift of the mean score needs someone who moved, and nobody did.",
            hint="Report that all answers stayed the same; check that both columns are not the same wave.",
        )
    z = float((counts * change).sum()) / float(np.sqrt(spread))
    return z, float(2 * norm.sf(abs(z)))
