"""Tables as plain text: columns of a terminal, long cells wrapped."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Sequence


def terminal_width(most: int = 100) -> int:
    """Return the columns to write in: those of the terminal, at most 100; 100 where there is none."""
    return min(most, shutil.get_terminal_size((most, 24)).columns)


def text_table(header: Sequence[str], rows: Sequence[Sequence[object]], width: int) -> str:
    """Return rows under a header; columns are as wide as their cells and share what is left, long cells wrap.

    Examples
    --------
    >>> print(text_table(("id", "asks"), [("bo1", "someone would help")], 16))
    id   asks
    ---  -----------
    bo1  someone
         would help
    """
    cells = [[_plain(cell) for cell in row] for row in rows]
    widths = _widths(header, cells, width)
    lines = [_line(header, widths), _line(["-" * size for size in widths], widths)]
    for row in cells:
        lines += _wrapped(row, widths)
    return "\n".join(lines)


def _plain(cell: object) -> str:
    return "" if cell is None or cell != cell else str(cell)


def _widths(header: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Give each column what it needs where that fits; the others share the rest, none below its longest word."""
    columns = [[name, *(row[i] for row in rows)] for i, name in enumerate(header)]
    need = [max(len(part) for cell in cells for part in cell.split("\n")) for cells in columns]
    least = [max(len(word) for cell in cells for word in cell.split() or [""]) for cells in columns]
    left, open_columns, given = width - 2 * (len(header) - 1), set(range(len(header))), [0] * len(header)
    while open_columns:
        share = left // len(open_columns)
        small = [i for i in open_columns if need[i] <= share]
        stiff = [] if small else [i for i in open_columns if least[i] > share]
        for i in small or stiff or list(open_columns):
            given[i] = need[i] if small else least[i] if stiff else share
            left -= given[i]
            open_columns.discard(i)
    return [max(1, min(size, width)) for size in given]


def _wrapped(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    columns = [
        [line for part in cell.split("\n") for line in textwrap.wrap(part, size, break_on_hyphens=False) or [""]]
        for cell, size in zip(row, widths, strict=True)
    ]
    for n in range(max(map(len, columns))):
        yield _line([column[n] if n < len(column) else "" for column in columns], widths)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:<{size}}" for cell, size in zip(cells, widths, strict=True)).rstrip()
