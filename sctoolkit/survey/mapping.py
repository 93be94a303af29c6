"""Mapping files: the decisions about one file's columns and words, on record as TOML.

::

    [columns]                 # role or item = column
    respondent = "pid"
    trust = "Generally speaking, ..."

    [missing_codes]           # code or word = kind of non-answer
    "9" = "dont_know"

    [answers.agree5]          # response scale or item: word = code
    "Agre" = 4

    [asked.fair]              # planned missingness: column = values
    ballot = ["Ballot a", "Ballot b"]

    [consent]                 # column = values that mean consent
    "I agree to take part" = ["Yes"]

    [multiple]                # questions with several answers in one cell: column = options
    "Which groups?" = ["women's group", "savings group"]
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sctoolkit.errors import MatchError, OptionError, ReadError, did_you_mean, near_file, toml_place
from sctoolkit.survey.decisions import Decisions

SIZE_CAP = 1_000_000
SECTIONS = ("columns", "missing_codes", "answers", "asked", "consent", "multiple")


def load_mapping(mapping: str | os.PathLike[str] | Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the sections of a mapping file, or of a mapping in memory.

    Raises
    ------
    ReadError
        If the file is absent, too large, or not text.
    MatchError
        If it is not TOML.
    OptionError
        If it has a section that is not known.
    """
    if mapping is None:
        return {}
    sections = dict(mapping) if isinstance(mapping, Mapping) else _parse(Path(mapping))
    for name, section in sections.items():
        if name not in SECTIONS:
            raise OptionError(
                f"A mapping must have the sections {', '.join(f'`{known}`' for known in SECTIONS)}, not `{name}`.",
                hint=did_you_mean(name, SECTIONS),
            )
        if not isinstance(section, Mapping):
            raise OptionError(
                f"Section `{name}` of a mapping must be a table, not `{section}`.",
                hint=f'Write a line `[{name}]` and below it one line an entry, such as `LON1 = "question 1"`.',
            )
    return sections


def merge(sections: Mapping[str, Any], decisions: Decisions) -> Decisions:
    """Return decisions with those of a mapping behind them: what is said in the call goes first.

    Raises
    ------
    MatchError
        If the call and the mapping name different columns for one item.
    """
    columns = {name: (column or None) for name, column in sections.get("columns", {}).items()}
    for name, column in decisions.columns.items():
        if name in columns and columns[name] != column:
            raise MatchError(
                f"`{name}` is column `{columns[name]}` in the mapping and `{column}` in the call.",
                hint=f"Take `{name}` out of one of the two.",
            )
    return Decisions(
        columns={**columns, **decisions.columns},
        missing_codes={**sections.get("missing_codes", {}), **decisions.missing_codes},
        answers={**sections.get("answers", {}), **decisions.answers},
        asked={**sections.get("asked", {}), **decisions.asked},
        consent={**sections.get("consent", {}), **decisions.consent},
        item_columns=decisions.item_columns,
        multiple={**sections.get("multiple", {}), **decisions.multiple},
        wave=decisions.wave,
        side=decisions.side,
        keep=decisions.keep,
    )


def _parse(path: Path) -> dict[str, Any]:
    if not path.is_file():
        must, found = ("be a file", "is a folder") if path.is_dir() else ("exist", "does not")
        raise ReadError(
            f"A mapping file must {must}; `{path}` {found}.",
            hint="Name the file in it." if path.is_dir() else near_file(path),
        )
    if path.stat().st_size > SIZE_CAP:
        raise ReadError(f"A mapping file must be smaller than 1 MB; `{path.name}` is not.", hint="Is it the data file?")
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ReadError(
            f"`{path.name}` must be UTF-8 text; byte {error.start} is not.", hint="Save the file again as UTF-8."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise MatchError(
            f"`{path.name}` must be TOML, and it is not at {toml_place(error)}.",
            hint='Put quotes around names and words: LON1 = "question 1".',
        ) from None
