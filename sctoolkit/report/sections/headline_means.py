"""The summary of a report without change: where the primary scales stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sctoolkit.disclosure.table import Cell, Table
from sctoolkit.report.document import Headline
from sctoolkit.report.numbers import format_interval, format_number, format_people
from sctoolkit.report.words import capital, phrase


def mean_headlines(primary: Iterable[str] = ()) -> Callable[[Mapping[str, Table]], tuple[Headline, ...]]:
    """Return the function that writes the summary from the protected table of scores, one sentence a side and wave.

    Parameters
    ----------
    primary : iterable of str
        Shown names of the primary scales; all scales when empty.
    """
    wanted = tuple(primary)

    def write(tables: Mapping[str, Table]) -> tuple[Headline, ...]:
        if "scores" not in tables:
            return ()
        rows = [row for row in tables["scores"].records() if not wanted or row["scale"].text in wanted]
        scales = dict.fromkeys(row["scale"].text for row in rows)
        return tuple(_headline(name, [row for row in rows if row["scale"].text == name]) for name in scales)

    return write


def _headline(scale: str, rows: list[dict[str, Cell]]) -> Headline:
    low, high = rows[0]["low"].number, rows[0]["high"].number
    bounded = high > low
    detail = phrase("headline.scale", low=f"{low:g}", high=f"{high:g}", level="95%") if bounded else ""
    return Headline(scale, tuple(f"{capital(_stands(row))}." for row in rows), detail)


def _stands(row: Mapping[str, Cell]) -> str:
    """Where one side stood at one wave."""
    place = ", ".join(row[name].text for name in ("row", "wave") if name in row and row[name].text)
    what = phrase("headline.hidden")
    if not row["mean"].hidden:
        low, high = row["interval"].bounds if "interval" in row else (float("nan"), float("nan"))
        size, people = format_number(row["mean"].number), format_people(row["n"])
        what = phrase("headline.mean", size=size, people=people)
        if low == low:
            what = phrase("headline.mean_interval", size=size, people=people, interval=format_interval(low, high))
    return phrase("headline.on_side", side=place, what=what) if place else what
