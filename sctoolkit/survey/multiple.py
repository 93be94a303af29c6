"""Questions with several answers: one 0/1 column an option; 0 means asked and not ticked, blank means not asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import ResponseCodeError, closest
from sctoolkit.survey.text import fold


def ticked_columns(cells: pd.DataFrame, columns: Sequence[str], asked: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Return the option columns of one question as "1" where there is an entry, "0" where asked, "" elsewhere.

    ``asked`` (n,) says which rows are known to have seen the question; a row that ticks anything has seen it.
    """
    ticked = (cells[list(columns)] != "").to_numpy()
    seen = asked | ticked.any(axis=1)
    marks = np.where(ticked, "1", np.where(seen[:, None], "0", ""))
    return pd.DataFrame({name: pd.Series(marks[:, place], dtype=object) for place, name in enumerate(columns)})


def split_joined(
    cells: pd.Series[Any], options: Sequence[str], rows: npt.NDArray[np.int64], *, name: str
) -> pd.DataFrame:
    """Return one 0/1 column ``name/option`` for every option of a cell that joins the options ticked.

    Options are taken out of the cell the longest first, so that one may contain a comma or another option.

    Raises
    ------
    ResponseCodeError
        If something is left that is no option; all such rests are listed.
    """
    order = sorted(options, key=len, reverse=True)
    places, distinct = pd.factorize(cells, use_na_sentinel=False)
    marks = np.zeros((len(distinct), len(options)), dtype=np.int8)
    blank = np.zeros(len(distinct), dtype=bool)
    rests: dict[str, list[int]] = {}
    for place, cell in enumerate(distinct):
        rest = fold(str(cell))
        blank[place] = not rest
        for option in order:
            pattern = rf"(^|[,;|]\s*|\s){re.escape(fold(option))}(?=$|\s*[,;|]|\s)"
            shorter = re.sub(pattern, r"\1", rest)
            if shorter != rest:
                marks[place, list(options).index(option)] = 1
                rest = shorter
        left = " ".join(re.sub(r"[,;|]", " ", rest).split())
        if left:
            rests[left] = rows[places == place].tolist()
    if rests:
        _refuse(name, rests, options)
    table = np.where(blank[:, None], "", marks.astype(str))[places]
    return pd.DataFrame(
        {f"{name}/{option}": pd.Series(table[:, place], dtype=object) for place, option in enumerate(options)}
    )


def _refuse(name: str, rests: Mapping[str, list[int]], options: Sequence[str]) -> None:
    where = []
    for rest, rows in list(rests.items())[:10]:
        near = closest(rest, options)
        where.append(
            f'"{rest}" in rows {", ".join(map(str, rows[:5]))}' + (f'; did you mean "{near}"?' if near else "")
        )
    hold = "1 cell holds" if len(rests) == 1 else f"{len(rests)} kinds of cell hold"
    raise ResponseCodeError(
        f"Cells of `{name}` must join its options, and {hold} something else.",
        where=where,
        hint="Add the words as options, or as an option `other`.",
    )
