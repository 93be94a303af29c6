"""Qualtrics CSV, TSV and XLSX exports: tags, question texts and import ids stand in three header rows."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.result import Caveat
from sctoolkit.survey.grid import Grid, RawTable, cells_below, header_names
from sctoolkit.survey.multiple import ticked_columns
from sctoolkit.survey.text import fold
from sctoolkit.survey.times import days

NAME = "qualtrics"
TITLE = "a Qualtrics export"
PREVIEWS = {"survey preview": "Survey Preview", "survey test": "Survey Test", "spam": "Spam",
            "1": "Survey Preview", "2": "Survey Test", "8": "Spam", "9": "Survey Preview"}  # fmt: skip
SEEN_UNANSWERED = "-99"
_IDENTIFIERS = {
    "IPAddress", "RecipientLastName", "RecipientFirstName", "RecipientEmail", "LocationLatitude", "LocationLongitude",
}  # fmt: skip
_ROLES = (("duration", "Duration (in seconds)"), ("language", "UserLanguage"))


def looks_like(grid: Grid) -> bool:
    """Whether the third row holds import ids."""
    third = grid.header(2)
    return bool(third) and third[0].startswith('{"ImportId"')


def read(grid: Grid) -> RawTable:
    """Return the table under its tags, without previews and spam, which are counted."""
    names = header_names(grid.header())
    texts = grid.header(1)
    cells, rows = cells_below(grid, names, 3 if looks_like(grid) else 1)
    keep, left_out = _responses(cells)
    cells, rows = cells[keep].reset_index(drop=True), rows[keep]
    shown = {name: text for name, text in zip(names, texts, strict=False) if text and looks_like(grid)}
    boxes = _boxes(cells, shown)
    for columns in boxes.values():
        marks = ticked_columns(cells, columns, np.zeros(len(cells), dtype=bool))
        cells = cells.assign(**{name: marks[name] for name in columns})
    roles = {role: name for role, name in _ROLES if name in names}
    if "RecordedDate" in names:
        cells["(day)"] = days(cells["RecordedDate"])
        roles["date"] = "(day)"
    caveats = list(grid.caveats)
    if left_out:
        total = sum(left_out.values())
        listed = ", ".join(f"{count} {word}" for word, count in left_out.items())
        caveats.append(
            Caveat(code="left_out", sentence=f"{total} rows are no responses and were left out: {listed}.",
                   numbers={"n": total, **left_out})
        )  # fmt: skip
    return RawTable(
        source=grid.source,
        cells=cells,
        rows=rows,
        layout=NAME,
        detected=f"Looks like {TITLE}: 3 header rows, {len(cells)} responses, {len(names)} columns.",
        also={name: (text, text.rsplit(" - ", 1)[-1]) for name, text in shown.items()},
        roles=roles,
        identifiers=tuple(name for name in names if name in _IDENTIFIERS),
        missing_codes={SEEN_UNANSWERED: "skipped"},
        facts={**grid.facts, "left_out": left_out, "questions_with_several_answers": sorted(boxes)},
        caveats=tuple(caveats),
    )


def _responses(cells: pd.DataFrame) -> tuple[npt.NDArray[np.bool_], dict[str, int]]:
    """Return which rows are responses, and how many of each other kind there are."""
    if "Status" not in cells:
        return np.ones(len(cells), dtype=bool), {}
    kinds = cells["Status"].str.strip().str.casefold().map(PREVIEWS)
    left_out = {str(kind): int(count) for kind, count in kinds.dropna().value_counts(sort=False).items()}
    return kinds.isna().to_numpy(), left_out


def _boxes(cells: pd.DataFrame, texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return question -> columns where every entry is a tick: 1, or the option that ends the question's text."""
    sets: dict[str, list[str]] = {}
    for name in texts:
        part = re.fullmatch(r"(.+)_\d+", name)
        if part is not None:
            sets.setdefault(part[1], []).append(name)
    found = {}
    for question, columns in sets.items():
        entries = [set(cells[name]) for name in columns]
        ticked = all(
            held <= {"", "1"} or {fold(entry) for entry in held} <= {"", fold(texts[name].rsplit(" - ", 1)[-1])}
            for name, held in zip(columns, entries, strict=True)
        )
        if len(columns) > 1 and ticked and any("" in held and len(held) > 1 for held in entries):
            found[question] = columns
    return found
