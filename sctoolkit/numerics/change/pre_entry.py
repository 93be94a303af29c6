"""Whether cohorts moved alike before they entered: the joint test of all differences before entry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from sctoolkit.numerics.change.group_time import GroupTime

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PreEntryTest:
    """Wald ``statistic`` of ``count`` differences, F with (count, ``dof``) degrees of freedom; nan when undefined."""

    statistic: float
    count: int
    f_value: float
    dof: float
    p_value: float


def pre_entry_wald(result: GroupTime, anticipation: int = 0) -> tuple[float, int]:
    """Return the Wald statistic of all differences before entry, and their number; nan when they are dependent."""
    before = _before(result, anticipation)
    count = int(before.sum())
    influence = result.influence[:, before]
    if count == 0 or not np.isfinite(influence).all():
        return float("nan"), count
    n = len(result.entry)
    variance = influence.T @ influence / n**2
    if np.linalg.matrix_rank(variance) < count:
        return float("nan"), count
    att = result.att[before]
    return float(att @ np.linalg.solve(variance, att)), count


def _before(result: GroupTime, anticipation: int) -> npt.NDArray[np.bool_]:
    """Return the cells that lie before entry and compare something."""
    return np.asarray((result.period < result.group - anticipation) & (result.n_entered > 0))


def pre_entry_test(result: GroupTime, anticipation: int = 0) -> PreEntryTest:
    """Test that all differences before entry are zero, with degrees of freedom for few units.

    Parameters
    ----------
    result : GroupTime
        Made with ``small_sample=True``.
    anticipation : int
        Periods before entry in which entrants may already react: they do not count as before.

    Returns
    -------
    PreEntryTest
        p is nan when a cohort of one, more differences than degrees of freedom, or dependent ones forbid the test.

    Notes
    -----
    The variance is a sum over cohorts, V = sum V_c, each on n_c - 1 degrees of freedom. With q differences
    v = (q + q^2) / sum [tr((V_c V^-1)^2) + tr(V_c V^-1)^2] / (n_c - 1) and F = W (v - q + 1) / (v q) on q and
    v - q + 1: for one difference this is Welch's test. A chi-square with few units would reject far too often.

    References
    ----------
    Nel and van der Merwe (1986), doi:10.1080/03610928608829342; Krishnamoorthy and Yu (2004),
    doi:10.1016/j.spl.2003.10.012.
    """
    statistic, count = pre_entry_wald(result, anticipation)
    nan = float("nan")
    if not np.isfinite(statistic):
        return PreEntryTest(nan, count, nan, nan, nan)
    influence = result.influence[:, _before(result, anticipation)]
    inverse = np.linalg.inv(influence.T @ influence)
    spread = 0.0
    for cohort in np.unique(result.entry):
        own = influence[result.entry == cohort]
        size = int((own != 0).any(axis=1).sum())
        if size > 1:
            part = own.T @ own @ inverse
            spread += float(np.trace(part @ part) + np.trace(part) ** 2) / (size - 1)
    whole = (count + count**2) / spread
    dof = whole - count + 1
    if dof <= 0:
        return PreEntryTest(statistic, count, nan, float(dof), nan)
    f_value = statistic * dof / (whole * count)
    return PreEntryTest(statistic, count, float(f_value), float(dof), float(stats.f.sf(f_value, count, dof)))
