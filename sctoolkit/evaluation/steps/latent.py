"""Change in what the items measure, with their errors taken out, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.steps.measure import FEWEST_ITEMS
from sctoolkit.evaluation.study import Study, pair_of
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.measurement.panel.latent_change import FEW_PEOPLE, latent_change
from sctoolkit.measurement.panel.latent_change_result import LatentChange
from sctoolkit.result import Caveat


def latent_in(
    study: Study, answers: Answers, outcome: Outcome, caveats: list[Caveat]
) -> Iterator[tuple[str, LatentChange]]:
    """Yield the latent change of a primary scale for each side (or all people) with enough of them at both waves."""
    pair, scores = pair_of(study, answers.responses), answers.scores
    if not outcome.primary or not outcome.is_scale or len(pair) < 2 or "respondent" not in scores.roles:
        return
    if scores.instrument.scale[outcome.name].rule not in ("mean", "sum"):
        return
    items = keyed_items(scores, outcome.name)
    names = list(items.columns)
    roles = {
        role: scores.roles[role] for role in ("respondent", "wave", "side", "organisation") if role in scores.roles
    }
    rows = items.assign(**roles)
    rows = rows[rows["wave"].isin(pair) & (rows["respondent"] != "")]
    for side in sorted(set(rows["side"]) - {""}) if "side" in roles else [""]:
        own = rows[rows["side"] == side] if side else rows
        if len(names) >= FEWEST_ITEMS and _seen_twice(own, names) >= FEW_PEOPLE:
            call = partial(
                latent_change,
                own,
                items=names,
                ordered=study.plan.analysis.ordered,
                waves=pair,
                unit="respondent",
                wave="wave",
                cluster="organisation" if "organisation" in roles else None,
                empty_categories="collapse",
                ci_level=study.plan.analysis.ci_level,
            )
            found = attempt(call, "change with errors of measurement taken out", outcome, caveats)
            if found is not None:
                yield side, found


def _seen_twice(rows: pd.DataFrame, names: list[str]) -> int:
    """People with all items answered at both waves."""
    return int((rows.loc[rows[names].notna().all(axis=1), "respondent"].value_counts() > 1).sum())
