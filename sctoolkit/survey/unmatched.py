"""The refusal of cells that are neither an answer nor a known non-answer: all of them, with where they stand."""

from __future__ import annotations

from collections.abc import Sequence

from sctoolkit.errors import ResponseCodeError
from sctoolkit.instrument.model import Instrument
from sctoolkit.survey.answers import Unmatched


def refuse_unmatched(unmatched: Sequence[Unmatched], instrument: Instrument, n_rows: int) -> None:
    """Raise one error that lists every cell that could not be read, with counts, rows and the nearest label."""
    items = list(dict.fromkeys(entry.item for entry in unmatched))
    first = unmatched[0]
    response = instrument.response_of(first.item)
    allowed = (
        f"{response.number[0]:g} to {response.number[1]:g}"
        if response.number is not None
        else ", ".join(str(answer.code) for answer in response.codes)
    )
    values = ", ".join(f'"{entry.value}"' for entry in unmatched if entry.item == first.item)
    others = "" if len(items) == 1 else f"; {len(items) - 1} further items hold unknown answers too"
    where = [_unmatched_line(entry) for entry in unmatched[:20]]
    if len(unmatched) > 20:
        where.append(f"... and {len(unmatched) - 20} more kinds of unknown answer.")
    where.append(f"{sum(entry.count for entry in unmatched)} answers in {n_rows} rows; nothing was changed.")
    example = next((entry for entry in unmatched if entry.near is not None), None)
    hint = [f'If "{first.value}" is a non-answer: `missing_codes={{"{first.value}": "dont_know"}}`.']
    if example is not None:
        hint.append(f'If it is an answer: `answers={{"{example.item}": {{"{example.value}": code}}}}`.')
    hint.append("Both can stand in a mapping file, so that the decision is on record.")
    raise ResponseCodeError(
        f"Item `{first.item}` must hold one of {allowed} or a known non-answer, not {values}{others}.",
        where=where,
        hint=hint,
    )


def _unmatched_line(entry: Unmatched) -> str:
    rows = ", ".join(map(str, entry.rows)) + (", ..." if entry.count > len(entry.rows) else "")
    near = f'; did you mean "{entry.near}"?' if entry.near else ""
    times = "once" if entry.count == 1 else f"{entry.count} times"
    row = "row" if entry.count == 1 else "rows"
    return f'`{entry.item}`: "{entry.value}" {times}, {row} {rows}{near}'
