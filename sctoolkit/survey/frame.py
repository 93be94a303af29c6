"""From a frame in memory to responses."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from sctoolkit.errors import DataError
from sctoolkit.instrument.library import load_instrument
from sctoolkit.instrument.model import Instrument
from sctoolkit.survey.decisions import AnswerWords, Asked, Columns, Decisions, MissingCodes
from sctoolkit.survey.responses import Responses
from sctoolkit.survey.text import as_text
from sctoolkit.survey.typed import Origin, type_table


def from_frame(
    frame: Any,
    instrument: Instrument | str,
    *,
    columns: Columns | None = None,
    missing_codes: MissingCodes | None = None,
    answers: AnswerWords | None = None,
    asked: Asked | None = None,
    consent: Mapping[str, Collection[Any]] | None = None,
    item_columns: str | None = None,
    wave: object = None,
    side: str | None = None,
    keep: Sequence[str] = (),
) -> Responses:
    """Return the answers in a frame, typed by the instrument; nothing is keyed, nothing is dropped.

    Parameters
    ----------
    frame : DataFrame
        pandas, polars, pyarrow or another eager frame, one row a respondent (and wave). Cells hold codes (4, "4",
        "4.0"), labels ("Agree", "4 - agree"), non-answers, or nothing.
    instrument : Instrument or str
        The questionnaire, or its id.
    columns : mapping, optional
        Where the frame's names differ: role (`respondent`, `wave`, `side`, `organisation`, `group`, `weight`,
        `duration`, `date`, `language`) or item code -> column. None for an item that was asked of nobody. Several
        columns make one respondent key. Items whose code, alias or text is a column's name need no entry.
    missing_codes : mapping, optional
        Code or word -> kind of non-answer (`dont_know`, `refused`, `not_applicable`, `skipped`, `not_asked`), for all
        items; or item code -> such a mapping. It goes before the instrument's own codes.
    answers : mapping, optional
        Response scale or item code -> (word -> code), for words that the instrument does not know.
    asked : mapping, optional
        Planned missingness: item code -> (column -> values). The item was put to rows where every such column holds one
        of its values; a blank elsewhere is `not_asked`. A blank where it was put is `skipped`.
    consent : mapping, optional
        Column -> values that mean consent; rows without are left out before anything else, and counted.
    item_columns : str, optional
        How a wave names its items in a wide table, as in ``pre_{item}``; call once for each wave.
    wave, side : optional
        The wave and side of all rows, where the frame has no column for it.
    keep : sequence of str
        Further columns to carry along; all others are left behind.

    Returns
    -------
    Responses
        One row a row of the frame, in its order.

    Raises
    ------
    MatchError
        If a named column is absent, or a column nearly bears an absent item's name.
    ResponseCodeError
        If cells hold something that is neither an answer nor a known non-answer; all are listed.
    DataError
        If there are no rows, or a respondent stands twice in a wave.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"pid": ["a", "b"], "LON1": [3, 1], "LON2": ["often", ""], "LON3": ["2", "1"]})
    >>> answers = from_frame(frame, "ucla3", columns={"respondent": "pid"}, wave=1)
    >>> answers.codes.tolist()
    [[3.0, 3.0, 2.0], [1.0, nan, 1.0]]
    """
    decisions = Decisions(
        columns=columns or {},
        missing_codes=missing_codes or {},
        answers=answers or {},
        asked=asked or {},
        consent=consent or {},
        item_columns=item_columns,
        wave=wave,
        side=side,
        keep=keep,
    )
    chosen = load_instrument(instrument) if isinstance(instrument, str) else instrument
    return type_table(pandas_frame(frame), chosen, decisions, Origin(analysis="from_frame", source=_source(wave, side)))


def _source(wave: object, side: str | None) -> str:
    """Name a frame by what is said of all its rows."""
    said = [f"wave {as_text(wave)}" if wave is not None else "", side or ""]
    return ", ".join(["frame", *(word for word in said if word)])


def pandas_frame(frame: Any) -> pd.DataFrame:
    """Return any eager frame as a pandas frame with text names, sharing columns where it can."""
    if isinstance(frame, pd.DataFrame):
        names = [str(name) for name in frame.columns]
        return frame if names == list(frame.columns) else frame.set_axis(names, axis=1)
    import narwhals as nw

    try:
        other = nw.from_native(frame, eager_only=True)
    except TypeError:
        raise DataError(
            f"The data must be a frame held in memory (pandas, polars, pyarrow), not {type(frame).__name__}.",
            hint="Collect a lazy frame first; read a file with `sctoolkit.read`.",
        ) from None
    return pd.DataFrame({name: pd.Series(other[name].to_list(), dtype=object) for name in other.columns})
