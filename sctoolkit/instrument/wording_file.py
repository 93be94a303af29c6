"""The file that carries a wording: read whole, checked whole, all faults at once."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sctoolkit.errors import InstrumentError, ReadError, closest
from sctoolkit.instrument.model import Instrument
from sctoolkit.instrument.slots import slot_faults, slots_in

COLUMNS: tuple[str, ...] = ("part", "code", "side", "lang", "text")
PARTS: tuple[str, ...] = ("item", "answer", "stem", "instruction")
SIZE_CAP = 1_000_000
LISTED = 8
_TAG = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")


@dataclass(frozen=True, slots=True)
class WordingRow:
    """One text: which part of the questionnaire it is, of which side, in which language."""

    part: str
    code: str
    side: str
    lang: str
    text: str
    line: int


def parse_wording(content: bytes, origin: str, instrument: Instrument, lang: str | None = None) -> list[WordingRow]:
    """Return the rows of a wording file that fits the instrument.

    Parameters
    ----------
    content : bytes
        A CSV file in UTF-8 with the columns ``part, code, side, lang, text`` (``side`` and ``lang`` may be absent),
        separated by commas or semicolons.
    origin : str
        How messages name the file.
    instrument : Instrument
        The questionnaire that the wording belongs to.
    lang : str, optional
        Language tag that all rows must bear; without it, the one that they bear.

    Raises
    ------
    ReadError
        If it cannot be read as text.
    InstrumentError
        With every fault: columns, codes without text, stray codes, duplicates, wrong language tags, unknown slots.
    """
    rows, faults = _rows(content, origin)
    tag = lang or _only_tag(rows)
    if rows:
        faults += list(_faults(rows, instrument, tag))
    elif not faults:
        faults = ["it holds no text"]
    if faults:
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise InstrumentError(
            f"`{origin}` must hold the wording of `{instrument.id}`, every text once; {count} found.",
            where=faults,
            hint=f"`sctoolkit instruments wording {instrument.id} --template` writes a file with the right rows.",
        )
    return [WordingRow(row.part, row.code, row.side, tag or "", row.text, row.line) for row in rows]


def _rows(content: bytes, origin: str) -> tuple[list[WordingRow], list[str]]:
    if len(content) > SIZE_CAP:
        raise ReadError(
            f"`{origin}` must be smaller than 1 MB, and it holds {len(content):,} bytes.",
            hint="Is it the data file? A wording file holds one line an item: write an empty one with `--template`.",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadError(
            f"`{origin}` must be UTF-8 text; byte {error.start} is not.", hint="Save the file again as CSV UTF-8."
        ) from None
    header = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if header.count(";") > header.count(",") else ",")
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    faults = [f"line 1: column `{name}` is missing" for name in ("part", "code", "text") if name not in names]
    for name in names:
        if name not in COLUMNS:
            near = closest(name, COLUMNS)
            faults.append(f"line 1: column `{name}` is not known" + (f"; did you mean `{near}`?" if near else ""))
    if faults:
        return [], faults
    rows: list[WordingRow] = []
    for record in reader:
        if None in record or None in record.values():
            faults.append(f"line {reader.line_num}: must have {len(names)} cells; put texts with commas in quotes")
            continue
        cells = {name: str(record.get(name) or "").strip() for name in COLUMNS}
        if any(cells.values()):
            rows.append(WordingRow(line=reader.line_num, **cells))
    return rows, faults


def _only_tag(rows: Sequence[WordingRow]) -> str | None:
    tags = Counter(row.lang for row in rows if row.lang)
    return tags.most_common(1)[0][0] if tags else None


def _faults(rows: Sequence[WordingRow], instrument: Instrument, lang: str | None) -> Iterator[str]:
    if lang is None:
        yield "no language: name it in the column `lang` or when attaching"
    elif not _TAG.match(lang):
        yield f"language `{lang}` is not a tag such as `en`, `cy` or `pt-BR`"
    for row in rows:
        yield from _row_faults(row, instrument, lang)
    yield from _repeated(rows)
    yield from _absent(rows, instrument)


def _row_faults(row: WordingRow, instrument: Instrument, lang: str | None) -> Iterator[str]:
    place = f"line {row.line}"
    if row.part not in PARTS:
        near = closest(row.part, PARTS)
        known = f"; did you mean `{near}`?" if near else f"; it is one of {', '.join(PARTS)}"
        yield f"{place}: part `{row.part}` is not known{known}"
        return
    known_codes = _known_codes(instrument)[row.part]
    if row.code not in known_codes:
        near = closest(row.code, known_codes)
        what = {"answer": "an answer", "item": "an item", "stem": "a response scale"}.get(
            row.part, "empty, as it must be"
        )
        yield f"{place}: code `{row.code}` is not {what}" + (f"; did you mean `{near}`?" if near else "")
    if row.side and row.side not in instrument.instrument.sides:
        near = closest(row.side, instrument.instrument.sides)
        yield f"{place}: side `{row.side}` is not a side" + (f"; did you mean `{near}`?" if near else "")
    if row.lang and lang is not None and row.lang != lang:
        yield f"{place}: language `{row.lang}` stands in a file of `{lang}`"
    if not row.text:
        yield f"{place}: the text of {row.part} `{row.code}` is empty"
    for fault in slot_faults(row.text, instrument):
        yield f"{place}: {fault}"
    item = instrument.by_code.get(row.code) if row.part == "item" else None
    if row.text and item is not None and item.target is not None and item.target not in slots_in(row.text):
        yield f"{place}: item `{row.code}` asks about `{{{item.target}}}`, and its text does not name it"


def _known_codes(instrument: Instrument) -> Mapping[str, list[str]]:
    answers = [f"{name}:{entry.code}" for name, response in instrument.response.items() for entry in response.entries]
    return {
        "item": list(instrument.item_codes),
        "answer": answers,
        "stem": list(instrument.response),
        "instruction": [""],
    }


def _repeated(rows: Sequence[WordingRow]) -> Iterator[str]:
    seen: dict[tuple[str, str, str], WordingRow] = {}
    for row in rows:
        key = (row.part, row.code.casefold(), row.side)
        if key in seen:
            alike = "" if seen[key].code == row.code else " (upper and lower case are alike)"
            yield f"line {row.line}: {row.part} `{row.code}` stands already on line {seen[key].line}{alike}"
        seen.setdefault(key, row)


def _absent(rows: Sequence[WordingRow], instrument: Instrument) -> Iterator[str]:
    given: dict[str, set[str]] = {}
    for row in rows:
        if row.part == "item":
            given.setdefault(row.code, set()).add(row.side)
    absent = [code for code in instrument.item_codes if code not in given]
    if len(absent) > LISTED:
        shown = ", ".join(f"`{code}`" for code in absent[:LISTED])
        yield f"{len(absent)} items have no text: {shown} and {len(absent) - LISTED} more"
    else:
        yield from (f"item `{code}` has no text" for code in absent)
    for code, sides in given.items():
        if "" not in sides and code in instrument.by_code:
            for side in instrument.instrument.sides:
                if side not in sides:
                    yield f"item `{code}` has no text for side `{side}`"


def write_wording(rows: Sequence[WordingRow]) -> str:
    """Return rows as the text of a CSV file."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((row.part, row.code, row.side, row.lang, row.text) for row in rows)
    return buffer.getvalue()


def wording_template(instrument: Instrument, lang: str = "en") -> str:
    """Return an empty wording file for an instrument: a row for each text that it needs, none of them filled.

    Answers stand with the library's own short labels where those are known; replace them by the published words.

    Examples
    --------
    >>> from sctoolkit.instrument.library import load_instrument
    >>> print(wording_template(load_instrument("ucla3")).splitlines()[2])
    item,LON1,,en,
    """
    rows = [WordingRow("instruction", "", "", lang, "", 0)]
    rows += [WordingRow("item", item.code, "", lang, "", 0) for item in instrument.items]
    for name, response in instrument.response.items():
        rows += [WordingRow("answer", f"{name}:{answer.code}", "", lang, answer.label, 0) for answer in response.codes]
        rows += [WordingRow("answer", f"{name}:{entry.code}", "", lang, entry.label, 0) for entry in response.missing]
    return write_wording(rows)
