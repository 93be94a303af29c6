"""Error cases of designs, planning and the programme's tables."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd


def panel(**more):
    rows = [(i, w, i % 8, i % 2, 3.0 + i % 3 + w) for i in range(24) for w in (1, 2) if w == 1 or i % 5]
    return pd.DataFrame(rows, columns=["id", "wave", "org", "arm", "y"]).assign(**more)


KEYS = {"outcome": "y", "unit": "id", "wave": "wave"}


def change(frame=None, **options):
    from sctoolkit import estimate_change

    return estimate_change(panel() if frame is None else frame, **{**KEYS, **options})


def did(frame=None, **options):
    from sctoolkit import did as call

    return call(panel() if frame is None else frame, **{"outcome": "y", "wave": "wave", "group": "arm", **options})


def staggered(entries, n_waves=3, **options):
    from sctoolkit import staggered_did as call

    rows = [(o, w, e, o + w / 2) for o, e in enumerate(entries) for w in range(1, n_waves + 1)]
    frame = pd.DataFrame(rows, columns=["org", "wave", "entry", "y"])
    return call(frame, **{"outcome": "y", "unit": "org", "wave": "wave", "entry": "entry", **options})


def plan(**options):
    from sctoolkit import plan as call

    return call(**{"n_people": 10, **options})


def attrition(frame):
    from sctoolkit import attrition as call

    return call(frame, **KEYS)


def roster(rows, **options):
    from sctoolkit.programme.roster import read_roster

    return read_roster(pd.DataFrame(rows), **options)


def roster_file(content: bytes | None):
    from sctoolkit.programme.roster import read_roster

    path = Path(tempfile.mkdtemp()) / "roster.csv"
    if content is not None:
        path.write_bytes(content)
    return read_roster(path)


def many_faults():
    names = [f"o{k}" for k in range(15)]
    return pd.DataFrame({"organisation": names, "side": "both", "wave": 1, "eligible": "x"})


ROSTER = {"organisation": ["Mosque", "Temple"], "side": ["community", "statutory"], "wave": [1, 1], "eligible": [20, 5]}


def returns(n, **more):
    from sctoolkit.programme.returns import returns as call

    forms = pd.DataFrame({"organisation": ["Mosque"] * n, "side": "community", "wave": 1}).assign(**more)
    return call(forms, pd.DataFrame(ROSTER))


def log(**more):
    from sctoolkit.programme.engagement_log import read_engagement_log

    rows = {"date": ["2019-05-01", "2024-06"], "organisation": ["Mosque", "Mosk"], "side": "community",
            "activity": ["grant", "vist"], "hours": [1, -2]}  # fmt: skip
    return read_engagement_log(pd.DataFrame(rows), organisations=["Mosque"], programme_start="2020-01-01", **more)


def phases():
    from sctoolkit.programme.phase_log import read_phase_log

    rows = {"organisation": ["a", "a", "b"], "phase": [0, 1, 3], "start": ["2024", "2023-05", "04/05/2024"]}
    return read_phase_log(pd.DataFrame(rows))


def counts():
    from sctoolkit.programme.outcome_counts import read_outcome_counts

    rows = {"unit": "clinic", "month": ["2024-01", "2024-03"], "count": [4, 5], "denominator": [0, 9]}
    return read_outcome_counts(pd.DataFrame(rows))


def ties():
    from sctoolkit.programme.ties import read_ties

    return read_ties(pd.DataFrame({"wave": 1, "source": ["a"], "target": ["a"], "kind": ["trst"]}))


def exposures():
    from sctoolkit.programme.exposures import exposures as call

    rows = {"date": ["2024-05-01"], "organisation": ["Mosque"], "side": ["community"], "activity": ["visit"]}
    return call(pd.DataFrame(rows), {"1": "spring 2024"})


def grim(*args, **options):
    from sctoolkit import grim as call

    return call(*args, **options)


def wording(text, rung):
    from sctoolkit.change.route.claims import check_wording

    check_wording(text, rung)


def sentence(template, rung, **fields):
    from sctoolkit.change.route.claims import say

    say(template, rung, **fields)


def dose(frame):
    from sctoolkit.change.designs.dose import dose_response

    return dose_response(frame, outcome="y", wave="wave", cluster="org", dose="arm")


def matched(frame):
    from sctoolkit.change.designs.matched_comparison import matched_comparison

    return matched_comparison(frame, group="arm", covariates=["org"], **KEYS)


def moderation():
    from sctoolkit.change.models.moderation import moderation as call

    return call(panel(), outcome="y", predictor="arm", moderator="arm")


def shrunken(frame, **options):
    from sctoolkit.change.pooling.shrunken_changes import shrunken_changes

    return shrunken_changes(frame, outcome="y", wave="wave", by="org", unit="id", **options)


def meta(frame):
    from sctoolkit.change.designs.meta_perception import meta_perception

    return meta_perception(frame, own="y", guess="org", side="side", wave="wave", n_draws=9)


def then(frame):
    from sctoolkit.change.route.then_test import then_test

    return then_test(frame, post="y", then="then")


def gate(**options):
    from sctoolkit.change.route.invariance_gate import with_invariance

    return with_invariance(change(), **options)


def reliability_nothing():
    from sctoolkit.numerics.linear.errors_in_variables import corrected_regression

    return corrected_regression(np.ones((4, 2)), np.arange(4.0), 1, 0.5)


def command(content):
    from sctoolkit.cli.data import read_frame

    path = Path(tempfile.mkdtemp()) / "scores.csv"
    if content is not None:
        path.write_bytes(content)
    return read_frame(path)


CASES = {
    "change_outcome_absent": lambda: change(outcome="yy"),
    "change_outcome_is_text": lambda: change(panel(y="good")),
    "change_negative_weights": lambda: change(panel(w=-1.0), weight="w"),
    "change_respondent_twice_in_a_wave": lambda: change(pd.concat([panel(), panel().head(3)])),
    "change_no_row_left": lambda: change(panel(y=np.nan)),
    "change_group_unclear": lambda: change(panel(arm=lambda t: t["arm"].map({0: "a", 1: "b"})), group="arm"),
    "change_group_unknown": lambda: change(panel(), group="arm", treated="2"),
    "change_three_groups": lambda: change(panel(arm=lambda t: t["id"] % 3), group="arm"),
    "change_treated_without_group": lambda: change(treated="1"),
    "change_groups_on_two_sides": lambda: change(
        panel(side=lambda t: t["org"].map(lambda o: "community" if o < 4 else "statutory")), group="arm", side="side"
    ),
    "change_ci_level": lambda: change(ci_level=95),
    "change_reliability": lambda: change(reliability=1.4),
    "change_false_match_rate": lambda: change(false_match_rate=1.0),
    "change_scale_range": lambda: change(scale_range=(5, 1)),
    "did_no_comparison": lambda: did(panel().query("arm == 1")),
    "did_one_wave": lambda: did(panel().query("wave == 1")),
    "did_empty_cell": lambda: did(panel().query("not (arm == 0 and wave == 2)")),
    "did_start_is_first_wave": lambda: did(start=1),
    "staggered_all_together": lambda: staggered((2, 2, 2)),
    "staggered_never_absent": lambda: staggered((2, 2, 3), control="never"),
    "staggered_nobody_enters": lambda: staggered((0, 0, 9)),
    "staggered_one_wave": lambda: staggered((2, 0), n_waves=1),
    "staggered_no_wave_before": lambda: staggered((2, 2, 0), anticipation=2),
    "staggered_two_entries": lambda: _two_entries(),
    "staggered_negative_weights": lambda: _staggered_weights(-1.0),
    "staggered_no_score": lambda: _staggered_weights(0.0),
    "plan_range": lambda: plan(icc=1.5),
    "plan_organisations": lambda: plan(n_organisations=1),
    "plan_categories": lambda: plan(n_categories=1),
    "plan_compare_organisations": lambda: plan(comparison="organisations"),
    "plan_no_dof": lambda: plan(n_organisations=2, comparison="organisations"),
    "attrition_one_wave": lambda: attrition(panel().query("wave == 1")),
    "attrition_no_links": lambda: attrition(panel(id=lambda t: range(len(t)))),
    "roster_column_missing": lambda: roster(pd.DataFrame(ROSTER).rename(columns={"eligible": "elligible"})),
    "roster_cells": lambda: roster({**ROSTER, "side": ["comunity", None], "eligible": ["many", 2.5]}),
    "roster_twice": lambda: roster(pd.concat([pd.DataFrame(ROSTER)] * 2)),
    "roster_many_faults": lambda: roster(many_faults()),
    "roster_no_file": lambda: roster_file(None),
    "roster_not_csv": lambda: roster_file(b"\xff\xfe\x00\x01"),
    "returns_column_missing": lambda: _returns_missing(),
    "returns_too_many": lambda: returns(21),
    "returns_outside_the_roster": lambda: returns(2, organisation="Church"),
    "log_faults": log,
    "phase_faults": phases,
    "counts_faults": counts,
    "ties_faults": ties,
    "exposures_without_days": exposures,
    "grim_not_a_number": lambda: grim("eighty", 20),
    "grim_percent_range": lambda: grim("140", 20),
    "grim_people": lambda: grim("40", 0),
    "grim_nothing": lambda: grim([], 20),
    "wording_above_the_rung": lambda: wording("The programme was effective and had impact.", "L1"),
    "template_above_the_rung": lambda: sentence("randomised", "L1", outcome="trust", moved="rose"),
    "rung_unknown": lambda: wording("text", "L9"),
    "dose_one_wave": lambda: dose(panel().query("wave == 1")),
    "dose_never_moves": lambda: dose(panel()),
    "matched_one_group": lambda: matched(panel(arm=1)),
    "matched_too_few": lambda: matched(panel().query("arm == 0 or id < 6")),
    "moderation_same_column": moderation,
    "shrunken_one_wave": lambda: shrunken(panel().query("wave == 1")),
    "shrunken_small_groups": lambda: shrunken(panel()),
    "shrunken_minimum": lambda: shrunken(panel(), minimum=1),
    "meta_one_side": lambda: meta(panel(side="community")),
    "meta_no_common_wave": lambda: meta(panel(side=lambda t: t["wave"].map({1: "community", 2: "statutory"}))),
    "then_nobody": lambda: then(panel(then=np.nan)),
    "gate_verdict": lambda: gate(verdict="strong"),
    "corrected_ancova_nothing_left": reliability_nothing,
    "command_no_file": lambda: command(None),
    "command_not_a_table": lambda: command(b"\xff\xfe\x00"),
}  # fmt: skip


def _two_entries():
    from sctoolkit import staggered_did

    frame = pd.DataFrame({"org": [1, 1, 2, 2], "wave": [1, 2] * 2, "entry": [2, 3, 0, 0], "y": [1.0, 2, 3, 4]})
    return staggered_did(frame, outcome="y", unit="org", wave="wave", entry="entry")


def _staggered_weights(weight):
    from sctoolkit import staggered_did

    frame = pd.DataFrame({"org": [1, 1, 2, 2], "wave": [1, 2] * 2, "entry": [2, 2, 0, 0], "y": [1.0, 2, 3, 4]})
    return staggered_did(frame.assign(w=weight), outcome="y", unit="org", wave="wave", entry="entry", weight="w")


def _returns_missing():
    from sctoolkit.programme.returns import returns as call

    return call(pd.DataFrame({"organisation": ["a"], "sid": ["community"], "wave": [1]}), pd.DataFrame(ROSTER))
