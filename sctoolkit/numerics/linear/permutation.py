"""Permutation of sites and flipping of signs: exact while assignments can be listed, with the smallest p they allow.

``permute_assignment(values, treated)`` re-deals which units are treated; ``flip_signs(values)`` asks whether changes
are centred at zero. Both count ties and print ``smallest_p``, below which no data could go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations
from math import comb
from typing import Literal

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.shift_interval import shift_interval

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

ENUMERATE_UP_TO = 200_000
TIE = 1e-12


@dataclass(frozen=True, slots=True)
class Permutation:
    """Result of a permutation test; limits by inversion, infinite where nothing is rejected, nan when not asked for."""

    estimate: float
    p_value: float
    p_greater: float
    p_less: float
    smallest_p: float
    n_assignments: int
    enumerated: bool
    ci_low: float
    ci_high: float


def assignments(
    treated: BoolArray, strata: npt.ArrayLike | None = None, n_draws: int = 9999, seed: int = 1,
    enumerate_up_to: int = ENUMERATE_UP_TO,
) -> tuple[BoolArray, bool]:  # fmt: skip
    """Return assignments in rows (B, n) and whether they are all there are; drawn ones start with the actual one.

    Within strata (pairs, districts) each keeps its own number treated.
    """
    n_units, n_treated = treated.size, int(treated.sum())
    rng = np.random.default_rng(seed)
    if strata is None:
        if comb(n_units, n_treated) <= enumerate_up_to:
            return _all_deals(n_units, n_treated), True
        out = np.zeros((n_draws + 1, n_units), dtype=bool)
        out[0] = treated
        for row in out[1:]:
            row[rng.permutation(n_units)[:n_treated]] = True
        return out, False
    labels = np.unique(np.asarray(strata), return_inverse=True)[1]
    groups = [np.flatnonzero(labels == label) for label in range(int(labels.max()) + 1)]
    total = np.prod([float(comb(len(group), int(treated[group].sum()))) for group in groups])
    if total <= enumerate_up_to:
        rows = [np.zeros(n_units, dtype=bool)]
        for group in groups:
            chosen = [list(pick) for pick in combinations(group.tolist(), int(treated[group].sum()))]
            rows = [_with(row, pick) for row in rows for pick in chosen]
        return np.array(rows), True
    out = np.tile(treated, (n_draws + 1, 1))
    for row in out[1:]:
        for group in groups:
            row[group] = treated[rng.permutation(group)]
    return out, False


@lru_cache(maxsize=2)
def _all_deals(n_units: int, n_treated: int) -> BoolArray:
    """Return every choice of units, in rows; read-only, kept because the outcomes of a study share them."""
    index = np.fromiter(chain.from_iterable(combinations(range(n_units), n_treated)), np.int64)
    out = np.zeros((comb(n_units, n_treated), n_units), dtype=bool)
    np.put_along_axis(out, index.reshape(len(out), n_treated), True, axis=1)
    out.setflags(write=False)
    return out


def _with(row: BoolArray, pick: list[int]) -> BoolArray:
    out = row.copy()
    out[pick] = True
    return out


def permute_assignment(
    values: FloatArray,
    treated: BoolArray,
    *,
    weights: FloatArray | None = None,
    strata: npt.ArrayLike | None = None,
    statistic: Literal["difference", "studentised"] = "difference",
    n_draws: int = 9999,
    seed: int = 1,
    ci_level: float | None = 0.95,
    enumerate_up_to: int = ENUMERATE_UP_TO,
) -> Permutation:
    """Test that treatment made no difference to any unit, by re-dealing it over units.

    Parameters
    ----------
    values : (n,) one value a unit (a site's mean, mean change, or residual mean)
    treated : (n,) booleans
    weights : (n,) positive, optional
        Of the means within arms.
    strata : (n,) labels, optional
        Re-deal within these only (matched pairs).
    statistic : {"difference", "studentised"}
        Of means; the studentised one guards against unequal spread.
    n_draws, seed : int
        Used when there are more assignments than ``enumerate_up_to``.
    ci_level : float or None
        Coverage of the interval of a constant shift, by inversion.
    enumerate_up_to : int

    Returns
    -------
    Permutation
        ``smallest_p`` is the two-sided p of the most extreme assignment.

    Raises
    ------
    NotIdentifiedError
        If an arm has no unit.

    References
    ----------
    Fisher (1935); Gail et al. (1996), doi:10.1002/(SICI)1097-0258(19960615)15:11<1069::AID-SIM220>3.0.CO;2-Q.
    Oracle: randomisation_inference (70 assignments listed in R).

    Examples
    --------
    >>> test = permute_assignment(np.array([1.0, 2.0, 3.0, 7.0, 8.0, 9.0]), np.array([0, 0, 0, 1, 1, 1], dtype=bool))
    >>> test.p_value, test.smallest_p
    (0.1, 0.1)
    """
    n, n_treated = values.size, int(treated.sum())
    if not 0 < n_treated < n:
        raise NotIdentifiedError(
            f"A permutation needs units in both arms, not {n_treated} of {n} treated.",
            hint="Check the column of the arm; without a comparison describe change alone.",
        )
    weight = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    deals, listed = assignments(treated, strata, n_draws, seed, enumerate_up_to)
    measure = _difference if statistic == "difference" else _studentised
    observed = float(measure(values, treated[None, :], weight)[0])
    drawn = measure(values, deals, weight)
    slack = TIE * max(1.0, float(np.abs(drawn[np.isfinite(drawn)]).max(initial=0.0)))
    p_value = float((np.abs(drawn) >= abs(observed) - slack).mean())
    extreme = float((np.abs(drawn) >= np.abs(drawn).max() - slack).mean())
    low, high = (np.nan, np.nan)
    estimate = float(_difference(values, treated[None, :], weight)[0])
    if ci_level is not None:
        low, high = _invert(values, treated, deals, weight, measure, estimate, 1 - ci_level)
    return Permutation(
        estimate=estimate,
        p_value=p_value,
        p_greater=float((drawn >= observed - slack).mean()),
        p_less=float((drawn <= observed + slack).mean()),
        smallest_p=extreme if listed else 1 / len(deals),
        n_assignments=len(deals),
        enumerated=listed,
        ci_low=low,
        ci_high=high,
    )


Measure = Callable[[FloatArray, BoolArray, FloatArray], FloatArray]


def _difference(values: FloatArray, deals: BoolArray, weight: FloatArray) -> FloatArray:
    """Weighted mean of treated minus weighted mean of the others, by row of deals."""
    top, size = deals @ (weight * values), deals @ weight
    total, full = (weight * values).sum(), weight.sum()
    return np.asarray(top / size - (total - top) / (full - size))


def _studentised(values: FloatArray, deals: BoolArray, weight: FloatArray) -> FloatArray:
    """Welch's t by row; without spread in either arm it falls back to a large multiple of the difference."""
    gap = _difference(values, deals, np.ones_like(weight))
    spread = np.zeros(len(deals))
    for side in (deals, ~deals):
        n = side.sum(axis=1)
        mean = side @ values / n
        square = np.maximum(side @ values**2 / n - mean**2, 0.0)
        spread += np.where(n > 1, square / np.maximum(n - 1, 1), 0.0)
    floor = 1e-12 * float(values.var() + 1e-300)
    return np.asarray(gap / np.sqrt(np.maximum(spread, floor)))


def _invert(
    values: FloatArray, treated: BoolArray, deals: BoolArray, weight: FloatArray, measure: Measure, estimate: float,
    alpha: float,
) -> tuple[float, float]:  # fmt: skip
    """Interval of constant shifts that are not rejected at alpha."""
    if measure is _difference:
        base, lean = (_difference(v, deals, weight) for v in (values, treated.astype(np.float64)))
        return shift_interval(base, lean, estimate, 1 - alpha)
    rows = np.vstack([treated[None, :], deals])

    def p_at(shift: float) -> float:
        found = measure(values - shift * treated, rows, weight)
        observed, drawn = abs(float(found[0])), found[1:]
        return float((np.abs(drawn) >= observed - TIE * max(1.0, observed)).mean())

    spread = float(np.ptp(values)) or 1.0
    limits = []
    for side in (-1.0, 1.0):
        inside, outside = estimate, estimate + side * spread
        while p_at(outside) > alpha and abs(outside - estimate) < 1e3 * spread:
            outside = estimate + 2 * (outside - estimate)
        if p_at(outside) > alpha:
            limits.append(side * np.inf)
            continue
        for _ in range(50):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if p_at(middle) > alpha else (inside, middle)
        limits.append((inside + outside) / 2)
    return float(limits[0]), float(limits[1])


def flip_signs(values: FloatArray, *, n_draws: int = 9999, seed: int = 1) -> Permutation:
    """Test that changes are centred at zero, by flipping their signs (all 2^n of them up to n = 17).

    Parameters
    ----------
    values : (n,) change of each unit (a person, or the mean of a site)

    Notes
    -----
    Assumes changes that are symmetric about their centre. The smallest p is 2 / 2^n: with 4 sites it is .125.

    References
    ----------
    Fisher (1935).   Oracle: sleep_paired (1,024 flips listed in R).

    Examples
    --------
    >>> flip_signs(np.array([1.0, 2.0, 3.0, 4.0])).p_value
    0.125
    """
    n = values.size
    if n < 2:
        raise NotIdentifiedError(
            f"Flipping signs needs at least 2 units, not {n}.",
            hint="Describe the one unit: alone it does not show how much units differ.",
        )
    listed = 2**n <= ENUMERATE_UP_TO
    if listed:
        flips = np.where(np.arange(2**n)[:, None] >> np.arange(n) & 1, -1.0, 1.0)
    else:
        drawn_flips = np.random.default_rng(seed).integers(0, 2, size=(n_draws, n)) * 2.0 - 1.0
        flips = np.vstack([np.ones(n), drawn_flips])
    observed, drawn = float(values.mean()), flips @ values / n
    slack = TIE * max(1e-300, float(np.abs(values).max()))
    return Permutation(
        estimate=observed,
        p_value=float((np.abs(drawn) >= abs(observed) - slack).mean()),
        p_greater=float((drawn >= observed - slack).mean()),
        p_less=float((drawn <= observed + slack).mean()),
        smallest_p=2 / 2**n if listed else 1 / len(flips),
        n_assignments=len(flips),
        enumerated=listed,
        ci_low=float("nan"),
        ci_high=float("nan"),
    )
