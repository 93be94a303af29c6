"""Which instrument a file holds, told by its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sctoolkit.errors import InstrumentError, MatchError
from sctoolkit.instrument.library import instrument_folders, load_instrument
from sctoolkit.instrument.model import Instrument
from sctoolkit.survey.decisions import Columns
from sctoolkit.survey.known_texts import known_texts
from sctoolkit.survey.match import match_columns
from sctoolkit.survey.responses import ROLES

LEAST = 0.5
"""Share of an instrument's items below which a file is not said to hold it."""


def find_instrument(columns: Sequence[str], also: Mapping[str, Sequence[str]], given: Columns) -> Instrument:
    """Return the one instrument of the library that the columns hold.

    An instrument fits when all items of one of its forms are there and no larger fitting one uses the same columns;
    where none is complete, the one with most items fits, if at least `LEAST` of its items are there.

    Raises
    ------
    MatchError
        If none fits, or several do.
    """
    matches = _matches(columns, also, given)
    complete = {one: used for one, used in matches.items() if _holds_a_form(load_instrument(one), used)}
    fitting = {
        one: used for one, used in complete.items() if not any(_within(used, other) for other in complete.values())
    } or _most(matches)
    if not fitting:
        raise MatchError(
            "The columns must hold items of an instrument in the library, and they hold too few of any.",
            where=f"Columns: {', '.join(f'`{name}`' for name in columns[:12])}.",
            hint="Name it: `read(path, 'id')`. `sctoolkit instruments list` shows the library.",
        )
    if len(fitting) > 1:
        raise MatchError(
            f"The columns must hold one instrument, or one must be named; they hold {len(fitting)}.",
            where=[f"`{one}`: {len(used)} of {len(load_instrument(one).items)} items" for one, used in fitting.items()],
            hint=f"Name the one to read: `read(path, '{next(iter(fitting))}')`.",
        )
    return load_instrument(next(iter(fitting)))


def _matches(columns: Sequence[str], also: Mapping[str, Sequence[str]], given: Columns) -> dict[str, dict[str, str]]:
    """Return instrument -> (item -> column)."""
    roles = {name: column for name, column in given.items() if name in ROLES}
    items = {name: column for name, column in given.items() if name not in ROLES}
    found = {}
    for instrument_id in instrument_folders():
        instrument = load_instrument(instrument_id)
        if not instrument.items or not items.keys() <= instrument.by_code.keys():
            continue
        try:
            match = match_columns(
                columns,
                instrument,
                given={**roles, **items},
                also=also,
                questions=known_texts(instrument).questions,
                strict=False,
            )
        except (MatchError, InstrumentError):
            continue
        found[instrument_id] = dict(match.items)
    return found


def _holds_a_form(instrument: Instrument, used: Mapping[str, str]) -> bool:
    forms = instrument.instrument.forms
    return any({item.code for item in instrument.items_of_form(form)} <= used.keys() for form in forms)


def _within(used: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether all columns of one instrument are among those of another, which has more."""
    return set(used.values()) < set(other.values())


def _most(matches: Mapping[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return the instruments with most items there, of those with enough of them."""
    enough = {one: used for one, used in matches.items() if len(used) >= LEAST * len(load_instrument(one).items)}
    most = max((len(used) for used in enough.values()), default=0)
    return {one: used for one, used in enough.items() if len(used) == most}
