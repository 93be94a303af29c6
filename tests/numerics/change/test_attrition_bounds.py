"""Bounds and tipping points by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sctoolkit.numerics.change.attrition_bounds import lee_bounds, tipping_point, worst_case_bounds


def test_trimming_by_hand():
    # 4 of 5 stayed with, 2 of 5 without: half of those with are trimmed; control mean 3
    bounds = lee_bounds(np.array([1.0, 2.0, 4.0, 5.0]), np.array([2.0, 4.0]), 5, 5)
    assert (bounds.low, bounds.high, bounds.trimmed) == pytest.approx((1.5 - 3, 4.5 - 3, 0.5))
    other = lee_bounds(np.array([2.0, 4.0]), np.array([1.0, 2.0, 4.0, 5.0]), 5, 5)
    assert (other.low, other.high) == pytest.approx((3 - 4.5, 3 - 1.5))


def test_the_person_at_the_edge_counts_in_part():
    # 3 of 4 against 2 of 4: keep 2 of 3 people; 3 of 3 against 1 of 2 keeps one and a half
    bounds = lee_bounds(np.array([0.0, 3.0, 6.0]), np.array([0.0]), 3, 2)
    assert (bounds.low, bounds.high) == pytest.approx((1.0, 5.0))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(1, 5), min_size=2, max_size=12), st.lists(st.floats(1, 5), min_size=2, max_size=12),
       st.integers(0, 8), st.integers(0, 8))  # fmt: skip
def test_bounds_hold_the_difference_and_lie_inside_the_worst_case(t, c, lost_t, lost_c):
    t, c = np.array(t), np.array(c)
    lee = lee_bounds(t, c, len(t) + lost_t, len(c) + lost_c)
    worst = worst_case_bounds(t, c, len(t) + lost_t, len(c) + lost_c, 1.0, 5.0)
    gap = t.mean() - c.mean()
    assert lee.low - 1e-9 <= gap <= lee.high + 1e-9
    assert worst.low - 1e-9 <= gap <= worst.high + 1e-9


def test_nobody_lost_means_no_doubt():
    bounds = lee_bounds(np.array([1.0, 3.0]), np.array([0.0, 2.0]), 2, 2)
    assert bounds.low == bounds.high == 1.0
    assert np.isnan(tipping_point(1.0, 0.1, 2.0, 0.0)[0])
    assert np.isnan(lee_bounds(np.empty(0), np.array([1.0]), 2, 2).low)


def test_tipping_point_by_hand():
    zero, unclear = tipping_point(-0.6, 0.1, 2.0, 0.25)
    assert (zero, unclear) == pytest.approx((2.4, 1.6))
    assert tipping_point(0.1, 0.1, 2.0, 0.5)[1] == 0.0
