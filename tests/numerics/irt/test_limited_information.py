"""M2, M2* and C2 against mirt, and their covariance against brute force."""

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest

from sctoolkit.numerics.irt.grm import fit_grm
from sctoolkit.numerics.irt.grm_curves import GradedItems, category_probabilities
from sctoolkit.numerics.irt.grm_likelihood import normal_grid
from sctoolkit.numerics.irt.limited_information import (
    correlation_residuals,
    implied_moments,
    limited_fit,
    observed_moments,
)

MIRT = tomllib.loads((Path(__file__).parents[2] / "oracle" / "grm" / "mirt.toml").read_text(encoding="utf-8"))
GRID = normal_grid()


def statistic(codes, kind):
    fit = fit_grm(codes)
    moments = implied_moments(fit.items, GRID, kind=kind)
    free = (fit.columns >= 0).reshape(-1)
    return limited_fit(
        [observed_moments(codes, fit.items.n_categories, kind=kind)], [moments], [moments.derivative[:, free]]
    )


@pytest.mark.parametrize(
    ("name", "kind", "chi2", "dof", "tolerance"),
    [
        ("lsat7", "M2*", MIRT["lsat7"]["m2"]["chi2"], 5, 1e-4),
        ("lsat7", "C2", MIRT["lsat7"]["m2"]["chi2"], 5, 1e-4),
        ("science", "C2", MIRT["science"]["c2"]["chi2"], 2, 5e-3),  # mirt's estimates stop 0.01 short on one item
        ("lsat6", "M2*", MIRT["lsat6"]["m2"], 5, 5e-3),  # mirt used quasi-Monte Carlo nodes here
    ],
)
def test_equals_mirt(data_dir, name, kind, chi2, dof, tolerance):
    codes = np.loadtxt(data_dir / "ordinal_classics" / f"{name}.csv", delimiter=",", skiprows=1).astype(np.int64)
    found = statistic(codes - codes.min(axis=0), kind)
    assert found.dof == dof
    assert found.chi2 == pytest.approx(chi2, abs=tolerance)


def test_four_items_of_four_categories_leave_m2_star_nothing(data_dir):
    codes = np.loadtxt(data_dir / "ordinal_classics" / "science.csv", delimiter=",", skiprows=1).astype(np.int64) - 1
    assert statistic(codes, "M2*").dof == 0


def test_residual_correlations_equal_mirt(data_dir):
    """mirt's estimates stop at a change of 1e-4 of parameters near 2: 3e-4 in correlations."""
    codes = np.loadtxt(data_dir / "ordinal_classics" / "lsat7.csv", delimiter=",", skiprows=1).astype(np.int64)
    residuals = correlation_residuals(codes, fit_grm(codes).items, GRID)
    np.testing.assert_allclose(residuals, MIRT["lsat7"]["residual_correlations"], atol=3e-4)


@pytest.mark.parametrize("kind", ["M2*", "C2"])
def test_moments_equal_enumeration(kind):
    """Mean and covariance of the features over all 3 x 2 x 3 patterns; derivatives by differences."""
    items = GradedItems(np.array([1.2, 0.8, 1.7]), np.array([[1.0, -0.5], [0.3, -np.inf], [0.8, -1.1]]))
    widths = items.n_categories
    patterns = np.array(list(itertools.product(*map(range, widths))))

    def brute(which):
        chance = category_probabilities(which, GRID.nodes)
        weight = np.ones((len(patterns), GRID.nodes.size))
        for j in range(3):
            weight *= chance[j, patterns[:, j]]
        return weight @ GRID.weights

    features = np.array([observed_moments(row[None, :], widths, kind=kind).mean for row in patterns])
    probability = brute(items)
    moments = implied_moments(items, GRID, kind=kind)
    mean = probability @ features
    np.testing.assert_allclose(moments.mean, mean, atol=1e-12)
    np.testing.assert_allclose(
        moments.covariance, (features * probability[:, None]).T @ features - np.outer(mean, mean), atol=1e-12
    )
    table = np.column_stack([items.slopes, items.intercepts])
    for place in np.flatnonzero(np.isfinite(table).reshape(-1)):
        moved = [table.copy().reshape(-1) for _ in range(2)]
        moved[0][place] += 1e-5
        moved[1][place] -= 1e-5
        up, down = (brute(GradedItems(m.reshape(3, 3)[:, 0], m.reshape(3, 3)[:, 1:])) @ features for m in moved)
        np.testing.assert_allclose(moments.derivative[:, place], (up - down) / 2e-5, atol=1e-8)


def test_overlap_is_one_over_n_without_missing_and_by_count_with_it():
    codes = np.array([[0, 1], [1, 1], [1, -1], [0, 0]])
    found = observed_moments(codes, np.array([2, 2]), kind="M2*")
    np.testing.assert_allclose(found.mean, [0.5, 2 / 3, 1 / 3])
    np.testing.assert_allclose(found.overlap, [[1 / 4, 3 / 12, 3 / 12], [3 / 12, 1 / 3, 1 / 3], [3 / 12, 1 / 3, 1 / 3]])


@pytest.mark.slow
def test_type_one_error():
    """400 samples of 300 with the right model: C2 rejects near 5%, and its mean is near its degrees of freedom."""
    rng = np.random.default_rng(5)
    slopes = np.array([1.0, 1.4, 0.8, 1.9, 1.2, 1.1])
    values = []
    for _ in range(400):
        theta = rng.normal(size=(300, 1, 1))
        logits = slopes[None, :, None] * theta + np.array([1.4, 0.0, -1.4])
        codes = (rng.random((300, 6, 1)) < 1.0 / (1.0 + np.exp(-logits))).sum(axis=2)
        values.append(statistic(codes, "C2"))
    assert np.mean([v.chi2 for v in values]) == pytest.approx(9.0, abs=0.7)
    assert 0.02 < np.mean([v.chi2 > 16.919 for v in values]) < 0.085
