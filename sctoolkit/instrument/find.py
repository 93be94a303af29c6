"""Find the questionnaire for the job: the library as a table, and filters over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

import pandas as pd

from sctoolkit.errors import OptionError, did_you_mean
from sctoolkit.instrument.library import iter_instruments
from sctoolkit.instrument.model import Construct, Instrument, Item, Level, ResponseScale, Scale, Status

COLUMNS = (
    "id",
    "name",
    "year",
    "status",
    "constructs",
    "level",
    "n_items",
    "scales",
    "languages",
    "sides",
    "free",
    "unverified",
)


def list_instruments(
    *,
    construct: str | Sequence[str] | None = None,
    level: str | None = None,
    max_items: int | None = None,
    language: str | None = None,
    free: bool | None = None,
    side: str | None = None,
    status: str | Sequence[str] | None = None,
    scored: bool | None = None,
) -> pd.DataFrame:
    """Return the library as a table, one row an instrument, in the order of the ids; filters narrow it.

    Parameters
    ----------
    construct : str or sequence of str, optional
        Keep instruments that measure all of these: ``bonding``, ``bridging``, ``linking``, ``trust``,
        ``coproduction``, ``outcome``, ``power``, ``cohesion``.
    level : str, optional
        Keep instruments whose answers describe this level, or are aggregated to it: ``individual``, ``household``,
        ``community``, ``organisation``, ``partnership``, ``project``, ``dyad``.
    max_items : int, optional
        Keep instruments known to have at most so many questions.
    language : str, optional
        Keep instruments that exist in this language (a tag; ``pt`` finds ``pt-BR``).
    free : bool, optional
        True: wording said to be usable without asking; False: the rest, unknown included.
    side : str, optional
        Keep instruments with a form for this side.
    status : str or sequence of str, optional
        ``validated``, ``index``, ``draft``, ``listed``.
    scored : bool, optional
        Whether at least one scale yields a score.

    Returns
    -------
    DataFrame
        ``id, name, year, status, constructs, level, n_items, scales, languages, sides, free, unverified``: ``n_items``
        counts questions (missing: not known), ``free`` says whether the wording may be used without asking (None: not
        known), ``unverified`` how many items, answer codes and scales are flagged as such.

    Raises
    ------
    OptionError
        If a filter has a value that no instrument can have.

    Examples
    --------
    >>> "cscq" in set(list_instruments()["id"])
    True
    >>> list_instruments(construct="linking", level="household", max_items=10)["id"].tolist()
    ['ftf_kenya_linking4', 'ftf_social_capital_index']
    """
    constructs = _choices("construct", construct, get_args(Construct))
    _choices("level", level, get_args(Level))
    statuses = _choices("status", status, get_args(Status))
    rows = []
    for instrument in iter_instruments():
        header = instrument.instrument
        fits = (
            set(constructs) <= constructs_of(instrument)
            and (level is None or level in levels_of(instrument))
            and (max_items is None or 0 < n_questions(instrument) <= max_items)
            and (language is None or any(_same_language(language, tag) for tag in header.languages))
            and (free is None or (instrument.licence.free is True) == free)
            and (side is None or side in header.sides)
            and (not statuses or instrument.status in statuses)
            and (scored is None or any(scale.scored for scale in instrument.scale.values()) == scored)
        )
        if fits:
            rows.append(_row(instrument))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _choices(name: str, value: str | Sequence[str] | None, known: Sequence[str]) -> tuple[str, ...]:
    chosen = () if value is None else (value,) if isinstance(value, str) else tuple(value)
    for entry in chosen:
        if entry not in known:
            offered = ", ".join(f"`{word}`" for word in known)
            hint = did_you_mean(entry, known) if len(known) > 12 else (*_near(entry, known), f"Offered: {offered}.")
            raise OptionError(f"`{name}` must be one that the library knows, not `{entry}`.", hint=hint)
    return chosen


def _near(entry: str, known: Sequence[str]) -> Iterator[str]:
    yield from (line for line in did_you_mean(entry, known) if line.startswith("Did you mean"))


def constructs_of(instrument: Instrument) -> set[str]:
    """Return the constructs of an instrument: its own and those of its scales."""
    tagged = (construct for scale in instrument.scale.values() for construct in scale.tags.constructs)
    return {*instrument.instrument.constructs, *tagged}


def levels_of(instrument: Instrument) -> set[str]:
    """Return the levels that an instrument describes or is aggregated to."""
    header = instrument.instrument
    return {header.level, *header.levels, *(scale.tags.level for scale in instrument.scale.values())}


def n_questions(instrument: Instrument) -> int:
    """Return the number of questions, 0 where nobody said."""
    return instrument.instrument.n_items or len(instrument.items)


def n_unverified(instrument: Instrument) -> int:
    """Return how many items, answer scales and scales are flagged as not verified."""
    parts: tuple[Item | ResponseScale | Scale, ...] = (
        *instrument.items,
        *instrument.response.values(),
        *instrument.scale.values(),
    )
    return sum(part.verified is False for part in parts)


def _same_language(wanted: str, tag: str) -> bool:
    return tag.casefold() == wanted.casefold() or tag.split("-")[0].casefold() == wanted.casefold()


def _row(instrument: Instrument) -> dict[str, object]:
    header = instrument.instrument
    return {
        "id": instrument.id,
        "name": instrument.name,
        "year": header.year,
        "status": instrument.status,
        "constructs": ", ".join(header.constructs),
        "level": ", ".join((header.level, *header.levels)),
        "n_items": n_questions(instrument) or None,
        "scales": ", ".join(instrument.scale),
        "languages": ", ".join(header.languages),
        "sides": ", ".join(header.sides),
        "free": instrument.licence.free,
        "unverified": n_unverified(instrument),
    }
