"""Balance of groups and Johnson-Neyman points."""

import numpy as np
import pytest

from sctoolkit.numerics.change.balance import balance
from sctoolkit.numerics.linear.johnson_neyman import johnson_neyman


def test_balance_by_hand():
    x = np.array([[1.0], [3.0], [5.0], [7.0], [9.0]])
    arm = np.array([True, True, False, False, False])
    found = balance(x, arm)
    assert found.std_difference[0] == pytest.approx((2 - 7) / np.sqrt((2 + 4) / 2))
    assert found.variance_ratio[0] == pytest.approx(0.5)
    weighted = balance(x, arm, np.array([1, 1, 1e9, 1, 1.0]))
    assert weighted.control[0] == pytest.approx(5, abs=1e-6)


def test_a_covariate_that_does_not_vary_has_no_difference():
    assert np.isnan(balance(np.ones((4, 1)), np.array([True, True, False, False])).std_difference[0])


def test_johnson_neyman_ends_are_where_the_interval_touches_zero():
    slope, moderation, parts, critical = 0.4, -0.3, (0.02, 0.01, -0.004), 2.1
    ends = johnson_neyman(slope, moderation, parts, critical)
    assert len(ends) == 2
    for w in ends:
        error = np.sqrt(parts[0] + 2 * w * parts[2] + w**2 * parts[1])
        assert abs(slope + moderation * w) == pytest.approx(critical * error)
    assert johnson_neyman(0.0, 0.0, (1.0, 1.0, 0.0), 2.0) == ()
