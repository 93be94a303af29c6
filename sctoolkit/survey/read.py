"""From a file to responses."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import MatchError, did_you_mean
from sctoolkit.instrument.library import load_instrument
from sctoolkit.instrument.model import Instrument
from sctoolkit.survey.decisions import AnswerWords, Asked, Columns, Decisions, MissingCodes
from sctoolkit.survey.find import find_instrument
from sctoolkit.survey.grid import RawTable
from sctoolkit.survey.keys import key_id, load_key, pseudonyms
from sctoolkit.survey.layouts import Opening, read_table
from sctoolkit.survey.mapping import load_mapping, merge
from sctoolkit.survey.multiple import split_joined
from sctoolkit.survey.responses import Responses
from sctoolkit.survey.typed import Origin, type_table


def read(
    path: str | os.PathLike[str],
    instrument: Instrument | str | None = None,
    *,
    format: str | None = None,
    mapping: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    wave: object = None,
    side: str | None = None,
    columns: Columns | None = None,
    missing_codes: MissingCodes | None = None,
    answers: AnswerWords | None = None,
    asked: Asked | None = None,
    consent: Mapping[str, Collection[Any]] | None = None,
    item_columns: str | None = None,
    multiple: Mapping[str, Sequence[str]] | None = None,
    keep: Sequence[str] = (),
    key_file: str | os.PathLike[str] | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int = 1,
) -> Responses:
    r"""Return the answers in a file, typed by the instrument; nothing is keyed, nothing is dropped.

    Parameters
    ----------
    path : str or path
        CSV or TSV (UTF-8, UTF-16 or Windows-1252; comma, semicolon, tab or bar), Excel, SPSS, Stata, or an ODK zip.
    instrument : Instrument or str, optional
        The questionnaire or its id; without it, the one whose items the columns hold.
    format : str, optional
        Layout of the file: `plain`, `kobotoolbox`, `odk_central`, `redcap`, `limesurvey`, `qualtrics`, `surveymonkey`,
        `google_forms`, `microsoft_forms`, `jisc`. Without it, the header tells; ``provenance.options["detected"]`` says
        what was recognised.
    mapping : path or mapping, optional
        Decisions on record as TOML: sections `columns`, `missing_codes`, `answers`, `asked`, `consent`,
        `multiple`.
    wave, side, columns, missing_codes, answers, asked, consent, item_columns, keep
        As in `from_frame`. Columns that nobody names are left behind; direct identifiers among them (name, e-mail,
        network address, place, telephone) are listed in ``provenance.options["identifiers_left_behind"]``.
    multiple : mapping, optional
        Column whose cells join several answers -> its options; it becomes one 0/1 column ``column/option`` each.
    key_file : path, optional
        Key outside the data's folder, with which respondent numbers become pseudonyms.
    sheet, encoding, delimiter, header_row
        Of an Excel or text file, where what is found by itself is wrong. ``header_row`` counts from 1.

    Returns
    -------
    Responses
        One row a response, with the row number that a spreadsheet shows.

    Raises
    ------
    ReadError
        If the file is absent, empty, binary, wrongly encoded, damaged, encrypted, or too large after expansion.
    MatchError
        If a named column is absent, no column holds an item, or a column nearly bears an absent item's name.
    ResponseCodeError
        If cells hold something that is neither an answer nor a known non-answer; all are listed.
    DataError
        If a respondent stands twice in a wave.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "w1.csv"
    >>> _ = path.write_text("pid;LON1;LON2;LON3\n007;often;2;1\n", encoding="utf-8")
    >>> answers = read(path, "ucla3", columns={"respondent": "pid"}, wave=1)
    >>> answers.role("respondent").tolist(), answers.codes.tolist()
    (['007'], [[3.0, 2.0, 1.0]])
    """
    source = Path(path)
    opening = Opening(format=format, sheet=sheet, encoding=encoding, delimiter=delimiter, header_row=header_row)
    raw = read_table(source, opening)
    said = Decisions(
        columns=columns or {},
        missing_codes=missing_codes or {},
        answers=answers or {},
        asked=asked or {},
        consent=consent or {},
        item_columns=item_columns,
        multiple=multiple or {},
        wave=wave,
        side=side,
        keep=keep,
    )
    decisions = _with_layout(merge(load_mapping(mapping), said), raw)
    table = _split_multiple(raw, decisions)
    chosen = _instrument(instrument, table, raw, decisions)
    key = None if key_file is None else load_key(key_file, outside=source.resolve().parent)
    if key is not None:
        table = _keyed(table, decisions, key)
    facts = {
        "format": raw.layout,
        "detected": raw.detected,
        **raw.facts,
        "key_id": None if key is None else key_id(key),
    }
    origin = Origin(
        analysis="read",
        source=raw.source,
        rows=raw.rows,
        also=raw.also,
        labels=raw.labels,
        options={name: fact for name, fact in facts.items() if fact not in (None, [], {}, ())},
        inputs={source.name: hashlib.sha256(source.read_bytes()).hexdigest()},
        identifiers=raw.identifiers,
        keyed=key is not None,
        caveats=raw.caveats,
    )
    return type_table(table, chosen, decisions, origin)


def _with_layout(decisions: Decisions, raw: RawTable) -> Decisions:
    """Return decisions with what the layout knows behind them; a wave or side of the file goes before its columns."""
    taken = {name for name in ("wave", "side") if getattr(decisions, name) is not None}
    roles = {role: column for role, column in raw.roles.items() if role not in taken}
    return dataclasses.replace(
        decisions,
        columns={**roles, **decisions.columns},
        missing_codes={**raw.missing_codes, **decisions.missing_codes},
    )


def _split_multiple(raw: RawTable, decisions: Decisions) -> pd.DataFrame:
    table = raw.cells
    for column, options in decisions.multiple.items():
        if column not in table.columns:
            raise MatchError(
                f"`multiple` must name columns of the file; `{column}` is none.",
                hint=did_you_mean(column, [str(name) for name in table.columns]),
            )
        parts = split_joined(table[column], options, raw.rows, name=column)
        table = pd.concat([table.drop(columns=[name for name in parts if name in table]), parts], axis=1)
    return table


def _keyed(table: pd.DataFrame, decisions: Decisions, key: bytes) -> pd.DataFrame:
    """Return the table with the respondent column as pseudonyms."""
    column = decisions.columns.get("respondent")
    if not isinstance(column, str) or column not in table.columns:
        raise MatchError(
            "`key_file` needs one respondent column, and none is named.",
            hint="Name it: `columns={'respondent': '...'}`.",
        )
    texts: npt.NDArray[np.object_] = table[column].to_numpy(dtype=object)
    return table.assign(**{column: pseudonyms(texts, key)})


def _instrument(
    instrument: Instrument | str | None, table: pd.DataFrame, raw: RawTable, decisions: Decisions
) -> Instrument:
    if isinstance(instrument, Instrument):
        return instrument
    if instrument is not None:
        return load_instrument(instrument)
    return find_instrument([str(name) for name in table.columns], raw.also, decisions.columns)
