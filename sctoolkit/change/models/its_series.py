"""The parts of an interrupted series: checked arrays, the segmented design, and the model with Newey-West errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError
from sctoolkit.numerics.linear.least_squares import fit_least_squares
from sctoolkit.numerics.linear.time_series import fit_counts, lagged_meat, newey_west

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def series_arrays(
    frame: pd.DataFrame, outcome: str, time: str, comparison: str | None, log: bool
) -> tuple[FloatArray, FloatArray, IntArray | None]:
    """Return outcome, time and codes of the series (1 the programme's), checked."""
    y, t = frame[outcome].to_numpy(dtype=np.float64), frame[time].to_numpy(dtype=np.float64)
    if log and (y <= 0).any():
        raise DataError(
            f"Logs need an outcome above zero, and `{outcome}` is not in {int((y <= 0).sum())} periods.",
            hint="Leave `log` out, or put periods together until none is empty.",
        )
    if np.ptp(y) == 0 if y.size else True:
        raise DataError(
            f"The outcome `{outcome}` must vary over periods, and it does not.", hint="Describe the constant."
        )
    group = None
    if comparison is not None:
        values = frame[comparison].to_numpy(dtype=np.float64)
        if set(np.unique(values)) != {0.0, 1.0}:
            raise DataError(
                f"`{comparison}` must hold 0 (comparison) and 1 (programme), both of them.",
                where=f"It holds {', '.join(f'{value:g}' for value in np.unique(values)[:5])}.",
                hint="Leave `comparison` out if there is one series.",
            )
        group = values.astype(np.int64)
    keys = list(zip(group if group is not None else np.zeros(len(t)), t, strict=True))
    if len(set(keys)) < len(keys):
        raise DataError(
            f"Every period must be there once in a series, and `{time}` repeats.",
            hint="Add up or average the rows of a period first, or name the `comparison` column.",
        )
    return (np.log(y) if log else y), t, group


def segmented_design(
    frame: pd.DataFrame, t: FloatArray, after: FloatArray, start: float, group: IntArray | None, season: str | None,
    covariates: Sequence[str],
) -> tuple[FloatArray, list[str]]:  # fmt: skip
    """Columns of the segmented regression and their names."""
    parts = {"(Intercept)": np.ones(len(t)), "time": t - start, "after": after, "slope_after": (t - start) * after}
    if group is not None:
        extra = {f"programme:{name}": column * group for name, column in parts.items()}
        parts = {**parts, **extra}
    if season is not None:
        levels = np.unique(frame[season].to_numpy())
        parts |= {f"{season}[{level}]": (frame[season] == level).to_numpy(dtype=np.float64) for level in levels[1:]}
    parts |= {name: frame[name].to_numpy(dtype=np.float64) for name in covariates}
    return np.column_stack(list(parts.values())), list(parts)


def default_lag(frame: pd.DataFrame, season: str | None, n: int) -> int:
    """Return the number of seasons, or 1.2 n^(1/4) and at least 3; at most a third of the points."""
    wanted = frame[season].nunique() if season is not None else int(max(3, np.ceil(1.2 * n**0.25)))
    return int(min(wanted, n // 3))


@dataclass(frozen=True, slots=True)
class SeriesModel:
    """The model with Newey-West errors: linear, or log-linear for counts (Pearson residuals then)."""

    coef: FloatArray
    vcov: FloatArray
    residuals: FloatArray
    method: str


def series_model(
    design: FloatArray, y: FloatArray, lag: int, group: IntArray | None, shift: FloatArray | None
) -> SeriesModel:
    """Fit the linear model, or with ``shift`` (log exposure) the log-linear one for counts."""
    if shift is None:
        fit = fit_least_squares(design, y)
        variance = newey_west(design, fit, lag, series=group)
        return SeriesModel(fit.coef, variance, fit.residuals, f"Newey-West lag {lag}, t(n-p)")
    counts = fit_counts(design, y, shift)
    meat = lagged_meat(design * (y - counts.mean)[:, None], lag, group)
    variance = counts.bread @ meat @ counts.bread * len(y) / (len(y) - design.shape[1])
    pearson = (y - counts.mean) / np.sqrt(counts.mean)
    return SeriesModel(counts.coef, variance, pearson, f"log-linear counts, Newey-West lag {lag}, t(n-p)")


def on_scale(linear: FloatArray, shift: FloatArray | None) -> FloatArray:
    """Expected counts for a model of counts, the linear predictor otherwise."""
    return linear if shift is None else np.asarray(np.exp(linear + shift))


def series_contrasts(names: list[str], prefix: str, horizons: Sequence[float]) -> list[tuple[str, FloatArray]]:
    """Return label and contrast of level, slope and the gap at each horizon."""
    level, slope = (np.eye(len(names))[names.index(f"{prefix}{name}")] for name in ("after", "slope_after"))
    return [("level", level), ("slope", slope), *((f"gap after {h:g}", level + h * slope) for h in horizons)]
