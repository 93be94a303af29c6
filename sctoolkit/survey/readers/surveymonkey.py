"""SurveyMonkey exports: question texts in the first header row, options in the second."""

from __future__ import annotations

import pandas as pd

from sctoolkit.survey.grid import Grid, RawTable, cells_below, header_names
from sctoolkit.survey.multiple import ticked_columns
from sctoolkit.survey.text import fold
from sctoolkit.survey.times import days, durations

NAME = "surveymonkey"
TITLE = "a SurveyMonkey export"
_PLAIN = {"", "Response", "Open-Ended Response"}
_IDENTIFIERS = {"IP Address", "Email Address", "First Name", "Last Name"}


def looks_like(grid: Grid) -> bool:
    """Whether the header begins with SurveyMonkey's own columns."""
    header = {name.casefold().replace("_", " ").replace("respondentid", "respondent id") for name in grid.header()[:9]}
    return "respondent id" in header and bool({"collector id", "collectorid"} & header)


def read(grid: Grid) -> RawTable:
    """Return the table under ``question | option``; options that stand as ticks become 0/1."""
    first, second = grid.header(), grid.header(1)
    two_rows = len(second) > 0 and not second[0]
    questions, options = _headers(first, second if two_rows else [])
    names = header_names([q if o in _PLAIN else f"{q} | {o}" for q, o in zip(questions, options, strict=True)])
    cells, rows = cells_below(grid, names, 2 if two_rows else 1)
    option_of = dict(zip(names, options, strict=False))
    boxes = _boxes(cells, dict(zip(names, questions, strict=False)), option_of)
    asked = pd.Series(False, index=cells.index).to_numpy()
    for columns in boxes.values():
        marks = ticked_columns(cells, columns, asked)
        for name in columns:
            cells[name] = marks[name]
    roles = {}
    folded = {fold(name): name for name in names}
    if {"start date", "end date"} <= set(folded):
        cells["(seconds)"] = durations(cells[folded["start date"]], cells[folded["end date"]])
        cells["(day)"] = days(cells[folded["end date"]])
        roles = {"duration": "(seconds)", "date": "(day)"}
    return RawTable(
        source=grid.source,
        cells=cells,
        rows=rows,
        layout=NAME,
        detected=f"Looks like {TITLE}: {2 if two_rows else 1} header rows, {len(cells)} responses.",
        also={name: (option,) for name, option in option_of.items() if option not in _PLAIN},
        roles=roles,
        identifiers=tuple(name for name in names if name in _IDENTIFIERS),
        facts={**grid.facts, "questions_with_several_answers": sorted(boxes)},
        caveats=grid.caveats,
    )


def _headers(first: list[str], second: list[str]) -> tuple[list[str], list[str]]:
    """Return question and option of every column; a question's text stands above its first option only."""
    width = max(len(first), len(second))
    first, second = [*first, *[""] * (width - len(first))], [*second, *[""] * (width - len(second))]
    questions, current = [], ""
    for text in first:
        current = text or current
        questions.append(current)
    return questions, second


def _boxes(cells: pd.DataFrame, question_of: dict[str, str], option_of: dict[str, str]) -> dict[str, list[str]]:
    """Return question -> columns where every entry repeats its column's option."""
    sets: dict[str, list[str]] = {}
    for name, option in option_of.items():
        if option not in _PLAIN and not option.casefold().startswith("other (please"):
            sets.setdefault(question_of[name], []).append(name)
    return {
        question: columns
        for question, columns in sets.items()
        if all(set(cells[name].map(fold)) <= {"", fold(option_of[name])} for name in columns)
        and any(cells[name].ne("").any() for name in columns)
    }
