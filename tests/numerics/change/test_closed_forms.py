"""Closed forms of reliable change, equivalence, families, pooling, weights: hand cases and refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sctoolkit.errors import NotIdentifiedError, OptionError
from sctoolkit.numerics.change.equivalence import classify, tost
from sctoolkit.numerics.change.meta_analysis import generalised_q, pool_random_effects, tau2_reml
from sctoolkit.numerics.change.multiplicity import adjust, step_down_max_t
from sctoolkit.numerics.change.reliable_change import (
    hageman_arrindell,
    jacobson_truax,
    minimal_detectable_change,
    regression_based,
    regression_to_mean,
    std_error_measurement,
)
from sctoolkit.numerics.change.staying_weights import kish_effective_size, stabilised_weights

ONE = np.array([30.0]), np.array([40.0])


def test_reliable_change_crosses_at_the_detectable_change():
    step = minimal_detectable_change(7.5, 0.8)
    index = jacobson_truax(np.array([30.0]), np.array([30.0 + step]), 7.5, 0.8)
    np.testing.assert_allclose(index.z, 1.959963984540054)


def test_regression_to_the_mean_by_simulation():
    """Those above 60 on one of two measurements fall by the formula (200,000 people, Monte-Carlo error about .03)."""
    rng = np.random.default_rng(1)
    true = 50 + np.sqrt(80) * rng.normal(size=200_000)
    first, second = (true + np.sqrt(20) * rng.normal(size=200_000) for _ in range(2))
    chosen = first > 60
    np.testing.assert_allclose((first - second)[chosen].mean(), regression_to_mean(80, 20, 50, 60), atol=0.15)


@pytest.mark.parametrize("value", [0.0, 1.0, 1.2, -0.1])
def test_reliability_lies_inside(value):
    with pytest.raises(NotIdentifiedError, match="between 0 and 1"):
        std_error_measurement(1.0, value)


def test_reliable_change_refusals():
    with pytest.raises(NotIdentifiedError, match="some reliability"):
        hageman_arrindell(*ONE, 30, 40, 5, 5, 0.95, 0.8, 0.8)
    with pytest.raises(NotIdentifiedError, match="inside -1 and 1"):
        regression_based(*ONE, 30, 40, 5, 5, 1.0)
    with pytest.raises(NotIdentifiedError, match="variances above zero"):
        regression_to_mean(1, 0, 0, 1)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.6, 1.0, "rose beyond the smallest change that matters"),
        (0.1, 1.0, "rose, size unclear"),
        (0.1, 0.4, "equivalent"),
        (-0.4, 0.4, "equivalent"),
        (-0.1, 0.9, "unclear"),
        (-0.9, -0.1, "fell, size unclear"),
        (-0.9, -0.6, "fell beyond the smallest change that matters"),
    ],
)
def test_classes(low, high, verdict):
    assert classify(low, high, 0.5) == verdict


def test_tost_agrees_with_its_interval():
    for estimate in np.linspace(-0.6, 0.6, 25):
        test = tost(estimate, 0.15, 30, 0.5)
        assert (test.p_value < 0.05) == (test.verdict == "equivalent")
    with pytest.raises(NotIdentifiedError, match="above zero"):
        tost(0.1, 0.1, 10, 0.0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_families_keep_order_and_bounds(p_values):
    p = np.array(p_values)
    for method in ("bonferroni", "holm", "hochberg", "hommel", "bh", "by"):
        out = adjust(p, method)
        assert (out >= p - 1e-12).all()
        assert (out <= 1).all()
        assert (np.diff(out[np.argsort(p, kind="stable")]) >= -1e-12).all()
    assert (adjust(p, "hommel") <= adjust(p, "hochberg") + 1e-12).all()
    assert (adjust(p, "hochberg") <= adjust(p, "holm") + 1e-12).all()
    assert (adjust(p, "holm") <= adjust(p, "bonferroni") + 1e-12).all()


def test_undefined_p_values_do_not_count():
    np.testing.assert_allclose(adjust(np.array([0.01, np.nan, 0.03])), [0.02, np.nan, 0.03])
    with pytest.raises(OptionError, match="adjustment"):
        adjust(np.array([0.1]), "sidak")
    with pytest.raises(NotIdentifiedError, match="between 0 and 1"):
        adjust(np.array([1.2]))


def test_step_down_of_one_outcome_four_times_is_that_outcome():
    rng = np.random.default_rng(2)
    drawn = np.abs(rng.normal(size=(999, 1)))
    same = step_down_max_t(np.full(4, 1.5), np.repeat(drawn, 4, axis=1))
    np.testing.assert_allclose(same, (drawn >= 1.5).mean())


def test_reml_is_a_root_and_the_maximum():
    rng = np.random.default_rng(3)
    y, v = rng.normal(0.2, 0.4, 12), rng.uniform(0.02, 0.1, 12)
    best = tau2_reml(y, v)

    def deviance(tau2):
        w = 1 / (v + tau2)
        return np.log(v + tau2).sum() + np.log(w.sum()) + generalised_q(y, v, tau2)

    assert deviance(best) < min(deviance(best * 0.99), deviance(best * 1.01))


def test_pooling_without_spread_and_with_equal_errors():
    pooled = pool_random_effects(np.array([0.1, 0.1, 0.1]), np.full(3, 0.04))
    np.testing.assert_allclose([pooled.tau2, pooled.estimate, pooled.blups.std()], [0, 0.1, 0], atol=1e-12)
    y = np.array([0.1, 0.5, 0.9, 0.3])
    equal = pool_random_effects(y, np.full(4, 0.01))
    # equal errors: Hartung-Knapp is the t interval of the estimates
    np.testing.assert_allclose(equal.hksj_error, y.std(ddof=1) / 2, rtol=1e-12)
    assert equal.pi_low < equal.ci_low
    assert np.isnan(pool_random_effects(y[:2], np.full(2, 0.01)).pi_low)
    with pytest.raises(NotIdentifiedError, match="at least 2"):
        pool_random_effects(y[:1], np.ones(1))


def test_weights_for_staying():
    assert kish_effective_size(np.ones(7)) == 7.0
    weights = stabilised_weights(np.array([0.5, 0.8, 0.9, 0.01]), 0.7, truncate=0.25)
    assert weights.max() < 70
    with pytest.raises(NotIdentifiedError, match="above 0"):
        stabilised_weights(np.array([0.0, 0.5]), 1.0)
