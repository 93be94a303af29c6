"""Sentences and cut-offs, from ``words.toml`` and ``rules.toml``."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sctoolkit.errors import OptionError, did_you_mean


@dataclass(frozen=True, slots=True)
class Rule:
    """A published cut-off: the statistic, who said so, and the words for ranges of values."""

    id: str
    statistic: str
    source: str
    cuts: tuple[tuple[float, str], ...]

    def word(self, value: float) -> str:
        """Return the word for a value; empty for nan.

        Examples
        --------
        >>> rule("reliability_nunnally").word(0.72)
        'enough for comparing groups'
        """
        found = [word for low, word in self.cuts if value >= low]
        return found[-1] if found and not math.isnan(value) else ""


def phrase(key: str, **values: object) -> str:
    """Return a sentence of ``words.toml`` with its fields filled.

    Parameters
    ----------
    key : str
        ``section.name``.
    **values : object
        Fields, already written as text. Their content is never read as a template.

    Examples
    --------
    >>> phrase("headline.on_side", side="{0.__class__}", what="no answers")
    '{0.__class__}: no answers'
    """
    section, name = key.split(".")
    text: str = phrases()[section][name]
    return text.format(**values)


def counted(key: str, n: int) -> str:
    """Return a phrase with its number, in the singular or the plural; empty for 0.

    Examples
    --------
    >>> counted("provenance.remarks", 1), counted("provenance.remarks", 3), counted("provenance.remarks", 0)
    ('1 remark is hidden', '3 remarks are hidden', '')
    """
    section, name = key.split(".")
    one, many = phrases()[section][name]
    return "" if n == 0 else one if n == 1 else many.format(n=n)


@cache
def phrases() -> dict[str, dict[str, Any]]:
    """Return all sentences by section and name."""
    return _read("words.toml")


@cache
def rules() -> dict[str, Rule]:
    """Return all cut-offs by name."""
    return {
        name: Rule(name, entry["statistic"], entry["source"], tuple((float(low), word) for low, word in entry["cuts"]))
        for name, entry in _read("rules.toml").items()
    }


def rule(name: str) -> Rule:
    """Return one cut-off.

    Raises
    ------
    OptionError
        If there is none of this name.
    """
    if name not in rules():
        raise OptionError(f"There is no cut-off named `{name}`.", hint=did_you_mean(name, rules()))
    return rules()[name]


def listed(parts: tuple[str, ...] | list[str], *, last: str = "and") -> str:
    """Return parts as a list in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    parts = list(parts)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


def capital(text: str) -> str:
    """Return a sentence with its first letter large.

    Examples
    --------
    >>> capital("at least 45 people")
    'At least 45 people'
    """
    return text[:1].upper() + text[1:]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("sctoolkit.report").joinpath(name).read_text(encoding="utf-8"))
