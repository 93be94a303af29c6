"""Paired tables: hand cases, edge cases, and the identity of two tests on two categories."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sctoolkit.errors import DataError, NotIdentifiedError
from sctoolkit.numerics.ordinal.paired_tables import bowker, marginal_trend, paired_proportions, stuart_maxwell


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=4, max_size=4).filter(lambda c: c[1] + c[2] > 0))
def test_on_two_categories_all_are_mcnemar(cells):
    table = np.array(cells, dtype=float).reshape(2, 2)
    test = paired_proportions(table)
    np.testing.assert_allclose([bowker(table).chi2, stuart_maxwell(table).chi2], test.chi2, rtol=1e-9)
    np.testing.assert_allclose(marginal_trend(table)[0] ** 2, test.chi2, rtol=1e-9, atol=1e-12)
    assert -1 - 1e-9 <= test.ci_low <= test.difference + 1e-9
    assert test.difference - 1e-9 <= test.ci_high <= 1 + 1e-9
    assert test.p_mid <= test.p_exact


def test_newcombe_on_a_published_table():
    """Newcombe (1998), table II: 20 / 12 / 2 / 16 has difference .20 and interval .0562 to .3292 (method 10)."""
    test = paired_proportions(np.array([[16.0, 12.0], [2.0, 20.0]]))
    np.testing.assert_allclose([test.difference, test.ci_low, test.ci_high], [0.2, 0.0562, 0.3292], atol=5e-4)


def test_exact_by_hand():
    np.testing.assert_allclose(paired_proportions(np.array([[5.0, 6.0], [1.0, 5.0]])).p_exact, 2 * (1 + 7) / 128)


def test_edges():
    still = np.diag([4.0, 5.0])
    assert paired_proportions(still).p_exact == 1.0
    assert np.isnan(bowker(still).p_value)
    with pytest.raises(NotIdentifiedError, match="nobody did"):
        stuart_maxwell(still)
    with pytest.raises(NotIdentifiedError, match="nobody did"):
        marginal_trend(still)
    with pytest.raises(DataError, match="square"):
        bowker(np.ones((2, 3)))
    with pytest.raises(DataError, match="2 by 2"):
        paired_proportions(np.ones((3, 3)))
