"""Disclosure rules by name, read from ``presets.toml``, each with its source."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sctoolkit.errors import OptionError, did_you_mean

DEFAULT_PRESET = "uk-tre-10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One set of rules for what may leave.

    Attributes
    ----------
    id, title, source : str
        Name, plain title, and where the rules come from.
    hide_below : int
        Counts of people under this number are hidden.
    hide_zero : bool
        Whether a count of zero is hidden too.
    statistics_from : int
        Fewest people behind a mean, spread, percentage, interval or picture.
    secondary : bool
        Whether further cells are hidden until no hidden one can be derived.
    group_disclosure : bool
        Whether a line is hidden in which everybody gave the same answer.
    round_to : int
        Counts are rounded to this multiple; 1 leaves them as they are.
    dof_from : int
        Fewest residual degrees of freedom of a model.
    redact_table : bool
        Whether one small count withholds its whole table.
    """

    id: str
    title: str
    source: str
    hide_below: int
    hide_zero: bool
    statistics_from: int
    secondary: bool
    group_disclosure: bool
    round_to: int = 1
    dof_from: int = 0
    redact_table: bool = False

    def too_few(self, count: int) -> bool:
        """Whether a count of people must be hidden.

        Examples
        --------
        >>> get_preset("uk-tre-10").too_few(0), get_preset("nhs-hes").too_few(0)
        (True, False)
        """
        return self.hide_zero and self.hide_below > 0 if count == 0 else count < self.hide_below


@cache
def presets() -> dict[str, Preset]:
    """Return all presets by name."""
    text = files("sctoolkit.disclosure").joinpath("presets.toml").read_text(encoding="utf-8")
    return {name: Preset(id=name, **entry) for name, entry in tomllib.loads(text).items()}


def get_preset(name: str) -> Preset:
    """Return the preset of this name.

    Raises
    ------
    OptionError
        If there is none.

    Examples
    --------
    >>> get_preset("uk-tre-10").hide_below
    10
    """
    known = presets()
    if name not in known:
        listed = ", ".join(f"`{choice}`" for choice in known)
        raise OptionError(
            f"The disclosure preset must be one of {listed}, not `{name}`.", hint=did_you_mean(name, known)
        )
    return known[name]
