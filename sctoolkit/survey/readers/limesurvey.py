"""LimeSurvey response exports: headers of codes, texts, or "code. text"; ticked boxes are Y or nothing."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from sctoolkit.survey.grid import Grid, RawTable, cells_below, header_names
from sctoolkit.survey.multiple import ticked_columns
from sctoolkit.survey.times import days

NAME = "limesurvey"
TITLE = "a LimeSurvey export"
_CODED = re.compile(r"^(?P<code>[A-Za-z][A-Za-z0-9_]*(\[[A-Za-z0-9_]+\])*)(\. (?P<text>.+))?$", re.DOTALL)
_PART = re.compile(r"^(?P<question>[A-Za-z][A-Za-z0-9_]*)\[(?P<part>[A-Za-z0-9_]+)\]$")
_TICKS = {"Y", "Yes"}


def looks_like(grid: Grid) -> bool:
    """Whether the header holds LimeSurvey's own columns, as codes or as codes and texts."""
    codes = {name.split(". ")[0] for name in grid.header()}
    return {"lastpage", "startlanguage"} <= codes or {"submitdate", "startlanguage"} <= codes


def read(grid: Grid) -> RawTable:
    """Return the table under its codes; ``Q[SQ]`` is also known as ``SQ`` and by its text."""
    split = [_CODED.match(name) for name in grid.header()]
    names = header_names([match["code"] if match else name for match, name in zip(split, grid.header(), strict=True)])
    texts = {name: match["text"] for name, match in zip(names, split, strict=False) if match and match["text"]}
    cells, rows = cells_below(grid, names, 1)
    complete = cells["submitdate"].ne("").to_numpy() if "submitdate" in names else np.zeros(len(cells), dtype=bool)
    sets = _sets(names)
    boxes = {question: columns for question, columns in sets.items() if _is_ticked(cells, columns)}
    for columns in boxes.values():
        marks = ticked_columns(cells, columns, complete)
        for name in columns:
            cells[name] = marks[name]
    also: dict[str, tuple[str, ...]] = {}
    for name in names:
        part = _PART.match(name)
        further = [texts[name]] if name in texts else []
        further += [part["part"], f"{part['question']}_{part['part']}"] if part else []
        further += [found.group(1)] if (found := re.search(r"\[([^\[\]]+)\]$", texts.get(name, ""))) else []
        if further:
            also[name] = tuple(further)
    roles = {role: name for role, name in _ROLES if name in names}
    if "submitdate" in names:
        cells["(day)"] = days(cells["submitdate"])
        roles["date"] = "(day)"
    return RawTable(
        source=grid.source,
        cells=cells,
        rows=rows,
        layout=NAME,
        detected=f"Looks like {TITLE}: {len(cells)} rows, {int(complete.sum())} of them submitted.",
        also=also,
        roles=roles,
        identifiers=tuple(name for name in names if name in {"ipaddr", "refurl", "firstname", "lastname", "email"}),
        facts={**grid.facts, "n_submitted": int(complete.sum()), "questions_with_several_answers": sorted(boxes)},
        caveats=grid.caveats,
    )


_ROLES = (("respondent", "token"), ("duration", "interviewtime"), ("language", "startlanguage"))


def _sets(names: list[str]) -> dict[str, list[str]]:
    sets: dict[str, list[str]] = {}
    for name in names:
        part = _PART.match(name)
        if part and part["part"] != "other":
            sets.setdefault(part["question"], []).append(name)
    return sets


def _is_ticked(cells: pd.DataFrame, columns: list[str]) -> bool:
    """Whether the parts of a question are boxes: every entry is a tick."""
    entries = {entry for name in columns for entry in cells[name].unique()} - {""}
    return bool(entries) and entries <= _TICKS
