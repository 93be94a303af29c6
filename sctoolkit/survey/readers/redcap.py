"""REDCap data exports: one row a record, event and instance, with blanks for forms that the event does not have."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError
from sctoolkit.survey.grid import Grid, RawTable, cells_below, header_names

NAME = "redcap"
TITLE = "a REDCap data export"
_EVENT = ("redcap_event_name", "Event Name")
_REPEAT = ("redcap_repeat_instrument", "redcap_repeat_instance", "Repeat Instrument", "Repeat Instance")
_BOX = re.compile(r"^(?P<field>.+)___(?P<code>_*[a-z0-9_]+)$|^(?P<label>.+) \(choice=(?P<choice>.+)\)$")


def looks_like(grid: Grid) -> bool:
    """Whether the header holds REDCap's own columns, raw or labelled."""
    header = grid.header()
    if not header:
        return False
    own = any(name.startswith("redcap_") for name in header)
    complete = any(re.fullmatch(r"[a-z][a-z0-9_]*_complete", name) for name in header)
    labelled = header[0] == "Record ID" and ("Event Name" in header or "Complete?" in header)
    return own or labelled or (header[0] == "record_id" and complete)


def read(grid: Grid) -> RawTable:
    """Return one row a record and event; the record is the respondent, the event is the wave."""
    names = header_names(grid.header())
    cells, rows = cells_below(grid, names, 1)
    record = names[0]
    event = next((name for name in _EVENT if name in names), None)
    boxes = [name for name in names if _BOX.match(name)]
    for name in boxes:
        cells[name] = cells[name].replace({"Checked": "1", "Unchecked": "0"})
    n_lines = len(cells)
    cells, rows = _coalesce(cells, rows, [record] if event is None else [record, event])
    roles = {"respondent": record}
    if event is not None:
        cells["(event)"] = cells[event].str.replace(r"_arm_1$", "", regex=True)
        roles["wave"] = "(event)"
    return RawTable(
        source=grid.source,
        cells=cells,
        rows=rows,
        layout=NAME,
        detected=f"Looks like {TITLE}: {n_lines} lines make {len(cells)} rows of one record and event.",
        also={name: (f"{match['field'] or match['label']}/{match['code'] or match['choice']}",)
              for name in boxes if (match := _BOX.match(name)) is not None},
        roles=roles,
        identifiers=tuple(name for name in names if name == "redcap_survey_identifier"),
        facts={**grid.facts, "n_lines": n_lines},
        caveats=grid.caveats,
    )  # fmt: skip


def _coalesce(
    cells: pd.DataFrame, rows: npt.NDArray[np.int64], key: list[str]
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Return one row a key: the entry of whichever line has one, the first line's number."""
    if not cells.duplicated(key).any():
        return cells, rows
    groups = cells.groupby(key, sort=False).ngroup().to_numpy()
    _, first = np.unique(groups, return_index=True)
    free = set(key) | set(_REPEAT)
    merged = {}
    for name in cells.columns:
        filled = cells[name].where(cells[name] != "")
        by_group = filled.groupby(groups)
        clash = by_group.nunique() > 1
        if clash.any() and name not in free:
            place = np.flatnonzero(groups == int(np.flatnonzero(clash.to_numpy())[0]))
            raise DataError(
                f"Lines of one record and event must not contradict each other; they do in `{name}`.",
                where=f"One record and event in rows {', '.join(str(rows[p]) for p in place[:5])}.",
                hint="A repeating form has several answers an event: export it alone and name `redcap_repeat_instance` "
                "as the wave, with `format='plain'`.",
            )
        merged[name] = by_group.first().fillna("").astype(object).reset_index(drop=True)
    return pd.DataFrame(merged), rows[first]
