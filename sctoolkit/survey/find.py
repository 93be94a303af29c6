"""Which instrument a file holds, told by its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sctoolkit.errors import MatchError
from sctoolkit.instrument.library import instrument_folders, load_instrument
from sctoolkit.instrument.model import Instrument
from sctoolkit.survey.decisions import Columns
from sctoolkit.survey.match import match_columns
from sctoolkit.survey.responses import ROLES


def find_instrument(columns: Sequence[str], also: Mapping[str, Sequence[str]], given: Columns) -> Instrument:
    """Return the instrument of the library that has most items in the columns; ties go to the more complete one.

    Raises
    ------
    MatchError
        If none has an item there, or several fit equally well.
    """
    roles = {name: column for name, column in given.items() if name in ROLES}
    items = {name: column for name, column in given.items() if name not in ROLES}
    fits: list[tuple[tuple[int, float], Instrument]] = []
    for instrument_id in instrument_folders():
        instrument = load_instrument(instrument_id)
        own = {name: column for name, column in items.items() if name in instrument.by_code}
        if not instrument.items or len(own) < len(items):
            continue
        try:
            match = match_columns(columns, instrument, given={**roles, **own}, also=also, strict=False)
        except MatchError:
            continue
        fits.append(((len(match.items), len(match.items) / len(instrument.items)), instrument))
    if not fits:
        raise MatchError(
            "The columns must hold items of an instrument in the library, and they hold items of none.",
            where=f"Columns: {', '.join(f'`{name}`' for name in columns[:12])}.",
            hint="Name it: `read(path, 'id')`. `sctoolkit instruments list` shows the library.",
        )
    best = max(score for score, _ in fits)
    chosen = [instrument for score, instrument in fits if score == best]
    if len(chosen) > 1:
        raise MatchError(
            f"One instrument must fit the columns best, and {len(chosen)} fit equally well.",
            where=tuple(f"`{one.id}`: {best[0]} of {len(one.items)} items" for one in chosen[:6]),
            hint=f"Name the right one: `read(path, '{chosen[0].id}')`.",
        )
    return chosen[0]
