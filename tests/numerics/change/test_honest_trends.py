"""Intervals under bending trends: diff-diff's figures, a straight line by hand, and coverage at the worst trend."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.change.honest_trends import folded_quantile, largest_bend, relative_set, smooth_interval

STORED = json.loads((Path(__file__).parents[2] / "oracle/honest_trends/smooth_intervals.json").read_text())
TWO = {"times": np.array([-1.0, 1.0]), "weights": np.array([1.0])}


@pytest.mark.parametrize("case", STORED["cases"], ids=lambda c: f"{c['n_before']}-{c['n_after']}-{c['bend']}")
def test_against_diff_diff(case):
    b, a = case["n_before"], case["n_after"]
    times = np.concatenate([np.arange(-b, 0.0), np.arange(1.0, a + 1)])
    coef, cov = np.array(case["coef"]), np.array(case["cov"])
    found = smooth_interval(coef, cov, times, np.full(a, 1 / a), case["bend"])
    # the length is what both make shortest; its minimum is flat, so the centre agrees less closely
    assert found.ci_high - found.ci_low == pytest.approx(case["ci_high"] - case["ci_low"], abs=1e-7)
    assert (found.ci_low, found.ci_high) == pytest.approx((case["ci_low"], case["ci_high"]), abs=2e-5)


def test_one_difference_before_by_hand():
    coef, cov = np.array([0.2, 1.0]), np.array([[0.04, 0.01], [0.01, 0.09]])
    found = smooth_interval(coef, cov, bend=0.3, **TWO)
    error = np.sqrt(0.04 + 0.09 + 2 * 0.01)  # gain + difference before: the line is drawn on
    half = error * folded_quantile(0.3 / error, 0.95)
    assert (found.estimate, found.std_error, found.bias) == pytest.approx((1.2, error, 0.3))
    assert (found.ci_low, found.ci_high) == pytest.approx((1.2 - half, 1.2 + half))


def test_a_straight_line_is_drawn_on_and_degrees_of_freedom_widen():
    coef, cov = np.array([0.2, 1.0]), np.diag([0.04, 0.09])
    error = np.sqrt(0.13)
    for dof, quantile in ((np.inf, stats.norm.ppf(0.975)), (5.0, stats.t.ppf(0.975, 5))):
        found = smooth_interval(coef, cov, bend=0.0, dof=dof, **TWO)
        assert found.ci_high == pytest.approx(1.2 + quantile * error)


def test_folded_quantile_is_its_definition():
    for shift in (0.0, 0.4, 2.0, 9.0):
        q = folded_quantile(shift, 0.95)
        assert stats.norm.cdf(q - shift) - stats.norm.cdf(-q - shift) == pytest.approx(0.95, abs=1e-6)


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10_000))
def test_no_other_weights_before_entry_are_shorter_and_no_trend_is_worse(seed):
    rng = np.random.default_rng(seed)
    times, weights = np.array([-3.0, -2, -1, 1, 2]), np.array([0.5, 0.5])
    mix = rng.normal(size=(5, 5))
    cov, bend = mix @ mix.T + 0.1 * np.eye(5), float(rng.uniform(0, 2))
    found = smooth_interval(rng.normal(size=5), cov, times, weights, bend)
    v = found.multipliers
    assert v @ times == pytest.approx(0.0, abs=1e-8)
    for _ in range(20):  # trends that bend as much as they may, in any direction
        turns = dict(zip((-2, -1, 0, 1), rng.choice([-bend, bend], 4), strict=True))
        slope = rng.normal() * 9
        ahead = [slope, 2 * slope + turns[1]]
        back = [turns[0] - slope, 2 * (turns[0] - slope) + turns[-1], 0.0]
        back[2] = 3 * (turns[0] - slope) + 2 * turns[-1] + turns[-2]
        assert abs(v @ np.array([*back[::-1], *ahead])) <= found.bias + 1e-8
        other = v.copy()
        step = rng.normal(size=3) * 0.2
        other[:3] += step - times[:3] * (step @ times[:3]) / (times[:3] @ times[:3])
        bends = bend * sum(abs(_reach(times, other, c)) for c in (-2, -1, 0, 1))
        error = np.sqrt(other @ cov @ other)
        assert error * folded_quantile(bends / error, 0.95) >= (found.ci_high - found.ci_low) / 2 - 1e-6


def _reach(times, v, centre):
    return v @ np.where(centre > 0, np.maximum(times - centre, 0), np.maximum(centre - times, 0))


def test_the_largest_bend_puts_a_limit_on_zero():
    coef, cov = np.array([0.1, -1.0]), np.diag([0.01, 0.01])
    bend = largest_bend(coef, cov, **TWO)
    assert smooth_interval(coef, cov, bend=bend, **TWO).ci_high == pytest.approx(0.0, abs=1e-5)
    assert largest_bend(coef, 100 * cov, **TWO) == 0.0


def test_plug_in_set_by_hand():
    coef, times = np.array([0.3, 0.1, 1.0, 2.0]), np.array([-2.0, -1, 1, 2])
    # steps before: -0.2 and -0.1; after entry each step is at most twice 0.2, the second gain takes two of them
    assert relative_set(coef, times, np.array([0.5, 0.5]), 2.0) == pytest.approx((1.5 - 0.6, 1.5 + 0.6))


def test_what_is_not_known():
    with pytest.raises(NotIdentifiedError, match="adjacent periods"):
        smooth_interval(np.zeros(2), np.eye(2), np.array([-2.0, 1.0]), np.ones(1), 0.1)
    with pytest.raises(NotIdentifiedError, match="adjacent periods"):
        smooth_interval(np.zeros(1), np.eye(1), np.array([1.0]), np.ones(1), 0.1)
    with pytest.raises(NotIdentifiedError, match="a weight"):
        smooth_interval(np.zeros(2), np.eye(2), TWO["times"], np.ones(2), 0.1)
    with pytest.raises(NotIdentifiedError, match="0 or more"):
        smooth_interval(np.zeros(2), np.eye(2), bend=-1.0, **TWO)
