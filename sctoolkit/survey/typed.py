"""From a table to responses: match the columns, read the cells, account for every one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError, InstrumentError, MatchError, did_you_mean
from sctoolkit.instrument.model import Instrument
from sctoolkit.result import Caveat, Provenance
from sctoolkit.survey.answers import Unmatched, answer_key, read_column
from sctoolkit.survey.asked import absence_caveats, empty_caveats, mark_never_put, mark_not_asked
from sctoolkit.survey.consent import consent_caveats, consenting
from sctoolkit.survey.decisions import Decisions, check_answer_words, harmless_codes, split_missing_codes
from sctoolkit.survey.identifiers import direct_identifiers, kept_caveats
from sctoolkit.survey.known_texts import KnownTexts, known_texts
from sctoolkit.survey.match import Match, match_columns, pattern_columns
from sctoolkit.survey.responses import Responses
from sctoolkit.survey.roles import check_repeats, role_columns
from sctoolkit.survey.unmatched import refuse_unmatched


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a table comes from and what is known about it beside its cells."""

    analysis: str
    source: str
    rows: npt.NDArray[np.int64] | None = None
    also: Mapping[str, Sequence[str]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    identifiers: Sequence[str] = ()
    keyed: bool = False
    caveats: Sequence[Caveat] = ()


def type_table(table: pd.DataFrame, instrument: Instrument, decisions: Decisions, origin: Origin) -> Responses:
    """Return the typed answers of a table, from memory or from a file."""
    if len(table) == 0:
        raise DataError(
            "The data must hold at least one row, and they hold none.",
            where=f"Source: {origin.source}.",
            hint="Look at the step before: a filter or a merge that matched nothing leaves no rows.",
        )
    if not instrument.items:
        raise InstrumentError(
            f"An instrument must have its items known to be read; `{instrument.id}` is only listed.",
            hint=(
                f"Its text: {instrument.instrument.access}",
                "With the text at hand write an instrument file of your own and name its path.",
            ),
        )
    n_in = len(table)
    rows = np.arange(1, n_in + 1, dtype=np.int64) if origin.rows is None else origin.rows.copy()
    agreed = consenting(table, decisions.consent)
    if not agreed.all():
        table, rows = table[agreed].reset_index(drop=True), rows[agreed]
    names = [str(name) for name in table.columns]
    texts = known_texts(instrument)
    given = {**pattern_columns(names, instrument, decisions.item_columns), **decisions.columns}
    match = match_columns(names, instrument, given=given, also=origin.also, questions=texts.questions)
    _check_keep(decisions.keep, names)
    codes, reasons = _typed_answers(table, instrument, match, decisions, rows, origin.labels, texts)
    sources = np.full(len(table), origin.source, dtype=object)
    stray = mark_not_asked(table, match, reasons, decisions.asked)
    roles = role_columns(table, match, wave=decisions.wave, side=decisions.side)
    never = mark_never_put(tuple(match.items), reasons, roles)
    check_repeats(roles, rows, sources)
    named = _named(match, decisions.keep, keyed=origin.keyed)
    return Responses(
        instrument=instrument,
        items=tuple(match.items),
        codes=codes,
        reasons=reasons,
        roles=roles,
        extra={name: table[name].to_numpy(copy=True) for name in decisions.keep},
        rows=rows,
        sources=sources,
        provenance=_provenance(instrument, match, roles, origin, table, named, n_in),
        caveats=(
            *origin.caveats,
            *consent_caveats(agreed),
            *kept_caveats(named),
            *stray,
            *never,
            *absence_caveats(instrument, match.absent),
            *empty_caveats(reasons),
        ),
    )


def _check_keep(keep: Sequence[str], names: Sequence[str]) -> None:
    for name in keep:
        if name not in names:
            raise MatchError(f"`keep` must name columns of the data; `{name}` is none.", hint=did_you_mean(name, names))


def _named(match: Match, keep: Sequence[str], *, keyed: bool) -> list[str]:
    """Return the columns that were carried along by name; a respondent column of pseudonyms identifies nobody."""
    roles = [name for role, names in match.roles.items() if not (keyed and role == "respondent") for name in names]
    return [*keep, *roles]


def _provenance(
    instrument: Instrument,
    match: Match,
    roles: Mapping[str, npt.NDArray[Any]],
    origin: Origin,
    table: pd.DataFrame,
    named: Sequence[str],
    n_in: int,
) -> Provenance:
    used = {*match.items.values(), *named}
    identifiers = {*origin.identifiers, *direct_identifiers([str(name) for name in table.columns])}
    left_behind = sorted(identifiers - used)
    return Provenance(
        analysis=origin.analysis,
        instrument=instrument.id,
        instrument_version=instrument.version,
        waves=tuple(dict.fromkeys(roles["wave"].tolist())) if "wave" in roles else (),
        n_in=n_in,
        n_used=len(table),
        options={
            **origin.options,
            "columns": dict(match.items),
            "matched_by": dict(match.how),
            **({"identifiers_left_behind": left_behind} if left_behind else {}),
        },
        inputs=origin.inputs,
    )


def _typed_answers(
    table: pd.DataFrame,
    instrument: Instrument,
    match: Match,
    decisions: Decisions,
    rows: npt.NDArray[np.int64],
    labels: Mapping[str, Mapping[str, str]],
    texts: KnownTexts,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int8]]:
    general, own = split_missing_codes(decisions.missing_codes, instrument)
    answers = decisions.answers
    check_answer_words(answers, instrument)
    shape = (len(table), len(match.items))
    codes, reasons = np.empty(shape, order="F"), np.empty(shape, dtype=np.int8, order="F")
    unmatched: list[Unmatched] = []
    for place, (item, column) in enumerate(match.items.items()):
        response = instrument.by_code[item].response
        words = {**answers.get(response, {}), **answers.get(item, {})}
        missing = {
            **texts.non_answers.get(response, {}), **harmless_codes(general, instrument, item), **own.get(item, {}),
        }  # fmt: skip
        key = answer_key(
            instrument,
            item,
            answers=words,
            missing_codes=missing,
            labels=labels.get(column),
            wording=texts.answers.get(response),
        )
        codes[:, place], reasons[:, place], strange = read_column(item, table[column], key, rows)
        unmatched += strange
    if unmatched:
        refuse_unmatched(unmatched, instrument, len(table))
    return codes, reasons
