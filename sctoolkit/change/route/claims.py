"""The claim ladder and the guard on words: what a sentence may say at which rung."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, Literal

import numpy as np

from sctoolkit.errors import DesignError, OptionError

Rung = Literal["L0", "L1", "L2", "L3", "L4", "L5"]

LABEL_FIELDS = frozenset({"outcome", "waves", "first", "last", "side_a", "side_b", "dose"})
"""Fields filled with names that the user gave; the guard does not judge them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RungInfo:
    """One rung of the ladder: its name, the level A to D, what it means and what it needs."""

    id: Rung
    name: str
    level: str
    means: str
    needs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A sentence with fields in braces, and the lowest rung on which it may be said."""

    id: str
    rung: Rung
    text: str

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields."""
        return tuple(name for _, name, _, _ in Formatter().parse(self.text) if name)


@cache
def _data() -> dict[str, Any]:
    """Return the content of claims.toml."""
    return tomllib.loads(files("sctoolkit.change.route").joinpath("claims.toml").read_text(encoding="utf-8"))


@cache
def ladder() -> dict[str, RungInfo]:
    """Return the rungs from the lowest to the highest.

    Examples
    --------
    >>> list(ladder())
    ['L0', 'L1', 'L2', 'L3', 'L4', 'L5']
    """
    return {entry["id"]: RungInfo(**entry) for entry in _data()["rung"]}


@cache
def templates() -> dict[str, Template]:
    """Return the sentences that results may say."""
    return {name: Template(id=name, **entry) for name, entry in _data()["template"].items()}


def at_least(rung: str, needed: str) -> bool:
    """Return whether ``rung`` stands as high as ``needed``.

    Examples
    --------
    >>> at_least("L4", "L3"), at_least("L1", "L3")
    (True, False)
    """
    order = list(ladder())
    for name in (rung, needed):
        if name not in order:
            raise OptionError(
                f"A rung must be one of {', '.join(order)}, not `{name}`.",
                hint="Write the letter and the number: from `L0`, described, to `L5`, randomised.",
            )
    return order.index(rung) >= order.index(needed)


def forbidden_words(text: str, rung: str) -> tuple[str, ...]:
    """Return the words of ``text`` that may not be said on ``rung``.

    Letters are compared after compatibility normalisation, without soft hyphens and zero-width characters.

    Examples
    --------
    >>> forbidden_words("An effective programme with impact.", "L1")
    ('effective', 'impact')
    >>> forbidden_words("An effective programme with impact.", "L4")
    ()
    """
    guard = _data()["guard"]
    if at_least(rung, guard["rung"]):
        return ()
    plain = re.sub("[\u00ad\u200b-\u200d\u2060\ufeff]", "", unicodedata.normalize("NFKC", text)).casefold()
    plain = re.sub(r"\s+", " ", plain)
    pattern = r"\b(?:" + "|".join(guard["words"]) + r")\b"
    return tuple(dict.fromkeys(re.findall(pattern, plain)))


def check_wording(text: str, rung: str) -> None:
    """Raise when ``text`` says more than the design supports.

    Parameters
    ----------
    text : str
        Text made by the toolkit; names that the user gave are left out of it.
    rung : str
        Rung of the design, L0 to L5.

    Raises
    ------
    DesignError
        If a word stands in the text that needs a higher rung.
    """
    words = forbidden_words(text, rung)
    if words:
        info = ladder()[rung]
        raise DesignError(
            f"Text on rung {rung} ({info.name}) must not say {', '.join(f'`{word}`' for word in words)}.",
            where=text if len(text) <= 200 else text[:197] + "...",
            hint=_data()["guard"]["instead"],
        )


def say(template: str, rung: str, **fields: str) -> str:
    """Return a sentence of the toolkit, checked against the rung of the design.

    Parameters
    ----------
    template : str
        Name of a template of claims.toml.
    rung : str
        Rung of the design.
    **fields : str
        Values of the template's fields. Names that the user gave (outcome, waves, sides, dose) are not judged.

    Raises
    ------
    DesignError
        If the template needs a higher rung, or a field brings a word that does.

    Examples
    --------
    >>> say("changed_linked", "L1", outcome="trust", moved="rose", first="wave 1", last="wave 2")
    'Among people who answered at both waves, mean trust rose from wave 1 to wave 2; the design does not say why.'
    """
    entry = templates()[template]
    if not at_least(rung, entry.rung):
        raise DesignError(
            f"The sentence `{template}` needs rung {entry.rung}, and the design stands on {rung}.",
            hint=f"Take a sentence of rung {rung}: {ladder()[rung].means[0].lower()}{ladder()[rung].means[1:]}",
        )
    judged = {name: "" if name in LABEL_FIELDS else value for name, value in fields.items()}
    check_wording(entry.text.format(**judged), rung)
    text = entry.text.format(**fields)
    return text[:1].upper() + text[1:] if entry.text.startswith("{") else text


def moved_word(ci_low: float, ci_high: float) -> str:
    """Return how a quantity moved, as its interval allows.

    Examples
    --------
    >>> moved_word(0.1, 0.4), moved_word(-0.4, -0.1)
    ('rose', 'fell')
    """
    words: dict[str, str] = _data()["moved"]
    if np.isnan(ci_low) or np.isnan(ci_high) or (np.isinf(ci_low) and np.isinf(ci_high)):
        return words["unknown"]
    if ci_low > 0:
        return words["rose"]
    return words["fell"] if ci_high < 0 else words["unclear"]
