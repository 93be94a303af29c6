"""Thresholds, polychorics and NACOV against lavaan 0.6-14 (tests/oracle/polychoric.R), and by their properties."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.errors import DataError, NotIdentifiedError
from sctoolkit.numerics.ordinal.contingency import pair_tables
from sctoolkit.numerics.ordinal.ordinal_statistics import ordinal_statistics

ORACLE = Path(__file__).parents[2] / "oracle" / "polychoric"
ITEMS = [f"y{j}" for j in range(1, 10)]


@pytest.fixture(scope="module")
def data():
    return pd.read_csv(ORACLE / "ordinal.csv")


def expected(name):
    return np.loadtxt(ORACLE / f"{name}.csv", delimiter=",")


@pytest.fixture(scope="module")
def fits(data):
    gaps = pd.read_csv(ORACLE / "gaps.csv")
    return {
        "listwise": ordinal_statistics(data[ITEMS].to_numpy(float)),
        "pairwise": ordinal_statistics(gaps[ITEMS].to_numpy(float), missing="pairwise"),
        "weighted": ordinal_statistics(data[ITEMS].to_numpy(float), weights=data["weight"].to_numpy()),
    }


@pytest.mark.parametrize("case", ["listwise", "pairwise", "weighted"])
def test_equals_lavaan(fits, case):
    fit = fits[case]
    assert np.concatenate(fit.thresholds) == pytest.approx(expected(f"{case}_thresholds"), abs=1e-10)
    assert fit.correlation == pytest.approx(expected(f"{case}_correlation"), abs=1e-6)
    gamma = expected(f"{case}_nacov")
    assert np.abs(fit.gamma - gamma).max() < 1e-5 * np.abs(gamma).max()


def test_cluster_covariance_equals_summed_scores_of_lavaan(data):
    fit = ordinal_statistics(data[ITEMS].to_numpy(float), clusters=data["cluster"].to_numpy())
    gamma = expected("clustered_nacov")
    assert np.abs(fit.gamma - gamma).max() < 1e-5 * np.abs(gamma).max()
    assert fit.n_clusters == 50


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_parts_of_the_covariance_agree(missing):
    gaps = pd.read_csv(ORACLE / "gaps.csv")[ITEMS].to_numpy(float)
    weights = np.random.default_rng(1).uniform(0.5, 2, len(gaps))
    full = ordinal_statistics(gaps, missing=missing, weights=weights)
    block = ordinal_statistics(gaps, missing=missing, weights=weights, nacov="correlations")
    diagonal = ordinal_statistics(gaps, missing=missing, weights=weights, nacov="diagonal")
    assert full.gamma_diagonal == pytest.approx(np.diagonal(full.gamma), rel=1e-10)
    assert diagonal.gamma_diagonal == pytest.approx(full.gamma_diagonal, rel=1e-10)
    assert block.gamma_correlations == pytest.approx(full.gamma_correlations, rel=1e-10)
    assert diagonal.gamma is None


def test_two_by_two_with_an_empty_cell_follows_lavaan():
    table = np.array([[0, 0]] * 40 + [[1, 0]] * 30 + [[1, 1]] * 30, dtype=float)
    fit = ordinal_statistics(table)
    assert fit.correlation[1, 0] == pytest.approx(0.877245913834, abs=1e-6)  # lavaan::lavCor 0.6-14
    assert fit.corrected.tolist() == [True]
    assert not fit.at_bound.any()


@pytest.mark.parametrize(("sign", "columns"), [(1, (0, 1)), (-1, (1, 0))])
def test_two_by_two_with_two_empty_cells_is_perfect(sign, columns):
    table = np.array([[0, columns[0]]] * 40 + [[1, columns[1]]] * 60, dtype=float)
    fit = ordinal_statistics(table)
    assert fit.correlation[1, 0] == sign
    assert fit.at_bound.tolist() == [True]
    assert np.isnan(fit.gamma[-1, -1])


@pytest.mark.parametrize("sign", [1, -1])
def test_perfect_order_goes_to_the_bound(sign):
    answers = np.repeat(np.arange(4), 25).astype(float)
    other = answers if sign > 0 else 3 - answers
    fit = ordinal_statistics(np.column_stack([answers, other, np.tile(np.arange(4), 25)]))
    assert fit.correlation[1, 0] == sign * 0.999
    assert fit.at_bound.tolist() == [True, False, False]
    assert np.isnan(fit.gamma_diagonal[9])
    assert np.isfinite(fit.gamma_diagonal[10:]).all()


def test_item_order_does_not_matter(data):
    order = [4, 0, 8, 2, 1, 7, 3, 6, 5]
    x = data[ITEMS].to_numpy(float)
    straight, shuffled = ordinal_statistics(x, nacov="none"), ordinal_statistics(x[:, order], nacov="none")
    assert shuffled.correlation == pytest.approx(straight.correlation[np.ix_(order, order)], abs=1e-9)


def test_reversing_an_item_changes_signs_only(data):
    x = data[ITEMS].to_numpy(float)
    turned = x.copy()
    turned[:, 0] = 4 - turned[:, 0]
    straight, reverse = ordinal_statistics(x), ordinal_statistics(turned)
    signs = np.ones(9)
    signs[0] = -1
    assert reverse.correlation == pytest.approx(straight.correlation * np.outer(signs, signs), abs=1e-9)
    assert reverse.gamma_diagonal[-36:] == pytest.approx(straight.gamma_diagonal[-36:], rel=1e-8)


def test_frequencies_equal_replicated_rows(data):
    x = data[ITEMS].to_numpy(float)
    times = np.random.default_rng(3).integers(0, 4, len(x))
    replicated = ordinal_statistics(np.repeat(x, times, axis=0))
    counted = ordinal_statistics(x, frequencies=times.astype(float))
    assert counted.n_obs == replicated.n_obs == times.sum()
    assert counted.correlation == pytest.approx(replicated.correlation, abs=1e-10)
    assert counted.gamma == pytest.approx(replicated.gamma, rel=1e-8, abs=1e-10)


def test_distinct_patterns_change_nothing():
    rng = np.random.default_rng(4)
    latent = rng.multivariate_normal(np.zeros(3), 0.5 + 0.5 * np.eye(3), size=4000)
    x = np.digitize(latent, [-0.5, 0.7]).astype(float)  # 27 patterns: rows are merged
    merged = ordinal_statistics(x)
    single = ordinal_statistics(x, clusters=np.arange(len(x)))  # no merging; factor n / (n - 1)
    assert merged.gamma * len(x) / (len(x) - 1) == pytest.approx(single.gamma, rel=1e-9)


def test_covariance_describes_repeated_samples():
    """Mean estimated variance of a correlation equals its variance over samples (300 samples, within 4 errors)."""
    rng = np.random.default_rng(5)
    estimates, variances = [], []
    for _ in range(300):
        latent = rng.multivariate_normal(np.zeros(2), [[1, 0.5], [0.5, 1]], size=300)
        fit = ordinal_statistics(np.digitize(latent, [-1, 0.2, 0.9]).astype(float), nacov="diagonal")
        estimates.append(fit.correlation[1, 0])
        variances.append(fit.gamma_diagonal[-1] / 300)
    assert np.mean(estimates) == pytest.approx(0.5, abs=4 * np.std(estimates) / np.sqrt(300))
    ratio = np.var(estimates, ddof=1) / np.mean(variances)
    assert abs(ratio - 1) < 4 * np.sqrt(2 / 300)


@pytest.mark.parametrize("seed", range(8))
def test_small_sparse_samples_never_crash(seed):
    rng = np.random.default_rng(seed)
    latent = rng.multivariate_normal(np.zeros(5), 0.8 + 0.2 * np.eye(5), size=80)
    x = np.digitize(latent, [-2.2, -1.0, 1.0, 2.0])
    packed = np.column_stack([np.unique(column, return_inverse=True)[1] for column in x.T]).astype(float)
    with np.errstate(all="raise", under="ignore"):
        fit = ordinal_statistics(packed)
    assert np.isfinite(fit.correlation).all()
    assert fit.converged.all()
    assert np.isfinite(fit.gamma_diagonal[-10:][~fit.at_bound]).all()
    assert fit.n_empty_cells.sum() > 0


def test_an_observed_cell_of_tiny_probability_is_survived():
    x = np.repeat(np.arange(5), 400)
    table = np.column_stack([x, x]).astype(float)
    table[0] = [0, 4]  # one person at opposite ends
    fit = ordinal_statistics(table)
    assert fit.converged.all()
    assert 0.8 < fit.correlation[1, 0] < 0.9991
    assert np.isfinite(fit.gamma_diagonal).all() or fit.at_bound.any()


def test_weights_one_are_no_weights(data):
    x = data[ITEMS].to_numpy(float)
    plain, weighted = ordinal_statistics(x), ordinal_statistics(x, weights=np.full(len(x), 7.0))
    assert weighted.gamma == pytest.approx(plain.gamma, rel=1e-9, abs=1e-12)


def test_tables_count_people():
    codes = np.array([[0, 1], [0, 1], [1, 0], [-1, 1]], dtype=np.int8)
    counted = pair_tables(codes, 2)
    assert counted.tables[0].tolist() == [[0, 2], [1, 0]]
    assert counted.margins.tolist() == [[2, 1], [1, 3]]


def test_errors_name_the_place():
    with pytest.raises(NotIdentifiedError, match="at least 2 categories") as caught:
        ordinal_statistics(np.array([[0, 1], [0, 0], [0, 1]], dtype=float))
    assert caught.value.where[0] == "Item 1, counted from 1."
    with pytest.raises(DataError, match="none of 2 is"):
        ordinal_statistics(np.array([[0, np.nan], [np.nan, 1]]))
    with pytest.raises(DataError, match="whole numbers"):
        ordinal_statistics(np.array([[0.5, 1], [1, 0]]))
    with pytest.raises(DataError, match="weights"):
        ordinal_statistics(np.eye(2), weights=np.array([1.0, np.inf]))
