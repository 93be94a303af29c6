"""The scoring of the library, against scores worked out by hand."""

import math
import sys
from pathlib import Path

import pandas as pd
import pytest

from sctoolkit import from_frame, load_instrument, score
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.scoring.scores import SCORE_REASONS

sys.path.insert(0, str(Path(__file__).parent))
from hand_cases import CASES


@pytest.mark.parametrize("name", sorted(CASES))
def test_scores_equal_those_made_by_hand(name):
    instrument = load_instrument(name)
    rows = [answers for answers, _ in CASES[name]]
    codes = [item.code for item in instrument.items if instrument.response[item.response].known]
    frame = pd.DataFrame([{code: row.get(code) for code in codes} for row in rows], dtype=object)
    scores = score(from_frame(frame, instrument))
    for row, (_, expected) in enumerate(CASES[name]):
        for scale, wanted in expected.items():
            place = scores.scales.index(scale)
            value, reason = scores.values[row, place], SCORE_REASONS[scores.reasons[row, place]]
            if isinstance(wanted, str):
                assert math.isnan(value), f"row {row} {scale}: {value}"
                assert reason == wanted, f"row {row} {scale}: {reason}"
            else:
                # tolerance: one division in double precision
                assert value == pytest.approx(wanted, abs=1e-12), f"row {row} {scale}: {value} ({reason})"


def test_at_least_25_instruments_have_an_ordinary_a_missing_and_an_extreme_case():
    assert len(CASES) >= 25


def test_short_form_is_scored_over_the_items_that_it_carries():
    instrument = load_instrument("cscq")
    short = [item.code for item in instrument.items_of_form("short")]
    frame = pd.DataFrame([dict.fromkeys(short, 3) | {"bo1": 5, "bo3": 3}, dict.fromkeys(short) | {"bo1": 5}])
    scores = score(from_frame(frame, instrument))
    bonding = scores.values[:, scores.scales.index("bo")]
    assert bonding.tolist() == [4.0, 5.0]  # (5 + 3) / 2, and one of two answered


def test_items_of_a_scale_shown_as_answered_are_not_turned():
    instrument = load_instrument("yamagishi_general_social_trust_1988")
    responses = from_frame(pd.DataFrame({code: [5, 1] for code in instrument.item_codes}), instrument)
    assert keyed_items(responses, "distrust")["GST1"].tolist() == [5.0, 1.0]
    assert keyed_items(responses)["GST1"].tolist() == [1.0, 5.0]
