"""How many people changed by more than errors of measurement, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from sctoolkit.change.pooling.reliable_change import ReliableChange, reliable_change
from sctoolkit.change.route.panel import read_panel
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.steps.measure import Measurement
from sctoolkit.evaluation.study import Study, pair_of
from sctoolkit.result import Caveat


def persons_in(
    study: Study, answers: Answers, outcome: Outcome, measurement: Measurement | None, caveats: list[Caveat]
) -> Iterator[tuple[str, ReliableChange]]:
    """Yield, for a primary scale of people who can be followed, the counts of each side (or of all people).

    Errors of measurement are those of the headline reliability at the first wave.
    """
    pair = pair_of(study, answers.responses)
    reliability = None if measurement is None else measurement.headline_reliability()
    if not outcome.primary or len(pair) < 2 or reliability is None or "respondent" not in answers.frame.columns:
        return
    frame = answers.frame[answers.frame["wave"].isin(pair) & answers.frame[outcome.name].notna()]
    for side in sorted(set(frame["side"]) - {""}) if "side" in frame.columns else [""]:
        rows = frame[frame["side"] == side] if side else frame
        call = partial(_persons, rows, outcome, pair, reliability, study.plan.analysis.ci_level)
        found = attempt(call, "change person by person", outcome, caveats)
        if found is not None:
            yield side, found


def _persons(
    rows: pd.DataFrame, outcome: Outcome, pair: tuple[str, ...], reliability: float, level: float
) -> ReliableChange | None:
    """Reliable change of the people who can be followed; None where there are none."""
    panel = read_panel(rows, outcome=outcome.name, unit="respondent", wave="wave", waves=pair)
    first, last = panel.pairs(0, len(panel.waves) - 1)
    if len(panel.waves) < 2 or not len(first):
        return None
    both = pd.DataFrame({"pre": panel.outcome[first], "post": panel.outcome[last]})
    return reliable_change(both, pre="pre", post="post", reliability=reliability, level=level)
