"""Closed-form inversion against a search by hand, and against refitting at its limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sctoolkit.numerics.change.entry_order import entry_order_test, entry_orders, simple_gains
from sctoolkit.numerics.linear.permutation import permute_assignment


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 7), st.sampled_from([0.8, 0.9, 0.95]))
def test_permutation_of_sites_is_just_rejected_at_its_limits(seed, n_treated, level):
    rng = np.random.default_rng(seed)
    treated, weights = rng.permutation(8) < n_treated, rng.uniform(1, 2, 8)
    values = rng.normal(size=8) + treated
    test = permute_assignment(values, treated, ci_level=level, weights=weights)
    for limit, side in ((test.ci_low, 1), (test.ci_high, -1)):
        for step, rejected in ((-1e-6, True), (1e-6, False)):
            if np.isfinite(limit):
                moved = values - (limit + side * step) * treated
                p_value = permute_assignment(moved, treated, ci_level=None, weights=weights).p_value
                assert (p_value <= 1 - level + 1e-9) == rejected
            else:
                far = values + side * 1e6 * treated
                assert permute_assignment(far, treated, ci_level=None, weights=weights).p_value > 1 - level + 1e-9


def staggered(seed, holes=0):
    rng = np.random.default_rng(seed)
    entry = np.array([2.0, 2.0, 3.0, 3.0, 4.0, np.inf, np.inf])
    periods = np.arange(1.0, 5.0)
    outcome = rng.normal(size=(7, 4)) + 2.0 * (periods >= entry[:, None])
    outcome[rng.integers(0, 7, holes), rng.integers(0, 4, holes)] = np.nan
    return outcome, periods, entry


@pytest.mark.parametrize(("seed", "holes"), [(1, 0), (2, 2)])
def test_gains_at_the_limits_are_just_rejected(seed, holes):
    outcome, periods, entry = staggered(seed, holes)
    test = entry_order_test(outcome, periods, entry)
    assert test.listed
    assert test.n_orders == 7 * 6 * 5 * 4 * 3 * 2 // (2 * 2 * 2)
    assert test.ci_low < test.estimate < test.ci_high
    entered = periods >= entry[:, None]
    for limit, side in ((test.ci_low, 1), (test.ci_high, -1)):
        for step, rejected in ((-0.002, True), (0.002, False)):
            moved = outcome - (limit + side * step) * entered
            assert (entry_order_test(moved, periods, entry).p_value <= 0.05) == rejected


def test_drawn_orders_hold_the_actual_one():
    outcome, periods, entry = staggered(3)
    outcome = outcome + 5.0 * (periods >= entry[:, None])
    wide, more = np.vstack([outcome] * 3), np.concatenate([entry] * 3)
    test = entry_order_test(wide, periods, more, n_draws=99)
    assert (test.listed, test.n_orders, test.smallest_p) == (False, 100, 0.01)
    assert test.p_value == 0.01


def test_the_treatment_itself_moves_by_one_and_others_by_less():
    _, periods, entry = staggered(4)
    orders, _ = entry_orders(entry, 1, 1)
    lean = simple_gains((periods >= entry[:, None]).astype(float), periods, orders)
    assert np.abs(lean).max() == pytest.approx(1.0)
    assert simple_gains((periods >= entry[:, None]).astype(float), periods, entry[None, :])[0] == pytest.approx(1.0)
