"""Wording: the words that people read, kept apart from the library, attached by the user, filled and handed to forms.

What a form asks of this module is one call::

    wording = wording_of(instrument, "en", side="community", slots={"own": "our mosque"})
    wording.items["bo1"]          # text of an item, slots filled, the first letter of a sentence capitalised
    wording.answers["agree5"][1]  # text of an answer or non-answer, by its code
    wording.stems["shared5"]      # what stands above the items of a response scale ("" where there is nothing)
    wording.instruction           # what stands at the top of the form ("" where there is nothing)

Wording that ships (``wording/<lang>.csv`` in the instrument's folder) is the library's own; wording of published
questionnaires is attached by the user and lives in ``user_root()/<id>/wording/<lang>.csv``. The user's goes first.
Answers that a file does not word keep the label of the instrument.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from sctoolkit.errors import InstrumentError, ReadError, WriteError, did_you_mean
from sctoolkit.instrument.library import library_root, user_root
from sctoolkit.instrument.model import Instrument
from sctoolkit.instrument.readability import Readability, readability
from sctoolkit.instrument.slots import fill, slot_values
from sctoolkit.instrument.wording_file import WordingRow, parse_wording, write_wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """All texts of a questionnaire in one language for one side, slots filled.

    Attributes
    ----------
    items : dict
        Item code -> question.
    answers : dict
        Response scale -> code -> text, non-answers included.
    stems : dict
        Response scale -> what stands above its items; absent where there is nothing.
    instruction : str
        What stands at the top.
    """

    instrument: str
    lang: str
    side: str | None
    items: Mapping[str, str]
    answers: Mapping[str, Mapping[int | str, str]]
    stems: Mapping[str, str]
    instruction: str = ""


def wording_of(
    instrument: Instrument, lang: str = "en", *, side: str | None = None, slots: Mapping[str, str] | None = None
) -> Wording:
    """Return the wording of an instrument, ready to be read by people.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire.
    lang : str
        Language tag.
    side : str, optional
        One of the instrument's sides; needed where its slots have defaults by side.
    slots : mapping, optional
        Slot -> text, in place of the defaults.

    Raises
    ------
    InstrumentError
        If there is no wording in this language: the message says whose it is and where it can be had; or if a slot
        stays open, or an attached file no longer fits the instrument.
    OptionError
        If the instrument has no such side or slot.

    Examples
    --------
    >>> from sctoolkit.instrument.library import load_instrument
    >>> wording_of(load_instrument("cscq"), side="statutory").items["bo3"]
    'I feel that I belong in my team or organisation.'
    """
    rows = _rows_of(instrument, lang)
    values = slot_values(instrument, side, slots)
    own = [row for row in rows if row.side in ("", side)]
    texts = {(row.part, row.code): fill(row.text, values) for row in sorted(own, key=lambda row: row.side)}
    return Wording(
        instrument=instrument.id,
        lang=lang,
        side=side,
        items={code: texts["item", code] for code in instrument.item_codes},
        answers=_answers(instrument, texts),
        stems={name: texts["stem", name] for name in instrument.response if ("stem", name) in texts},
        instruction=texts.get(("instruction", ""), ""),
    )


def _answers(instrument: Instrument, texts: Mapping[tuple[str, str], str]) -> dict[str, dict[int | str, str]]:
    return {
        name: {entry.code: texts.get(("answer", f"{name}:{entry.code}"), entry.label) for entry in response.entries}
        for name, response in instrument.response.items()
    }


def _rows_of(instrument: Instrument, lang: str) -> list[WordingRow]:
    files = wording_files(instrument)
    if lang not in files:
        raise InstrumentError(
            f"A form needs the wording of `{instrument.id}` in `{lang}`, and none is attached.",
            where=(*_whose(instrument), *((f"Here in: {', '.join(files)}",) if files else ())),
            hint=(
                *(did_you_mean(lang, files) if files else ()),
                f"Attach it: `sctoolkit instruments wording {instrument.id} FILE --lang {lang}`.",
                f"An empty file to fill: `sctoolkit instruments wording {instrument.id} --template`.",
            ),
        )
    return parse_wording(files[lang].read_bytes(), f"{instrument.id}/wording/{lang}.csv", instrument, lang)


def _whose(instrument: Instrument) -> tuple[str, ...]:
    licence = instrument.licence
    return (f"Licence: {licence.wording}", f"It can be had at: {licence.where or instrument.source[0].citation}")


def wording_files(instrument: Instrument) -> dict[str, Traversable]:
    """Return language -> file over the shipped wording and the user's own, which goes first."""
    return {
        **dict(_files_in(library_root() / instrument.id / "wording")),
        **dict(_files_in(_user_folder(instrument))),
    }


def _files_in(folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    if folder.is_dir():
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".csv"):
                yield file.name.removesuffix(".csv"), file


def _user_folder(instrument: Instrument) -> Path:
    return user_root() / instrument.id / "wording"


def attach_wording(instrument: Instrument, path: str | os.PathLike[str], lang: str | None = None) -> Path:
    """Check a wording file and keep it in the user's own folder; return where it is kept.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire.
    path : path
        A CSV file with the columns ``part, code, side, lang, text``; `wording_template` makes an empty one.
    lang : str, optional
        Language tag; without it, the one in the file's column ``lang``.

    Raises
    ------
    ReadError
        If the file is not there or cannot be read as text.
    InstrumentError
        With every fault of the file.
    WriteError
        If the user's folder cannot be written.
    """
    rows = _checked_rows(instrument, Path(path), lang)
    target = _user_folder(instrument) / f"{rows[0].lang}.csv"
    part = target.with_suffix(".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(write_wording(rows), encoding="utf-8")
        part.replace(target)
    except OSError as error:
        raise WriteError(
            f"The folder of your own wording must be writable; `{target.parent}` is not.",
            where=f"The system says: {(error.strerror or str(error)).lower()}.",
            hint="Set SCTOOLKIT_INSTRUMENTS to a folder that is.",
        ) from error
    return target


def check_wording_file(instrument: Instrument, path: str | os.PathLike[str], lang: str | None = None) -> str:
    """Check a wording file without keeping it; return its language tag.

    Raises
    ------
    ReadError
        If the file is not there or cannot be read as text.
    InstrumentError
        With every fault of the file.
    """
    return _checked_rows(instrument, Path(path), lang)[0].lang


def _checked_rows(instrument: Instrument, file: Path, lang: str | None) -> list[WordingRow]:
    if not instrument.items:
        raise InstrumentError(
            f"Wording needs items to belong to, and `{instrument.id}` is listed without any.",
            hint=(
                f"Its text: {instrument.instrument.access}",
                "With the text at hand write an instrument file of your own and name its path.",
            ),
        )
    if not file.is_file():
        must, found = ("be a file", "is a folder") if file.is_dir() else ("exist", "does not")
        raise ReadError(
            f"A wording file must {must}; `{file}` {found}.",
            hint=f"`sctoolkit instruments wording {instrument.id} FILE --template` writes an empty one.",
        )
    return parse_wording(file.read_bytes(), file.name, instrument, lang)


def remove_wording(instrument: Instrument, lang: str) -> Path:
    """Delete the wording that the user attached in a language; return where it was.

    Raises
    ------
    InstrumentError
        If the user attached none in this language; shipped wording stays.
    """
    target = _user_folder(instrument) / f"{lang}.csv"
    if not target.is_file():
        attached = [name for name, _ in _files_in(_user_folder(instrument))]
        raise InstrumentError(
            f"Wording to remove must have been attached; `{instrument.id}` has none of yours in `{lang}`.",
            hint=did_you_mean(lang, attached) or "Nothing is to be done: wording that ships with the library stays.",
        )
    target.unlink()
    return target


def wording_readability(wording: Wording) -> Readability:
    """Return how easy the items of an English wording read.

    Raises
    ------
    InstrumentError
        If the wording is not in English.
    """
    if wording.lang.split("-")[0] != "en":
        raise InstrumentError(
            f"A reading age is known for English only; this wording is in `{wording.lang}`.",
            hint="Have a few people of the group read the items aloud; of an English wording it is known.",
        )
    return readability(wording.items.values())
