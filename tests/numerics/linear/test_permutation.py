"""Permutation and sign flips: counts by hand, strata, exactness."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.permutation import assignments, flip_signs, permute_assignment


def test_pairs_are_dealt_within_themselves():
    treated = np.array([1, 0, 1, 0, 0, 1], dtype=bool)
    deals, listed = assignments(treated, strata=[1, 1, 2, 2, 3, 3])
    assert listed
    assert len(deals) == 8
    assert (deals.reshape(8, 3, 2).sum(axis=2) == 1).all()
    test = permute_assignment(np.array([5.0, 1, 6, 2, 3, 9]), treated, strata=[1, 1, 2, 2, 3, 3])
    assert test.p_value == test.smallest_p == 0.25


def test_one_treated_of_ten_cannot_go_below_a_tenth():
    values = np.arange(10.0)
    values[3] = 100.0
    treated = np.arange(10) == 3
    test = permute_assignment(values, treated)
    assert (test.p_value, test.smallest_p, test.ci_low, test.ci_high) == (0.1, 0.1, -np.inf, np.inf)


def test_large_designs_are_drawn_with_the_actual_deal_among_them():
    treated = np.arange(40) < 20
    test = permute_assignment(np.where(treated, 10.0, 0.0), treated, n_draws=199, ci_level=None)
    assert not test.enumerated
    assert test.p_value == 1 / 200
    deals, _ = assignments(treated, n_draws=5)
    assert (deals[0] == treated).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from(["difference", "studentised"]))
def test_shift_scale_and_sides(seed, statistic):
    rng = np.random.default_rng(seed)
    values, treated = rng.normal(size=8), rng.permutation(8) < 4
    base = permute_assignment(values, treated, statistic=statistic, ci_level=None)
    other = permute_assignment(3 * values - 7, treated, statistic=statistic, ci_level=None)
    mirror = permute_assignment(-values, treated, statistic=statistic, ci_level=None)
    assert base.p_value == other.p_value == mirror.p_value
    assert base.p_greater == mirror.p_less


def test_interval_is_of_a_constant_shift():
    rng = np.random.default_rng(3)
    treated = np.arange(12) < 6
    values = rng.normal(size=12) + 2.0 * treated
    test = permute_assignment(values, treated)
    for limit, side in ((test.ci_low, 1), (test.ci_high, -1)):
        for step, rejected in ((-0.01, True), (0.01, False)):
            shifted = values - (limit + side * step) * treated
            assert (permute_assignment(shifted, treated, ci_level=None).p_value <= 0.05) == rejected


def test_weights_weigh_means():
    values, treated = np.array([1.0, 3.0, 2.0, 6.0]), np.array([0, 0, 1, 1], dtype=bool)
    test = permute_assignment(values, treated, weights=np.array([3.0, 1.0, 1.0, 3.0]), ci_level=None)
    np.testing.assert_allclose(test.estimate, 5.0 - 1.5)


def test_flips_by_hand():
    assert flip_signs(np.array([1.0, 2.0])).p_value == 0.5
    assert flip_signs(np.array([1.0, -1.0, 2.0])).p_value == 0.75  # of |sums| 2 0 4 2 2 4 0 2, six reach 2
    drawn = flip_signs(np.ones(40), n_draws=99)
    assert drawn.p_value == drawn.smallest_p == 0.01


def test_refusals():
    with pytest.raises(NotIdentifiedError, match="both arms"):
        permute_assignment(np.ones(3), np.ones(3, dtype=bool))
    with pytest.raises(NotIdentifiedError, match="at least 2 units"):
        flip_signs(np.ones(1))
