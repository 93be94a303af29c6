"""A first study file from the files that there are: what was recognised is filled in, the rest is left to decide."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sctoolkit.instrument.library import load_instrument
from sctoolkit.instrument.model import Instrument
from sctoolkit.survey.find import find_instrument
from sctoolkit.survey.layouts import Opening, read_table

ROLE_NAMES: dict[str, tuple[str, ...]] = {
    "respondent": ("respondent", "respondent_id", "pid", "person", "participant", "code", "token", "id", "firstid"),
    "wave": ("wave", "time", "timepoint", "round", "occasion", "redcap_event_name"),
    "side": ("side", "sector"),
    "organisation": ("organisation", "organization", "org", "site", "group_name"),
    "weight": ("weight", "wt", "pspwght", "anweight"),
}
"""Role -> names under which files often hold it; the first that is there is proposed."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a study file, and what was noticed on the way."""

    text: str
    noticed: tuple[str, ...]


def draft_study(data: Sequence[Path], *, instrument: str | None, folder: Path) -> Draft:
    """Return a first study file.

    Parameters
    ----------
    data : sequence of Path
        Data files, one a wave in the order given, or one with all waves.
    instrument : str or None
        Id of the questionnaire; recognised by the columns of the first file without.
    folder : Path
        Where the study file will stand: paths are written relative to it.

    Raises
    ------
    ReadError
        If a file cannot be read.
    MatchError
        If no questionnaire is named and none, or more than one, fits the columns.
    """
    tables = [read_table(path, Opening()) for path in data]
    columns = [str(name) for name in tables[0].cells.columns]
    chosen = load_instrument(instrument) if instrument else find_instrument(columns, tables[0].also, {})
    roles = _roles(columns)
    noticed = [f"{path.name}: {table.detected}" for path, table in zip(data, tables, strict=True)]
    noticed.append(f"Questionnaire: {chosen.name} ({chosen.id}).")
    noticed += [f"Column `{column}` is taken for the {role}." for role, column in roles.items()]
    if len(data) == 1 and "wave" not in roles:
        noticed.append("One file without a wave column: everything is taken for wave 1.")
    return Draft(text=_text(data, chosen, roles, folder), noticed=tuple(noticed))


def _roles(columns: Sequence[str]) -> dict[str, str]:
    """Propose a column for each role that a name gives away."""
    folded = {name.casefold().strip(): name for name in columns}
    found = {}
    for role, names in ROLE_NAMES.items():
        column = next((folded[name] for name in names if name in folded), None)
        if column is not None:
            found[role] = column
    return found


def _text(data: Sequence[Path], instrument: Instrument, roles: dict[str, str], folder: Path) -> str:
    scored = [name for name, scale in instrument.scale.items() if scale.scored]
    lines = [
        "# The analysis plan, best written before the data are seen. Paths are relative to this file.",
        "",
        "[study]",
        'title = "My study"',
        f'instrument = "{instrument.id}"',
        'disclosure = "uk-tre-10"          # nothing on fewer than 10 people leaves; others: see the README',
    ]
    single = "wave" in roles
    for place, path in enumerate(data, start=1):
        lines += ["", "[[file]]", f"path = {_quoted(os.path.relpath(path.resolve(), folder))}"]
        lines += [] if single else [f'wave = "{place}"']
    lines += ["", "[columns]                          # role = column", *_columns(roles)]
    lines += ["", "[analysis]"]
    lines += [f"primary = [{', '.join(_quoted(name) for name in scored[:1])}]    # of: {', '.join(scored)}"]
    compared = "side" if "side" in roles else "none"
    lines += [f'comparison = "{compared}"              # none, side or group', "ordered = true", *_further(scored)]
    return "\n".join(lines) + "\n"


def _further(scored: Sequence[str]) -> list[str]:
    """Return the keys that a plan may also have, as comments that say what they do."""
    lines = [
        '# splits = ["tenure"]               # who gained: also by these columns, which `keep` above must name',
        "# iterations = 500                  # random data sets to count dimensions by; 0 leaves the question out",
    ]
    if len(scored) > 1:
        lines += [
            "",
            "# [reciprocal]                      # which of two scales follows the other; three waves and 200 people",
            f"# scales = [{_quoted(scored[0])}, {_quoted(scored[1])}]",
        ]
    if len(scored) > 2:
        lines += [
            "",
            "# [[path]]                          # over three waves, from one thing through another to a third",
            f'# from = {_quoted(scored[0])}                         # or "dose" (of the engagement log), or "group"',
            f"# through = {_quoted(scored[1])}",
            f"# to = {_quoted(scored[2])}",
        ]
    return lines


def _columns(roles: dict[str, str]) -> list[str]:
    known = ("respondent", "wave", "side", "organisation", "group", "weight")
    named = [f"{role} = {_quoted(roles[role])}" if role in roles else f'# {role} = "..."' for role in known]
    return [*named, '# keep = ["tenure"]                 # further columns that are read, for `splits` below']


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
