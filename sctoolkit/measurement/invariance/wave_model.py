"""Models over waves: one column an item and wave, one latent variable a factor and wave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import pandas as pd

from sctoolkit.errors import DataError, ModelSyntaxError, OptionError, did_you_mean
from sctoolkit.measurement.structure.model_syntax import Syntax, Term

Waves = str | Sequence[str] | Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class WaveModel:
    """A model over waves with its wide frame.

    ``occasion`` maps every item and latent variable of the wide model to its name without wave and the number of the
    wave; ``labels`` are the waves in order.
    """

    frame: pd.DataFrame
    syntax: Syntax
    occasion: dict[str, tuple[str, int]]
    labels: tuple[str, ...]


def at_wave(name: str, wave: str) -> str:
    """Return the name of an item or latent variable at a wave."""
    return f"{name}.{wave}"


def wave_model(
    frame: pd.DataFrame, syntax: Syntax, waves: Waves, *, unit: str | None, others: Sequence[str]
) -> WaveModel:
    """Return the model of all waves together.

    Parameters
    ----------
    frame : DataFrame
    syntax : Syntax
        Model of one wave.
    waves : str, sequence of str, or mapping
        Column of waves of a long frame (with ``unit``, the column of respondents); or the endings of the columns of a
        wide one (`item` + ending, also with `_` or `.` between); or wave -> {item: column}.
    unit : str or None
    others : sequence of str
        Further columns to keep (group, weights, cluster).
    """
    wide, labels = _wide(frame, syntax.variables, waves, unit, others)
    names = (*syntax.variables, *syntax.latents)
    occasion = {at_wave(name, wave): (name, k) for k, wave in enumerate(labels) for name in names}
    if syntax.definitions or syntax.equalities:
        raise ModelSyntaxError("A model over waves must hold no `:=` or `==` lines.", hint="Use `cfa` on a wide frame.")
    terms: list[Term] = []
    for wave in labels:
        for term in syntax.terms:
            rhs = term.rhs if term.rhs == "1" or term.op == "|" else at_wave(term.rhs, wave)
            terms.append(replace(term, lhs=at_wave(term.lhs, wave), rhs=rhs))
    for first, second in combinations(labels, 2):
        terms += [Term(at_wave(item, first), "~~", at_wave(item, second)) for item in syntax.variables]
    return WaveModel(wide, Syntax(tuple(terms), (), ()), occasion, tuple(labels))


def _wide(
    frame: pd.DataFrame, items: Sequence[str], waves: Waves, unit: str | None, others: Sequence[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Return the wide frame and the labels of the waves."""
    if isinstance(waves, str):
        return _from_long(frame, items, waves, unit, others)
    columns = dict(waves) if isinstance(waves, Mapping) else {str(end): _by_ending(frame, items, end) for end in waves}
    if len(columns) < 2:
        raise OptionError(
            f"`waves` must name at least two waves, and it names {len(columns)}.",
            hint='For example `waves=["pre", "post"]` for columns such as `a_pre` and `a_post`.',
        )
    parts = {}
    for wave, names in columns.items():
        for item in items:
            if item not in names or names[item] not in frame.columns:
                wanted = names.get(item, item)
                tries = (wanted,) if isinstance(waves, Mapping) else _endings(item, wave)
                raise DataError(
                    f"Wave `{wave}` must have a column for item `{item}`, and there is none.",
                    where=f"Looked for {', '.join(f'`{name}`' for name in tries)}.",
                    hint=did_you_mean(wanted, [str(name) for name in frame.columns]),
                )
            parts[at_wave(item, str(wave))] = frame[names[item]]
    wide = pd.DataFrame(parts)
    return pd.concat([wide, frame[list(others)]], axis=1), [str(wave) for wave in columns]


def _endings(item: str, ending: str) -> tuple[str, ...]:
    """Return the names that an item may have at a wave."""
    return tuple(f"{item}{mark}{ending}" for mark in ("", "_", "."))


def _by_ending(frame: pd.DataFrame, items: Sequence[str], ending: str) -> dict[str, str]:
    """Return the column of every item at a wave by its ending."""
    found = {}
    for item in items:
        tries = _endings(item, ending)
        found[item] = next((name for name in tries if name in frame.columns), tries[0])
    return found


def _from_long(
    frame: pd.DataFrame, items: Sequence[str], wave: str, unit: str | None, others: Sequence[str]
) -> tuple[pd.DataFrame, list[str]]:
    """Return a wide frame from one row a respondent and wave."""
    if unit is None:
        raise OptionError(
            "Waves in rows must come with the column that tells respondents apart.",
            hint="Name it: `unit='person'`, for instance.",
        )
    rows = frame[frame[wave].notna() & frame[unit].notna()]
    twice = rows.duplicated([unit, wave])
    if twice.any():
        first = rows.loc[twice].iloc[0]
        raise DataError(
            f"A respondent must have one row a wave, and `{first[unit]}` has more in wave `{first[wave]}`.",
            where=f"{int(twice.sum())} rows too many.",
            hint=f"Keep one row of each person and wave, and give people who share a code in `{unit}` their own.",
        )
    labels = list(dict.fromkeys(rows[wave].tolist()))
    if all(isinstance(label, (int, float)) for label in labels):
        labels.sort()
    if len(labels) < 2:
        raise DataError(
            f"`{wave}` must hold at least two waves, and it holds {len(labels)}.",
            hint=f"Check that `{wave}` is the column of the wave; groups at one wave are compared with `group=`.",
        )
    parts = []
    for label in labels:
        block = rows[rows[wave] == label].set_index(unit)[list(items)]
        parts.append(block.set_axis([at_wave(item, str(label)) for item in items], axis=1))
    wide = pd.concat(parts, axis=1)
    kept = rows.groupby(unit, sort=False)[list(others)].first() if others else None
    joined = wide if kept is None else wide.join(kept)
    return joined.reset_index(drop=True), [str(label) for label in labels]
