"""Pooling against mice, D1 by its limits, predictive mean matching by what it must recover."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.change.models.regress import regress
from sctoolkit.errors import DataError, NotIdentifiedError
from sctoolkit.numerics.change.multiple_imputation import impute_pmm, pool_joint, pool_scalars

ORACLE = Path(__file__).resolve().parents[2] / "oracle" / "multiple_imputation"
NAMES = {"ubar": "within", "b": "between", "t": "total", "df": "dof", "lambda": "lambda_"}


def test_against_mice():
    data, expected = pd.read_csv(ORACLE / "imputed.csv"), pd.read_csv(ORACLE / "expected.csv")
    fits = [regress("y ~ x + z", part, vcov="iid") for _, part in data.groupby("imputation")]
    for row in expected.itertuples():
        j = fits[0].terms.index(row.term)
        pooled = pool_scalars(np.array([f.coef[j] for f in fits]), np.array([f.std_error[j] ** 2 for f in fits]), 57)
        np.testing.assert_allclose(getattr(pooled, NAMES.get(row.quantity, row.quantity)), row.value, rtol=1e-9)


def test_joint_test_of_one_is_t_squared():
    rng = np.random.default_rng(1)
    estimates, variances = rng.normal(2, 0.2, (8, 1)), rng.uniform(0.1, 0.2, (8, 1, 1))
    one, joint = pool_scalars(estimates[:, 0], variances[:, 0, 0]), pool_joint(estimates, variances)
    np.testing.assert_allclose(joint.statistic, one.estimate**2 / one.total, rtol=1e-12)


def test_reiter_goes_to_li_raghunathan_rubin():
    rng = np.random.default_rng(2)
    estimates, variances = rng.normal(size=(10, 3)), np.array([np.eye(3) * v for v in rng.uniform(0.5, 1, 10)])
    far, near = pool_joint(estimates, variances), pool_joint(estimates, variances, 1e9)
    np.testing.assert_allclose(far.dof_den, near.dof_den, rtol=1e-6)
    assert pool_joint(estimates, variances, 30).dof_den < far.dof_den


def test_nothing_missing_changes_nothing():
    same = pool_scalars(np.full(5, 1.5), np.full(5, 0.04), 20)
    np.testing.assert_allclose([same.total, same.fmi, same.dof], [0.04, 2 / (same.dof + 3), 21 / 23 * 20], rtol=1e-12)


def test_imputed_values_are_observed_values_and_reproducible():
    rng = np.random.default_rng(3)
    table = np.column_stack([rng.normal(size=80), rng.integers(1, 6, 80)]).astype(float)
    table[rng.random(80) < 0.3, 1] = np.nan
    first, again = impute_pmm(table, 3, seed=5), impute_pmm(table, 3, seed=5)
    np.testing.assert_array_equal(first, again)
    assert set(np.unique(first[:, :, 1])) <= {1.0, 2.0, 3.0, 4.0, 5.0}
    seen = ~np.isnan(table)
    for filled in first:
        np.testing.assert_array_equal(filled[seen], table[seen])
    assert not np.array_equal(first[0], first[1])


def test_imputation_recovers_what_listwise_deletion_loses():
    """y lost where x is high: deletion is off by .3; donors, scarce at the end, leave .04 (mice .03, errors .01)."""
    gaps, deleted, lengths = [], [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=200)
        y = 0.8 * x + 0.6 * rng.normal(size=200)
        hidden = np.where(rng.random(200) < 1 / (1 + np.exp(-x)), np.nan, y)
        filled = impute_pmm(np.column_stack([x, hidden]), 5, n_iterations=3, seed=seed)
        pooled = pool_scalars(filled[:, :, 1].mean(axis=1), filled[:, :, 1].var(axis=1, ddof=1) / 200, 199)
        gaps.append(pooled.estimate)
        deleted.append(np.nanmean(hidden))
        lengths.append(pooled.ci_low <= 0 <= pooled.ci_high)
    assert abs(np.mean(gaps)) < 0.07 < 0.2 < abs(np.mean(deleted))
    assert np.mean(lengths) > 0.85


def test_sites_keep_their_means_with_dummies():
    rng = np.random.default_rng(9)
    site = np.repeat([0, 1], 150)
    y = 3.0 * site + 0.5 * rng.normal(size=300)
    table = np.column_stack([rng.normal(size=300), np.where(rng.random(300) < 0.4, np.nan, y)])
    filled = impute_pmm(table, 2, fixed=site[:, None].astype(float))
    holes = np.isnan(table[:, 1])
    for values in filled[:, :, 1]:
        np.testing.assert_allclose([values[holes & (site == s)].mean() for s in (0, 1)], [0, 3], atol=0.3)


def test_refusals():
    with pytest.raises(NotIdentifiedError, match="at least 2 imputations"):
        pool_scalars(np.ones(1), np.ones(1))
    with pytest.raises(NotIdentifiedError, match="at least 2 imputations"):
        pool_joint(np.ones((1, 2)), np.ones((1, 2, 2)))
    with pytest.raises(DataError, match="at least 5 observed"):
        impute_pmm(np.array([[1.0, np.nan]] * 10), 2)
