"""Interrupted time series: level and slope after a date against the trend before, two error models side by side.

``its(data, outcome=..., time=..., start=...) -> InterruptedSeries``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.models.its_series import (
    default_lag,
    on_scale,
    segmented_design,
    series_arrays,
    series_contrasts,
    series_model,
)
from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.change.models.terms import t_inference
from sctoolkit.errors import DataError, DesignError, OptionError
from sctoolkit.numerics.linear.time_series import breusch_godfrey, durbin_watson, fit_ar1
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ENOUGH_POINTS = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InterruptedSeries(Result):
    """Changes of level and slope, and the gap to the continued trend at ``horizons``, under both error models.

    With a comparison series the rows are differences between the series in these changes. With ``log`` or ``counts``
    estimates are differences of logs; ``fitted`` and ``counterfactual`` are then logs, or expected counts.
    """

    rows: tuple[dict[str, Any], ...]
    fitted: FloatArray = field(repr=False)
    counterfactual: FloatArray = field(repr=False)
    time: FloatArray = field(repr=False)
    phi: float
    lag: int
    durbin_watson: float
    breusch_godfrey_p: float
    n_before: int
    n_after: int
    log: bool
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def __post_init__(self) -> None:
        for name in ("fitted", "counterfactual", "time"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def tidy(self) -> pd.DataFrame:
        """Return one row a quantity and error model."""
        return tidy_frame(self.rows)

    def glance(self) -> pd.DataFrame:
        """Return one row: points, leftover correlation, lag."""
        names = ("n_before", "n_after", "phi", "lag", "durbin_watson", "breusch_godfrey_p", "log")
        return pd.DataFrame([{"n_obs": self.provenance.n_used, **{name: getattr(self, name) for name in names}}])


def its(
    data: pd.DataFrame,
    *,
    outcome: str,
    time: str,
    start: float,
    season: str | None = None,
    comparison: str | None = None,
    covariates: Sequence[str] = (),
    log: bool = False,
    counts: bool = False,
    exposure: str | None = None,
    lag: int | None = None,
    horizons: Sequence[float] = (6, 12),
    ci_level: float = 0.95,
) -> InterruptedSeries:
    """Compare a series after a date with the trend before it.

    Parameters
    ----------
    data : DataFrame
        One row a period (and series).
    outcome, time : str
        ``time`` holds whole numbers (months since some date); gaps are allowed.
    start : float
        First period after the change.
    season : str, optional
        Column of the month or quarter; each gets an intercept.
    comparison : str, optional
        0/1 column, 1 for the series with the programme; the other one is the comparison (a controlled series).
    covariates : sequence of str
    log : bool
        Whether to take logs of the outcome (rates above zero).
    counts : bool
        Whether the outcome is a count that may be zero: a log-linear model with Newey-West errors (which hold under
        any spread) takes the place of the linear one, and beside it AR(1) on log(count + 1/2).
    exposure : str, optional
        With ``counts``: column of people or days at risk.
    lag : int, optional
        Newey-West lag; the number of seasons, or n^(1/4) times 1.2, at least 3, unless given.
    horizons : sequence of numbers
        Periods after ``start`` at which the gap to the continued trend is told.
    ci_level : float

    Returns
    -------
    InterruptedSeries

    Raises
    ------
    DataError
        If columns are absent, times repeat, or logs of zero are asked for.
    DesignError
        If there are fewer than 3 points before or after.

    Notes
    -----
    y = b0 + b1 t + b2 after + b3 (t - start) after (+ season + covariates), with all of b0 to b3 by series when there
    is a comparison. Newey-West (n / (n - p) correction) and AR(1) generalised least squares by maximum likelihood may
    differ by orders of magnitude in p; when they disagree, the series does not decide. Level is read at ``start``.

    References
    ----------
    Wagner et al. (2002), doi:10.1046/j.1365-2710.2002.00430.x; Newey and West (1987).   Oracle: its_seatbelts.

    Examples
    --------
    >>> data = pd.DataFrame({"t": range(24), "y": [1.0, 2, 1, 3] * 3 + [5.0, 6, 4, 7] * 3})
    >>> series = its(data, outcome="y", time="t", start=12, horizons=(6,))
    >>> series.tidy()["term"].tolist()[:3]
    ['level', 'slope', 'gap after 6']
    """
    if counts and log:
        raise OptionError(
            "`counts` already works on the log scale, so `log` must be left out.",
            where="`counts` and `log`",
            hint="Drop `log`.",
        )
    needed = [outcome, time, *covariates, *(name for name in (season, comparison, exposure) if name)]
    require_columns(data, needed)
    frame = data.dropna(subset=needed).sort_values([*([comparison] if comparison else []), time], kind="stable")
    y, t, group = series_arrays(frame, outcome, time, comparison, log)
    after = (t >= start).astype(np.float64)
    mine = np.ones(len(t), dtype=bool) if group is None else group == 1
    n_before, n_after = _enough(mine, after)
    design, names = segmented_design(frame, t, after, start, group, season, covariates)
    steps = lag if lag is not None else default_lag(frame, season, len(y))
    shift = _shift(frame, y, outcome, exposure) if counts else None
    model = series_model(design, y, steps, group, shift)
    second = y if shift is None else np.log(y + 0.5) - shift
    ar1 = fit_ar1(design, second, np.round(t).astype(np.int64), group)
    prefix = "" if group is None else "programme:"
    contrasts = series_contrasts(names, prefix, horizons)
    rows = _rows(contrasts, model.coef, model.vcov, ar1.dof, model.method, ci_level, len(y))
    rows += _rows(contrasts, ar1.coef, ar1.vcov, ar1.dof, "AR(1) GLS (ML), t(n-p)", ci_level, len(y))
    base = design.copy()
    base[:, [names.index(f"{prefix}after"), names.index(f"{prefix}slope_after")]] = 0.0
    order = min(max(steps, 1), max(1, len(y) // 4))
    return InterruptedSeries(
        rows=tuple(rows), fitted=on_scale(design @ model.coef, shift)[mine],
        counterfactual=on_scale(base @ model.coef, shift)[mine], time=t[mine], phi=ar1.phi, lag=steps,
        durbin_watson=durbin_watson(model.residuals),
        breusch_godfrey_p=breusch_godfrey(design, model.residuals, order)[1],
        n_before=n_before, n_after=n_after, log=log or counts,
        provenance=Provenance(
            analysis=f"interrupted series of {outcome} at {start:g}", n_in=len(data), n_used=len(y),
            missing_rule="periods with a missing value left out",
            options={"start": start, "season": season, "comparison": comparison, "log": log, "lag": steps},
        ),
        caveats=tuple(_caveats(rows, n_before, n_after, len(data) - len(y), group is not None, 1 - ci_level)),
    )  # fmt: skip


def _enough(mine: npt.NDArray[np.bool_], after: FloatArray) -> tuple[int, int]:
    """Return the points of the series before and after; there must be three of each."""
    n_before, n_after = int((mine & (after == 0)).sum()), int((mine & (after == 1)).sum())
    if min(n_before, n_after) < 3:
        raise DesignError(
            f"An interrupted series needs at least 3 points before and after, not {n_before} and {n_after}.",
            hint="Describe the points, or wait for more of them.",
        )
    return n_before, n_after


def _shift(frame: pd.DataFrame, y: FloatArray, outcome: str, exposure: str | None) -> FloatArray:
    """Return the logarithm of what counts were counted over, 0 without an exposure."""
    if (y < 0).any():
        raise DataError(
            f"A count must not be below zero, and `{outcome}` is in {int((y < 0).sum())} periods.",
            hint="Leave `counts` out for scores and differences.",
        )
    return np.log(frame[exposure].to_numpy(dtype=np.float64)) if exposure else np.zeros(len(y))


def _rows(
    contrasts: list[tuple[str, FloatArray]], coef: FloatArray, variance: FloatArray, dof: int, method: str,
    ci_level: float, n_obs: int,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return one row a quantity under one error model."""
    out = []
    for term, row in contrasts:
        columns = t_inference(float(row @ coef), float(row @ variance @ row) ** 0.5, dof, ci_level)
        values = {name: float(value) for name, value in columns.items()}
        out.append({"term": term, **values, "ci_level": ci_level, "n_obs": n_obs, "method": method})
    return out


def _caveats(
    rows: list[dict[str, Any]], n_before: int, n_after: int, n_left: int, compared: bool, alpha: float
) -> list[Caveat]:
    out = []
    if min(n_before, n_after) < ENOUGH_POINTS:
        sentence = f"{n_before} points before and {n_after} after; {ENOUGH_POINTS} of each are the least for a trend."
        out.append(Caveat(code="few_points", sentence=sentence, numbers={"n_before": n_before, "n_after": n_after}))
    half = len(rows) // 2
    split = [
        a["term"]
        for a, b in zip(rows[:half], rows[half:], strict=True)
        if (a["p_value"] < alpha) != (b["p_value"] < alpha)
    ]
    if split:
        sentence = f"Newey-West and AR(1) disagree on {', '.join(split)}: the series does not decide."
        out.append(Caveat(code="error_models_disagree", sentence=sentence, numbers={"terms": split}))
    if not compared:
        sentence = "No comparison series: anything else that began at that date is in these numbers."
        out.append(Caveat(code="no_comparison", sentence=sentence))
    if n_left:
        sentence = f"{n_left} periods were left out because a value is missing."
        out.append(Caveat(code="rows_left_out", sentence=sentence, numbers={"n_left_out": n_left}))
    return out
