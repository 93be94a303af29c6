"""Score every scale of the instrument, and account for every score that was not given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import DataError, did_you_mean
from sctoolkit.instrument.check import reachable_range
from sctoolkit.instrument.model import Instrument, Scale
from sctoolkit.result import Caveat, FloatArray, Provenance
from sctoolkit.scoring.caveats import instrument_caveats, prorated_caveat, scale_caveats
from sctoolkit.scoring.minimum import row_minima
from sctoolkit.scoring.rules import apply_rule
from sctoolkit.scoring.scores import SCORE_REASONS, SCORED, Scores
from sctoolkit.survey.responses import REASONS, Responses

MISSING_RULE = (
    "A score needs the scale's minimum of answered items. A mean is over the answered items; a sum stands for all "
    "items (mean of the answered times their number); a count is over the answered items; a conversion table needs all."
)


@dataclass(frozen=True, slots=True)
class _Column:
    """One scale's share of the scores."""

    values: FloatArray
    pomp: FloatArray
    n_answered: npt.NDArray[np.int64]
    reasons: npt.NDArray[np.int8]


def score(responses: Responses, *, scales: Sequence[str] | None = None) -> Scores:
    """Score the scales of the instrument, one row a respondent and wave.

    Parameters
    ----------
    responses : Responses
        Answers as `read` and `from_frame` return them.
    scales : sequence of str, optional
        Names of the scales to score; without it, all that yield a score.

    Returns
    -------
    Scores
        ``values`` in each scale's own points, ``pomp`` as percent of maximum possible (0 to 100), and for every score
        that was not given the reason: `not_asked` (fewer items than the minimum were put to this person), `no_answer`,
        `too_few_answers`, `direction_unknown` (an item's keying is known to nobody), `undefined` (the rule has no
        number, as with no position reached).

    Raises
    ------
    DataError
        If the instrument has no such scale, or none that yields a score.

    Notes
    -----
    Reverse-keyed items enter as ``low + high - value``. A mean is over the answered items; a sum is the mean of the
    answered items times the number of items of the scale; a weighted sum is filled up likewise; a count is over the
    answered items, without filling up; a conversion table needs all items. Each needs the scale's minimum of answers.

    Examples
    --------
    >>> import pandas as pd
    >>> from sctoolkit.survey.frame import from_frame
    >>> frame = pd.DataFrame({"LON1": [3, 1, 2], "LON2": [3, 2, None], "LON3": [2, 1, 2]})
    >>> scores = score(from_frame(frame, "ucla3"))
    >>> scores.values[:, 0].tolist(), [SCORE_REASONS[r] for r in scores.reasons[:, 0]]
    ([8.0, 4.0, nan], ['scored', 'scored', 'too_few_answers'])
    """
    instrument = responses.instrument
    chosen = _chosen(instrument, scales)
    columns = {name: _score_scale(responses, instrument.scale[name]) for name in chosen}
    for name, column in columns.items():
        _account(name, column, responses.n)
    made = list(columns.values())
    return Scores(
        instrument=instrument,
        scales=tuple(chosen),
        values=np.column_stack([column.values for column in made]),
        pomp=np.column_stack([column.pomp for column in made]),
        n_answered=np.column_stack([column.n_answered for column in made]),
        reasons=np.column_stack([column.reasons for column in made]),
        responses=responses,
        provenance=Provenance(
            analysis="score",
            instrument=instrument.id,
            instrument_version=instrument.version,
            waves=responses.provenance.waves,
            n_in=responses.n,
            n_used=int((np.column_stack([column.reasons for column in made]) == SCORED).any(axis=1).sum()),
            missing_rule=MISSING_RULE,
            options={"scales": list(chosen)},
            inputs=responses.provenance.inputs,
        ),
        caveats=(*responses.caveats, *_caveats(responses, chosen, columns)),
    )


def _chosen(instrument: Instrument, scales: Sequence[str] | None) -> list[str]:
    for name in scales or ():
        if name not in instrument.scale:
            raise DataError(
                f"`scales` must name scales of `{instrument.id}`; `{name}` is none.",
                hint=did_you_mean(name, instrument.scale),
            )
        if not instrument.scale[name].scored:
            raise DataError(
                f"Scale `{name}` of `{instrument.id}` must yield a score to be scored, and its rule is `indicators`.",
                hint="Report its items one by one.",
            )
    chosen = [name for name, scale in instrument.scale.items() if scale.scored and (scales is None or name in scales)]
    if not chosen:
        access = instrument.instrument.access
        raise DataError(
            f"An instrument must have a scale that yields a score; `{instrument.id}` ({instrument.status}) has none.",
            hint=f"Its text and scoring: {access}" if access else "Report its items one by one.",
        )
    return chosen


def _score_scale(responses: Responses, scale: Scale) -> _Column:
    instrument = responses.instrument
    places = {code: place for place, code in enumerate(responses.items)}
    present = [code for code in scale.items if code in places]
    n = responses.n
    if scale.keyed and scale.rule != "count" and any(not instrument.by_code[code].keyed for code in scale.items):
        reasons = np.full(n, SCORE_REASONS.index("direction_unknown"), dtype=np.int8)
        return _Column(np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=np.int64), reasons)
    where = [places[code] for code in present]
    made = apply_rule(instrument, scale, present, _columns(responses.codes, where))
    not_asked = REASONS.index("not_asked")
    asked = np.full(n, len(present), dtype=np.int64)
    for place in where:
        asked -= responses.reasons[:, place] == not_asked
    minimum = row_minima(responses, scale)
    reasons = np.zeros(n, dtype=np.int8)
    reasons[np.isnan(made.values)] = SCORE_REASONS.index("undefined")
    reasons[(made.n_answered < minimum) | _part_missing(responses, scale)] = SCORE_REASONS.index("too_few_answers")
    reasons[made.n_answered == 0] = SCORE_REASONS.index("no_answer")
    reasons[asked < minimum] = SCORE_REASONS.index("not_asked")
    values = np.where(reasons == SCORED, made.values, np.nan)
    return _Column(values, _pomp(instrument, scale, values), made.n_answered, reasons)


def _part_missing(responses: Responses, scale: Scale) -> npt.NDArray[np.bool_]:
    """Return which rows lack the answers that a part of the scale needs."""
    lacking = np.zeros(responses.n, dtype=np.bool_)
    for part in scale.require:
        places = [place for place, code in enumerate(responses.items) if code in part.items]
        lacking |= np.count_nonzero(~np.isnan(responses.codes[:, places]), axis=1) < part.minimum
    return lacking


def _columns(codes: FloatArray, places: Sequence[int]) -> FloatArray:
    """Return the columns, as a view where they stand side by side."""
    if places and list(places) == list(range(places[0], places[0] + len(places))):
        return codes[:, places[0] : places[0] + len(places)]
    return codes[:, list(places)]


def _pomp(instrument: Instrument, scale: Scale, values: FloatArray) -> FloatArray:
    """Percent of maximum possible: ``100 (score - low) / (high - low)``."""
    bounds = scale.range or reachable_range(instrument, scale)
    if bounds is None:
        return np.full(len(values), np.nan)
    low, high = bounds
    return (values - low) * (100.0 / (high - low))


def _account(name: str, column: _Column, n: int) -> None:
    """Raise unless every row is either scored or has a reason: in = scored + not scored."""
    given = np.isfinite(column.values)
    if len(column.values) != n or not np.array_equal(given, column.reasons == SCORED):
        raise RuntimeError(
            f"scale {name}: {n} rows in, {given.sum()} scored, {(column.reasons != SCORED).sum()} with a reason"
        )


def _caveats(responses: Responses, chosen: Sequence[str], columns: dict[str, _Column]) -> Iterator[Caveat]:
    yield from instrument_caveats(responses.instrument)
    for name in chosen:
        scale = responses.instrument.scale[name]
        yield from scale_caveats(responses.instrument, name, responses.items)
        if scale.rule in {"sum", "weighted"}:
            yield from prorated_caveat(name, scale, columns[name].n_answered[columns[name].reasons == SCORED])
