"""Staggered entry: from rows of people or organisations to one value an organisation and wave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.change.route.panel import label_of, numeric
from sctoolkit.errors import DataError, DesignError
from sctoolkit.numerics.change.group_time import Control

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EntryTable:
    """Mean outcome (n, T) of organisations that were seen before their entry, waves (T,) and waves of entry (n,).

    ``early`` names organisations that had entered by the first wave and are left out; counts are of rows.
    """

    outcome: FloatArray
    waves: FloatArray
    entry: FloatArray
    early: tuple[str, ...]
    n_in: int
    n_used: int


def entry_table(
    data: Any, *, outcome: str, unit: str, wave: str, entry: str, weight: str | None, control: Control
) -> EntryTable:
    """Return the table of organisations by waves, checked.

    Raises
    ------
    DataError, DesignError
        As `staggered_did`.
    """
    frame = data if isinstance(data, pd.DataFrame) else data.frame()
    require_columns(frame, [outcome, unit, wave, entry, *([weight] if weight else [])])
    table, periods, entered, names, n_used = _cells(frame, outcome, unit, wave, entry, weight)
    _check(periods, entered, control)
    always = entered <= periods[0]
    early = tuple(name for name, left_out in zip(names, always, strict=True) if left_out)
    return EntryTable(table[~always], periods, entered[~always], early, len(frame), n_used)


def _cells(
    frame: pd.DataFrame, outcome: str, unit: str, wave: str, entry: str, weight: str | None
) -> tuple[FloatArray, FloatArray, FloatArray, list[str], int]:
    """Return organisation by wave means, the waves, waves of entry (inf for never) and names."""
    table = pd.DataFrame(
        {
            "unit": frame[unit].map(label_of), "wave": numeric(frame, wave), "y": numeric(frame, outcome),
            "entry": numeric(frame, entry), "w": 1.0 if weight is None else numeric(frame, weight),
        }
    )  # fmt: skip
    if (table["w"] < 0).any():
        raise DataError(
            f"Weights must be 0 or more, and `{weight}` is negative in {int((table['w'] < 0).sum())} rows.",
            hint="Correct the weights; a row that should not count has the weight 0.",
        )
    table = table[frame[unit].notna().to_numpy()]
    table["entry"] = table["entry"].where(table["entry"] != 0)
    several = table.groupby("unit")["entry"].nunique(dropna=False)
    if (several > 1).any():
        raise DataError(
            "An organisation must have one wave of entry in all its rows.",
            where=f"several waves of entry: {', '.join(f'`{name}`' for name in several.index[several > 1][:5])}",
            hint="Give each organisation the wave of its first entry, empty if it never enters.",
        )
    entered = table.groupby("unit")["entry"].first()
    used = table[table["y"].notna() & table["wave"].notna() & (table["w"] > 0)]
    if used.empty:
        raise DataError(
            "There must be at least one row with a wave and a score.",
            hint=f"Check that `{wave}` and `{outcome}` are the columns meant.",
        )
    totals = used.assign(top=used["y"] * used["w"]).groupby(["unit", "wave"])[["top", "w"]].sum()
    wide = (totals["top"] / totals["w"]).unstack("wave").sort_index(axis=1)
    order = list(wide.index)
    group = entered.reindex(order).fillna(np.inf).to_numpy(dtype=float)
    return wide.to_numpy(), wide.columns.to_numpy(dtype=float), group, order, len(used)


def _check(periods: FloatArray, entered: FloatArray, control: str) -> None:
    """Raise unless someone enters within the waves and someone else is left to compare with."""
    if len(periods) < 2:
        raise DesignError(
            f"Entry can only be followed over two waves or more, and there is one, {periods[0]:g}.",
            hint="One wave can be described with `estimate_change`.",
        )
    within = (entered > periods[0]) & (entered <= periods[-1])
    if not within.any():
        raise DesignError(
            "At least one organisation must enter after the first wave and by the last.",
            where=f"waves {periods[0]:g} to {periods[-1]:g}; {int((entered <= periods[0]).sum())} entered before, "
            f"{int((entered > periods[-1]).sum())} later or never",
            hint="Change without entry can be described with `estimate_change`.",
        )
    later = np.isinf(entered).any() if control == "never" else (entered > entered[within].min()).any()
    if not later:
        raise DesignError(
            "Someone must be left to compare entrants with: all organisations enter together."
            if control == "not_yet"
            else "`control='never'` needs organisations that never enter, and there are none.",
            hint="Without later entrants only change can be described: use `estimate_change`."
            if control == "not_yet"
            else "Use `control='not_yet'`.",
        )
