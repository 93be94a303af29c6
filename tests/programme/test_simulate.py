"""The simulated programme: the same seed gives the same people, and its true change is in the data."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit import load_instrument
from sctoolkit.programme.simulate import LOADING, expected_item, simulate_programme
from sctoolkit.programme.simulated_logs import Organisation

CSCQ = load_instrument("cscq")


def test_same_seed_same_answers():
    first, second = simulate_programme(CSCQ, seed=5), simulate_programme(CSCQ, seed=5)
    for wave in first.waves:
        pd.testing.assert_frame_equal(first.waves[wave], second.waves[wave])
    pd.testing.assert_frame_equal(first.engagement_log, second.engagement_log)


def test_another_seed_other_answers():
    assert not simulate_programme(CSCQ, seed=5).waves["1"].equals(simulate_programme(CSCQ, seed=6).waves["1"])


def _keyed(frame, code):
    answers = pd.to_numeric(frame[code]).astype(float)
    answers = answers.where(answers <= 5)
    return answers if CSCQ.by_code[code].keying == 1 else 6 - answers


@pytest.fixture(scope="module")
def large():
    many = tuple(Organisation(f"org{number}", "community", 100, 2) for number in range(100))
    return simulate_programme(CSCQ, seed=11, organisations=many)


@pytest.mark.parametrize("scale", ["bo", "ts"])
def test_true_change_is_in_large_data(large, scale):
    # About 5,000 people who answer at waves 1 and 3: the standard error of their mean change is about .013 points, and
    # drop-out by trust moves change by less than .02.
    programme = large
    means = {
        wave: pd.concat([_keyed(frame, code) for code in CSCQ.scale[scale].items], axis=1).mean(axis=1)
        for wave, frame in programme.waves.items()
    }
    linked = [programme.waves[wave].assign(y=means[wave]).query("code != ''").set_index("code")["y"] for wave in "13"]
    change = (linked[1] - linked[0]).dropna().mean()
    truth = programme.true_change.query("scale == @scale and wave == '3' and tenure == 'all'")["change"].iloc[0]
    assert change == pytest.approx(truth, abs=0.06)


def test_private_renters_gain_nothing_and_their_answers_show_it(large):
    means = {}
    for wave in "13":
        frame = large.waves[wave].query("tenure == 'private rent' and code != ''").set_index("code")
        means[wave] = pd.concat([_keyed(frame, code) for code in CSCQ.scale["ts"].items], axis=1).mean(axis=1)
    change = (means["3"] - means["1"]).dropna()
    truth = large.true_change.query("scale == 'ts' and wave == '3'").set_index("tenure")["change"]
    assert truth["private rent"] == 0.0
    assert truth["all"] == pytest.approx(0.75 * truth["own home"])
    assert change.mean() == pytest.approx(0.0, abs=0.08)  # about 1,200 people: standard error .026, drop-out by trust


def test_expected_item_by_hand():
    # With no shift the item has the category shares of the simulator: 1*.09 + 2*.19 + 3*.26 + 4*.31 + 5*.15 = 3.24.
    assert expected_item(CSCQ, "bo1", 0.0) == pytest.approx(3.24, abs=1e-12)
    assert expected_item(CSCQ, "bo1", 0.5) > expected_item(CSCQ, "bo1", 0.0)


def test_items_of_a_scale_hang_together():
    frame = simulate_programme(CSCQ, seed=3).waves["1"]
    items = pd.concat([_keyed(frame, code) for code in CSCQ.scale["bo"].items], axis=1)
    off = items.corr().to_numpy()[np.triu_indices(5, 1)]
    assert off.mean() == pytest.approx(LOADING**2, abs=0.15)
