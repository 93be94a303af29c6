"""The errors that users meet: what must hold and what was found, where, and what to do.

Every error has the same shape, made from three parts::

    ResponseCodeError: Item `trust_general` must hold codes 1 to 5, not 0 and 9.
      x 14 of 312 rows are outside the scale, first at rows 7, 19, 23 (wave 2).
      i If 9 means "don't know", list it under `missing` in instrument.toml.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path


class SctoolkitError(Exception):
    """Root of all errors raised on purpose.

    Parameters
    ----------
    problem : str
        One sentence: what must hold and what was found.
    where : sequence of str
        Facts that locate the problem: file, key path, column, rows, counts.
    hint : sequence of str or str
        What to do next.
    """

    exit_code = 1

    def __init__(self, problem: str, where: Sequence[str] | str = (), hint: Sequence[str] | str = ()) -> None:
        self.problem = problem
        self.where = (where,) if isinstance(where, str) else tuple(where)
        self.hint = (hint,) if isinstance(hint, str) else tuple(hint)
        super().__init__(problem)

    def __str__(self) -> str:
        lines = [
            self.problem,
            *(f"  x {line}" for line in self.where),
            *(f"  i {line}" for line in self.hint),
        ]
        return "\n".join(lines)


class InstrumentError(SctoolkitError, ValueError):
    """An instrument or wording file contradicts itself or its schema."""


class UnknownInstrumentError(SctoolkitError, LookupError):
    """No instrument has this id."""


class StudyError(SctoolkitError, ValueError):
    """A study file contradicts itself, its schema or the data."""


class ReadError(SctoolkitError, OSError):
    """A file cannot be read as the format that it claims."""

    exit_code = 3


class WriteError(SctoolkitError, OSError):
    """An output cannot be written."""

    exit_code = 3


class MatchError(SctoolkitError, ValueError):
    """Columns and items do not match."""


class ResponseCodeError(SctoolkitError, ValueError):
    """Answers hold a code or label that the response scale does not know."""


class DataError(SctoolkitError, ValueError):
    """Data do not have the shape that the analysis needs."""


class ModelSyntaxError(SctoolkitError, ValueError):
    """A model text cannot be understood."""


class NotIdentifiedError(SctoolkitError, ArithmeticError):
    """The quantity asked for is not determined by these data."""


class ConvergenceError(SctoolkitError, ArithmeticError):
    """An iteration ended without a solution."""


class DesignError(SctoolkitError, ValueError):
    """The design cannot answer the question that was asked."""


class DisclosureError(SctoolkitError, ValueError):
    """An output would show too few people."""


class OptionError(SctoolkitError, ValueError):
    """An option has a value that is not offered."""

    exit_code = 2


class MissingDependencyError(SctoolkitError, ImportError):
    """A part needs a package that is not installed."""


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word nearest to ``word``, or None when nothing is near.

    Examples
    --------
    >>> closest("bondng", ["bonding", "bridging"])
    'bonding'
    """
    names = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), list(names), n=1, cutoff=0.6)
    return names[near[0]] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return a hint naming the closest known word, or the known words when none is near.

    Examples
    --------
    >>> did_you_mean("bondng", ["bonding", "bridging"])
    ('Did you mean `bonding`?',)
    """
    names = sorted(known) if isinstance(known, (set, frozenset)) else list(known)
    near = closest(word, names)
    if near is not None:
        return (f"Did you mean `{near}`?",)
    if not names:
        return ()
    shown = ", ".join(f"`{name}`" for name in names[:12])
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return (f"Known: {shown}{more}.",)


def near_file(path: Path) -> tuple[str, ...]:
    """Return a hint for a file that is not there: a file of a like name beside it, or what to check.

    Examples
    --------
    >>> near_file(Path("nowhere/wave1.csv"))
    ('There is no folder `nowhere`: check the path.',)
    """
    if not path.parent.is_dir():
        return (f"There is no folder `{path.parent}`: check the path.",)
    try:
        beside = {other.stem: other for other in sorted(path.parent.iterdir())}
    except OSError:
        beside = {}
    near = difflib.get_close_matches(path.stem, list(beside), n=1, cutoff=0.75)
    if near:
        return (f"Did you mean `{beside[near[0]]}`?",)
    return ("Check the path: its folder holds no file of a like name.",)


def toml_place(error: ValueError) -> str:
    """Return where a TOML text cannot be read, from the parser's message.

    Examples
    --------
    >>> toml_place(ValueError("Expected '=' after a key (at line 3, column 7)"))
    'line 3, column 7'
    """
    message = str(error)
    return message.rpartition("(at ")[2].rstrip(")") if "(at " in message else message
