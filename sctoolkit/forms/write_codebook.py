"""Codebook formats as a table; none of them needs the wording, all show it where it is attached."""

from __future__ import annotations

from pathlib import Path

from sctoolkit.errors import InstrumentError, WriteError
from sctoolkit.forms.codebook import codebook_csv, codebook_page
from sctoolkit.forms.ddi import ddi_codebook
from sctoolkit.forms.spss import write_sav
from sctoolkit.instrument.model import Instrument
from sctoolkit.instrument.wording import wording_of
from sctoolkit.options import check_option

CODEBOOKS: dict[str, str] = {"codebook": ".html", "codebook-csv": ".csv", "ddi": ".xml", "spss": ".sav"}
"""Format -> ending of its file."""


def write_codebook(instrument: Instrument, to: str, path: Path | None = None, *, lang: str = "en") -> Path:
    """Write a codebook and return its path.

    Raises
    ------
    OptionError
        If there is no such format.
    WriteError
        If the file cannot be written.
    """
    check_option("to", to, tuple(CODEBOOKS))
    target = path or Path(f"{instrument.id}-{to}{CODEBOOKS[to]}")
    if to == "spss":
        write_sav(target, instrument)
        return target
    make = {"codebook": codebook_page, "codebook-csv": codebook_csv, "ddi": ddi_codebook}[to]
    try:
        target.write_text(make(instrument, attached_texts(instrument, lang)), encoding="utf-8")
    except OSError as error:
        raise WriteError(
            f"`{target}` must be writable, and it is not.",
            where=f"The system says: {str(error.strerror).lower()}.",
            hint="Name a file in a folder that exists and may be written to.",
        ) from None
    return target


def attached_texts(instrument: Instrument, lang: str) -> dict[str, str]:
    """Return item code -> wording in a language; empty where none is attached."""
    side = instrument.instrument.sides[0] if instrument.instrument.sides else None
    try:
        return dict(wording_of(instrument, lang, side=side).items)
    except InstrumentError:
        return {}
