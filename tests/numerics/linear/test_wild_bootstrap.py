"""Wild cluster bootstrap: sums of clusters must give what refitting every draw gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.least_squares import fit_least_squares
from sctoolkit.numerics.linear.wild_bootstrap import signs, wild_bootstrap


def study(seed, g=6, n=36):
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(g), rng.integers(0, g, n - g)])
    x = np.column_stack([np.ones(n), rng.normal(size=n) + 0.5 * (codes % 2), rng.normal(size=n)])
    weights = rng.uniform(0.5, 2, n)
    return x @ [1, 0.3, 0.2] + rng.normal(size=g)[codes] + rng.normal(size=n), x, codes, weights


def refitted(y, x, codes, w, k, null, restricted):
    """p by fitting every draw, as written."""
    g, (n, p) = codes.max() + 1, x.shape
    m = np.linalg.inv(x.T @ (w[:, None] * x))
    factor = g / (g - 1) * (n - 1) / (n - p)

    def t(outcome, centre):
        b = m @ x.T @ (w * outcome)
        e = w * (outcome - x @ b)
        s = np.array([x[codes == h].T @ e[codes == h] for h in range(g)])
        return (b[k] - centre) / np.sqrt((factor * m @ s.T @ s @ m)[k, k])

    b = m @ x.T @ (w * y)
    others = np.delete(x, k, axis=1)
    if restricted:
        held = y - null * x[:, k]
        base = others @ np.linalg.solve(others.T @ (w[:, None] * others), others.T @ (w * held)) + null * x[:, k]
        centre = null
    else:
        base, centre = x @ b, b[k]
    observed = abs(t(y, null))
    draws, _ = signs(g, 0, np.random.default_rng(0), "rademacher")
    drawn = np.array([abs(t(base + (y - base) * d[codes], centre)) for d in draws])
    return (drawn >= observed - 1e-9).mean()


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000), st.booleans(), st.floats(-1, 1))
def test_sums_of_clusters_are_refitting(seed, restricted, null):
    y, x, codes, w = study(seed)
    fit = fit_least_squares(x, y, w)
    test = wild_bootstrap(fit, codes, np.eye(3)[1], null=null, restricted=restricted, ci_level=None)
    np.testing.assert_allclose(test.p_value, refitted(y, x, codes, w, 1, null, restricted), atol=1e-12)


def test_interval_holds_what_is_not_rejected():
    y, x, codes, _ = study(2, g=8)
    fit = fit_least_squares(x, y)
    test = wild_bootstrap(fit, codes, np.eye(3)[1])
    width = test.ci_high - test.ci_low
    inside, outside = (
        [wild_bootstrap(fit, codes, np.eye(3)[1], null=b, ci_level=None).p_value for b in limits]
        for limits in ((test.ci_low + 0.01 * width, test.ci_high - 0.01 * width),
                       (test.ci_low - 0.01 * width, test.ci_high + 0.01 * width))
    )  # fmt: skip
    assert min(inside) > 0.05
    assert max(outside) <= 0.05


def test_small_counts_are_listed_and_large_ones_drawn():
    assert signs(12, 99, np.random.default_rng(1), "rademacher")[0].shape == (4096, 12)
    drawn, listed = signs(13, 99, np.random.default_rng(1), "rademacher")
    assert not listed
    assert drawn.shape == (100, 13)
    webb, _ = signs(5, 5000, np.random.default_rng(1), "webb")
    np.testing.assert_allclose((webb[1:] ** 2).mean(), 1.0, atol=0.03)


def test_with_three_clusters_p_stays_a_quarter():
    y, x, codes, _ = study(3, g=3)
    test = wild_bootstrap(fit_least_squares(x, y), codes, np.eye(3)[1])
    assert test.p_value >= test.smallest_p == 0.25
    assert np.isinf(test.ci_low)
    assert np.isinf(test.ci_high)


def test_same_seed_same_answer():
    y, x, codes, _ = study(4, g=15, n=60)
    fit = fit_least_squares(x, y)
    first, again = (wild_bootstrap(fit, codes, np.eye(3)[1], n_draws=199, seed=3) for _ in range(2))
    assert first == again


def test_refusals():
    y, x, codes, _ = study(1)
    with pytest.raises(NotIdentifiedError, match="at least 2 clusters"):
        wild_bootstrap(fit_least_squares(x, y), codes * 0, np.eye(3)[1])
    one = np.ones((3, 1))
    with pytest.raises(NotIdentifiedError, match="standard error above zero"):
        wild_bootstrap(fit_least_squares(one, np.ones(3) * 2), np.arange(3), np.ones(1))
