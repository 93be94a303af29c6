"""Means of scores by wave, side and group, with the standard error that the sampling design asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sctoolkit.errors import DataError, did_you_mean
from sctoolkit.numerics.linear.design_mean import DesignMean, design_mean
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame
from sctoolkit.scoring.scores import Scores


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Description(Result):
    """Means, SDs and shares at the ends of the scale.

    Attributes
    ----------
    outcomes : tuple of str
        What was described.
    rows : tuple of mappings
        One a cell and term, keyed as in `tidy`: ``mean``, ``sd`` and, for scales with a known range, the shares
        ``at_lowest`` and ``at_highest`` possible score.
    """

    outcomes: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row an outcome, cell and term; shares are of 0 to 1."""
        return tidy_frame(self.rows)


def describe(
    data: pd.DataFrame | Scores,
    outcomes: str | Sequence[str] | None = None,
    *,
    by: Sequence[str] = ("wave", "side"),
    weight: str | None = None,
    stratum: str | None = None,
    psu: str | None = None,
    ci_level: float = 0.95,
) -> Description:
    """Means of outcomes in each cell of ``by``.

    Parameters
    ----------
    data : DataFrame or Scores
        One row a respondent and wave. `Scores` bring their scales and, where they have them, weight, stratum and psu.
    outcomes : str or sequence of str, optional
        Columns to describe; all scales of `Scores` when left out.
    by : sequence of str
        Columns that make the cells, of ``wave``, ``side``, ``group``; those that the data lack are left out.
    weight, stratum, psu : str, optional
        Columns of sampling weight, stratum and primary sampling unit.
    ci_level : float
        Level of the t intervals, with sampling units less strata as degrees of freedom.

    Returns
    -------
    Description
        Missing outcomes are left out of a mean, and still count as members of the sampling design. With weights, each
        cell has weighted rows first and unweighted ones after (``method`` tells them apart); cases without a weight do
        not count in the weighted ones, and a caveat says how many.

    Raises
    ------
    DataError
        If a column is missing, or a weight is negative.

    Notes
    -----
    Linearised (Taylor) variance; see `sctoolkit.numerics.linear.design_mean`. Oracle: R survey, svymean.

    Examples
    --------
    >>> frame = pd.DataFrame({"wave": ["1", "1", "2", "2"], "trust": [2.0, 4.0, 3.0, 5.0]})
    >>> describe(frame, "trust").tidy().query("term == 'mean'")["estimate"].tolist()
    [3.0, 4.0]
    """
    frame, names, design = _prepare(data, outcomes, weight=weight, stratum=stratum, psu=psu)
    ends = {name: scale.range for name, scale in data.instrument.scale.items()} if isinstance(data, Scores) else {}
    keys = [name for name in by if name in frame.columns]
    cells = frame.groupby(keys, sort=False, dropna=False).indices if keys else {(): np.arange(len(frame))}
    rows: list[dict[str, Any]] = []
    for name in names:
        for key, index in cells.items():
            place = dict(zip(keys, key if isinstance(key, tuple) else (key,), strict=True))
            cell = _cell(frame.iloc[index], name, design, ends.get(name), ci_level)
            rows.extend({"scale": name, **place, **row} for row in cell)
    return Description(
        outcomes=names,
        rows=tuple(rows),
        provenance=Provenance(
            analysis="description",
            n_in=len(frame),
            n_used=len(frame),
            options={"by": keys, **design, "ci_level": ci_level},
        ),
        caveats=tuple(_weight_caveats(frame, design)),
    )


def _prepare(
    data: pd.DataFrame | Scores, outcomes: str | Sequence[str] | None, **design: str | None
) -> tuple[pd.DataFrame, tuple[str, ...], dict[str, str]]:
    if isinstance(data, Scores):
        frame, default = data.frame(), data.scales
        design = {role: column or (role if role in frame.columns else None) for role, column in design.items()}
    else:
        frame, default = data, ()
    names = (outcomes,) if isinstance(outcomes, str) else tuple(outcomes or default)
    used = {role: column for role, column in design.items() if column is not None}
    for column in (*names, *used.values()):
        if column not in frame.columns:
            raise DataError(
                f"The data must have a column `{column}`.", hint=did_you_mean(column, map(str, frame.columns))
            )
    if not names:
        raise DataError(
            "`outcomes` must name at least one column.", hint="For example `outcomes=['bonding', 'bridging']`."
        )
    if "weight" in used and (frame[used["weight"]].to_numpy(dtype=np.float64) < 0).any():
        raise DataError(
            f"Weights must not be negative; column `{used['weight']}` holds negative ones.",
            hint="Give people who do not count a weight of 0.",
        )
    return frame, names, used


def _cell(
    cell: pd.DataFrame, name: str, design: dict[str, str], ends: tuple[float, float] | None, ci_level: float
) -> Iterator[dict[str, Any]]:
    values = cell[name].to_numpy(dtype=np.float64)
    strata, units = _labels(cell, design, "stratum"), _labels(cell, design, "psu")
    weights = cell[design["weight"]].to_numpy(dtype=np.float64) if "weight" in design else None
    ways = [("unweighted", None)] if weights is None else [("weighted, linearised", weights), ("unweighted", None)]
    for method, weight in ways:
        live = np.isfinite(values) if weight is None else np.isfinite(values) & (weight > 0)
        if not live.any():
            yield {"term": "mean", "estimate": float("nan"), "n_obs": 0, "method": method}
            continue
        figure = design_mean(values, weight, strata, units)
        yield _mean_row(figure, ci_level, method)
        yield {"term": "sd", "estimate": figure.sd, "n_obs": figure.n_obs, "method": method}
        share = np.ones(len(values)) if weight is None else weight
        for term, end in zip(("at_lowest", "at_highest"), ends or (), strict=False):
            part = float(share[live & (values == end)].sum() / share[live].sum())
            yield {"term": term, "estimate": part, "n_obs": figure.n_obs, "method": method}


def _mean_row(figure: DesignMean, ci_level: float, method: str) -> dict[str, Any]:
    reach = float(stats.t.ppf(0.5 + ci_level / 2.0, figure.dof)) * figure.std_error if figure.dof > 0 else float("nan")
    return {
        "term": "mean",
        "estimate": figure.mean,
        "std_error": figure.std_error,
        "dof": figure.dof,
        "ci_low": figure.mean - reach,
        "ci_high": figure.mean + reach,
        "ci_level": ci_level,
        "n_obs": figure.n_obs,
        "n_clusters": figure.n_units,
        "method": method,
    }


def _labels(cell: pd.DataFrame, design: dict[str, str], role: str) -> npt.NDArray[np.int64] | None:
    """Numbers for the strata or units of a cell; None where the design has none or they are blank throughout."""
    if role not in design or cell[design[role]].isna().all():
        return None
    return np.asarray(pd.factorize(cell[design[role]].astype(str))[0], dtype=np.int64)


def _weight_caveats(frame: pd.DataFrame, design: dict[str, str]) -> Iterator[Caveat]:
    if "weight" not in design:
        return
    weights = frame[design["weight"]].to_numpy(dtype=np.float64)
    without = int((~(weights > 0)).sum())
    if without:
        yield Caveat(
            code="without_weight",
            sentence=f"{without} of {len(weights)} rows have no weight above zero; weighted figures leave them out.",
            numbers={"n_without": without, "n_rows": len(weights)},
            n_people=without,
        )
