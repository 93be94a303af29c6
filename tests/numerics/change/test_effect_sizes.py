"""Effect sizes against base R's formulas on our own simulated pairs, and what they must obey."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.change.cluster_effect_sizes import clustered_paired_effect_sizes
from sctoolkit.numerics.change.group_effect_sizes import clustered_d, d_ppc2, hedges_g, percent_of_range
from sctoolkit.numerics.change.important_change import anchor_change, floor_ceiling
from sctoolkit.numerics.change.paired_effect_sizes import noncentral_t_interval, paired_effect_sizes
from sctoolkit.numerics.change.superiority import independent_superiority, paired_superiority

ORACLE = Path(__file__).resolve().parents[2] / "oracle" / "effect_sizes"


def test_against_base_r():
    """1e-8: R's noncentral t is good to about 1e-9."""
    data, expected = pd.read_csv(ORACLE / "pairs.csv"), pd.read_csv(ORACLE / "expected.csv")
    pre, post = data.pre.to_numpy(), data.post.to_numpy()
    a, b = data.post[data.arm == 0].to_numpy(), data.post[data.arm == 1].to_numpy()
    sizes = {
        **paired_effect_sizes(pre, post), "hedges_g": hedges_g(a, b),
        "superiority_paired": paired_superiority(pre, post), "superiority": independent_superiority(a, b),
    }  # fmt: skip
    for row in expected.itertuples():
        np.testing.assert_allclose(getattr(sizes[row.case], row.quantity), row.value, rtol=1e-8, err_msg=str(row))


def test_noncentral_t_interval_covers_itself():
    low, high = noncentral_t_interval(0.0, 20)
    np.testing.assert_allclose(low, -high, rtol=1e-9)
    assert noncentral_t_interval(60.0, 5)[0] > 10


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-50, 50))
def test_shift_and_scale_leave_sizes_alone(seed, scale, shift):
    rng = np.random.default_rng(seed)
    pre = rng.normal(size=15)
    post = pre + rng.normal(size=15)
    base, other = paired_effect_sizes(pre, post), paired_effect_sizes(scale * pre + shift, scale * post + shift)
    for name, size in base.items():
        np.testing.assert_allclose(other[name].estimate, size.estimate, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(other[name].ci_high, size.ci_high, rtol=1e-6, atol=1e-8)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_superiority_is_antisymmetric(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(1, 6, 12).astype(float), rng.integers(1, 6, 9).astype(float)
    forth, back = independent_superiority(a, b), independent_superiority(b, a)
    np.testing.assert_allclose(forth.estimate + back.estimate, 1.0)
    np.testing.assert_allclose(forth.higher, back.lower)
    assert 0 <= forth.ci_low <= forth.estimate <= forth.ci_high <= 1


def test_everyone_improved_still_has_an_interval():
    test = paired_superiority(np.zeros(8), np.ones(8))
    assert test.estimate == 1.0
    assert 0.6 < test.ci_low < 1.0
    assert np.isnan(test.p_value)


def test_clustered_d_without_clustering_is_plain_d():
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=30), rng.normal(size=24) + 0.5
    ours = clustered_d(a, b, np.repeat(np.arange(5), 6), np.repeat(np.arange(4), 6), 0.0)
    pooled = np.sqrt((a.var(ddof=1) * 29 + b.var(ddof=1) * 23) / 52)
    np.testing.assert_allclose(ours.estimate, (b.mean() - a.mean()) / pooled, rtol=1e-12)
    np.testing.assert_allclose(ours.std_error**2, 54 / (30 * 24) + ours.estimate**2 / (2 * 52), rtol=1e-12)


def test_clustered_d_recovers_the_total_sd():
    """Mean over 400 studies of 2 x 6 clusters of 10, ICC .3, true d .5 (Monte-Carlo error about .012)."""
    rng = np.random.default_rng(5)
    codes = np.repeat(np.arange(6), 10)
    got, errors = [], []
    for _ in range(400):
        groups = [rng.normal(size=6)[codes] * np.sqrt(0.3) + rng.normal(size=60) * np.sqrt(0.7) for _ in range(2)]
        size = clustered_d(groups[0], groups[1] + 0.5, codes, codes, 0.3)
        got.append(size.estimate)
        errors.append(size.std_error)
    np.testing.assert_allclose(np.mean(got), 0.5, atol=0.06)
    np.testing.assert_allclose(np.mean(errors), np.std(got), rtol=0.12)


def test_refusals():
    with pytest.raises(NotIdentifiedError, match="at least 3 people"):
        paired_effect_sizes(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    with pytest.raises(NotIdentifiedError, match="at least 3 people"):
        paired_effect_sizes(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0]))
    with pytest.raises(NotIdentifiedError, match="vary within groups"):
        hedges_g(np.ones(4), np.ones(4))
    with pytest.raises(NotIdentifiedError, match="d_ppc2"):
        d_ppc2(1, 0, 1, 1, 1, 5, 0.5)
    with pytest.raises(NotIdentifiedError, match="range"):
        percent_of_range(1, 5, 5)


def test_clustered_sizes_are_the_plain_ones_with_wider_intervals():
    rng = np.random.default_rng(8)
    codes = np.repeat(np.arange(12), 10)
    pre = rng.normal(size=120) + rng.normal(size=12)[codes]
    post = pre + 0.5 + 0.6 * rng.normal(size=12)[codes] + 0.4 * rng.normal(size=120)
    plain, ours = paired_effect_sizes(pre, post), clustered_paired_effect_sizes(pre, post, codes, n_draws=2000)
    for name in ("d_z", "d_rm", "d_av", "d_av_rms", "glass_pre", "g_av", "g_pre"):
        np.testing.assert_allclose(ours[name].estimate, plain[name].estimate, rtol=1e-9)
        assert ours[name].std_error > 1.2 * plain[name].std_error
    # with everyone a cluster of one the resampled error is near the analytic one
    alone = clustered_paired_effect_sizes(pre, post, np.arange(120), n_draws=2000)
    np.testing.assert_allclose(alone["d_av"].std_error, plain["d_av"].std_error, rtol=0.25)
    with pytest.raises(NotIdentifiedError, match="at least 5"):
        clustered_paired_effect_sizes(pre[:20], post[:20], codes[:20])


def test_anchor_and_floor():
    with pytest.raises(NotIdentifiedError, match="5 people"):
        anchor_change(np.ones(4), np.array([1.0, 1, 2, 2]), 2, 1)
    with pytest.raises(NotIdentifiedError, match="Floor"):
        floor_ceiling(np.array([np.nan]), 1, 5)
    perfect = anchor_change(np.append(np.zeros(6), np.ones(6)), np.repeat([0.0, 1.0], 6), slightly=1, none=0)
    assert (perfect.sensitivity, perfect.specificity, perfect.roc) == (1.0, 1.0, 0.5)
