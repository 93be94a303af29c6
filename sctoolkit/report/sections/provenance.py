"""Section "Where this comes from": files with their hashes, versions, options, and what was hidden."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sctoolkit.disclosure.presets import get_preset
from sctoolkit.disclosure.protect import Log
from sctoolkit.disclosure.table import Column, Row, make_table
from sctoolkit.report.document import Block, Paragraph, Section
from sctoolkit.report.words import counted, listed, phrase
from sctoolkit.result import package_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a report was made from.

    Attributes
    ----------
    inputs : mapping
        File name to sha256.
    instrument, instrument_version, instrument_status : str
        The questionnaire.
    options : mapping
        Options by name, as text or numbers.
    seed : int or None
        Seed of everything random.
    versions : mapping
        Further packages and their versions; sctoolkit's own is added.
    citation : str
        How the instrument is cited.
    """

    inputs: Mapping[str, str] = field(default_factory=dict)
    instrument: str = ""
    instrument_version: str = ""
    instrument_status: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    citation: str = ""


def provenance_section(origin: Origin) -> Callable[[Log], Section]:
    """Return the function that writes the last section from the log of disclosure control."""

    def write(log: Log) -> Section:
        blocks: list[Block] = [Paragraph(phrase("provenance.lead"), "lead"), Paragraph(hidden_sentence(log))]
        blocks.append(Paragraph(f"Rules: {get_preset(log.preset).source}", "quiet"))
        columns = (Column("what", "What", row_header=True), Column("value", "Value"))
        rows = [Row({"what": name, "value": value}) for name, value in _facts(origin, log)]
        blocks.append(make_table("provenance", "Versions and options", columns, rows))
        if origin.inputs:
            columns = (Column("file", "File", row_header=True), Column("sha256", "SHA-256"))
            files = [Row({"file": name, "sha256": digest}) for name, digest in origin.inputs.items()]
            blocks.append(make_table("inputs", "Files that were read", columns, files))
        if origin.citation:
            blocks.append(Paragraph(f"Instrument: {origin.citation}", "quiet"))
        return Section(id="provenance", heading="Where this comes from", blocks=tuple(blocks))

    return write


def hidden_sentence(log: Log) -> str:
    """Return what disclosure control did, in one sentence with counts only."""
    if log.preset == "none":
        return phrase("provenance.off")
    numbers = {
        "small": log.n_small,
        "derived": log.n_derived,
        "statistics": log.n_statistics,
        "remarks": log.n_remarks,
        "tables": log.n_tables,
        "bounded": log.n_at_least,
    }
    parts = [said for said in (counted(f"provenance.{name}", n) for name, n in numbers.items()) if said]
    if not parts:
        return phrase("provenance.nothing_hidden")
    return phrase("provenance.hidden", preset=log.preset, parts=listed(parts))


def _facts(origin: Origin, log: Log) -> list[tuple[str, str]]:
    facts = [
        ("Instrument", " ".join(part for part in (origin.instrument, origin.instrument_version) if part)),
        ("Status of the instrument", origin.instrument_status),
        ("sctoolkit", package_version()),
        *((name, version) for name, version in origin.versions.items()),
        *((name, str(value)) for name, value in origin.options.items()),
        ("Seed", "" if origin.seed is None else str(origin.seed)),
        ("Disclosure rules", log.preset),
    ]
    return [(name, value) for name, value in facts if value]
