"""The refusal of cells that are neither an answer nor a known non-answer: all of them, with where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sctoolkit.errors import ResponseCodeError
from sctoolkit.instrument.model import Instrument
from sctoolkit.survey.answers import Unmatched
from sctoolkit.survey.text import as_number, fold

SHOWN = 20
BLANK_MARKS = {"na", "nan", "null", "none", "nil", "missing", "#n/a", "-", "--", ""}
"""Texts with which programs write that there is nothing; they may also be words, so the caller decides."""


def refuse_unmatched(unmatched: Sequence[Unmatched], instrument: Instrument, n_rows: int) -> None:
    """Raise one error that lists every cell that could not be read, with counts, rows and the nearest label."""
    first = unmatched[0]
    items = dict.fromkeys(entry.item for entry in unmatched)
    values = ", ".join(f'"{entry.value}"' for entry in unmatched if entry.item == first.item)
    others = {1: "", 2: "; one more item holds unknown answers"}.get(
        len(items), f"; {len(items) - 1} more items hold unknown answers"
    )
    where = [_line(entry) for entry in unmatched[:SHOWN]]
    if len(unmatched) > SHOWN:
        where.append(f"... and {len(unmatched) - SHOWN} more kinds of unknown answer.")
    total = sum(entry.count for entry in unmatched)
    cells, rows = "cell" if total == 1 else "cells", "row" if n_rows == 1 else "rows"
    where.append(f"{total} {cells} in {n_rows} {rows}; nothing was changed.")
    allowed = _allowed(instrument, first.item)
    raise ResponseCodeError(
        f"Item `{first.item}` must hold {allowed} or a known non-answer, not {values}{others}.",
        where=where,
        hint=tuple(_hints(unmatched, instrument)),
    )


def _allowed(instrument: Instrument, item: str) -> str:
    response = instrument.response_of(item)
    if response.number is not None:
        return f"a number from {response.number[0]:g} to {response.number[1]:g}"
    return "one of " + ", ".join(str(answer.code) for answer in response.codes)


def _line(entry: Unmatched) -> str:
    rows = ", ".join(map(str, entry.rows)) + (", ..." if entry.count > len(entry.rows) else "")
    near = f'; did you mean "{entry.near}"?' if entry.near else ""
    times, row = ("once", "row") if entry.count == 1 else (f"{entry.count} times", "rows")
    return f'`{entry.item}`: "{entry.value}" {times}, {row} {rows}{near}'


def _hints(unmatched: Sequence[Unmatched], instrument: Instrument) -> Iterator[str]:
    """Yield how to say what a cell means, in a call and in a mapping file."""
    near = next((entry for entry in unmatched if entry.near is not None), None)
    if near is not None:
        response = instrument.by_code[near.item].response
        code = next((a.code for a in instrument.response[response].codes if a.label == near.near), None)
        if code is not None:
            word = f'"{near.value}"'
            yield f'If {word} is that answer: `answers={{"{response}": {{{word}: {code}}}}}`.'
            yield f"In a mapping file: `[answers.{response}]`, and below it `{word} = {code}`."
    blank = next((entry for entry in unmatched if fold(entry.value) in BLANK_MARKS), None)
    number = next((entry for entry in unmatched if as_number(entry.value) is not None), None)
    other = unmatched[0] if near is None and blank is None and number is None else None
    for entry, means, kind in (
        (blank, "means that nothing was answered", "skipped"),
        (number, 'means "don\'t know"', "dont_know"),
        (other, "is a non-answer", "dont_know"),
    ):
        if entry is not None:
            yield f'If "{entry.value}" {means}: `missing_codes={{"{entry.value}": "{kind}"}}`.'
            yield f'In a mapping file: `[missing_codes]`, and below it `"{entry.value}" = "{kind}"`.'
