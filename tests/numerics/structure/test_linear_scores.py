"""Linear factor scores against psych and lavaan."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sctoolkit.numerics.structure.linear_scores import (
    bartlett_weights,
    determinacy,
    regression_weights,
    ten_berge_weights,
)

FOLDER = Path(__file__).parents[2] / "oracle" / "factor_scores"


@pytest.fixture(scope="module")
def efa():
    data = pd.read_csv(FOLDER / "ordinal.csv").to_numpy(dtype=float)
    table = pd.read_csv(FOLDER / "efa.csv").to_numpy()
    standard = (data - data.mean(axis=0)) / data.std(axis=0, ddof=1)
    return standard, table[:, :2], table[:2, 2:], np.corrcoef(data, rowvar=False)


def test_equal_psych(efa):
    """Thurstone, Bartlett and ten Berge scores, and the squared determinacies, to 1e-8."""
    standard, loadings, phi, sigma = efa
    expected = pd.read_csv(FOLDER / "efa_scores.csv").to_numpy()
    unique = np.diag(1.0 - np.einsum("pa,ab,pb->p", loadings, phi, loadings))
    ours = [
        regression_weights(loadings, phi, sigma),
        bartlett_weights(loadings, unique),
        ten_berge_weights(loadings, phi, sigma),
    ]
    for place, found in enumerate(ours):
        np.testing.assert_allclose(standard[:80] @ found.weights, expected[:, 2 * place : 2 * place + 2], atol=1e-8)
    squared = pd.read_csv(FOLDER / "efa_r2.csv")["r2"].to_numpy()
    np.testing.assert_allclose(determinacy(loadings, phi, sigma) ** 2, squared, atol=1e-8)


def test_equal_lavaan():
    """Regression and Bartlett scores of a two-factor ML model, from lavaan's own estimates, to 1e-6."""
    data = pd.read_csv(FOLDER / "ordinal.csv")
    table = pd.read_csv(FOLDER / "linear_parameters.csv")
    items, factors = list(data.columns), ["f", "g"]
    loadings, theta, phi, nu = np.zeros((8, 2)), np.zeros((8, 8)), np.eye(2), np.zeros(8)
    for row in table.itertuples():
        if row.op == "=~":
            loadings[items.index(row.rhs), factors.index(row.lhs)] = row.est
        elif row.op == "~~" and row.lhs in items:
            theta[items.index(row.lhs), items.index(row.rhs)] = row.est
        elif row.op == "~~" and row.lhs != row.rhs:
            phi[0, 1] = phi[1, 0] = row.est
        elif row.op == "~1" and row.lhs in items:
            nu[items.index(row.lhs)] = row.est
    sigma = loadings @ phi @ loadings.T + theta
    centred = data.to_numpy(dtype=float)[:80] - nu
    expected = pd.read_csv(FOLDER / "linear_scores.csv").to_numpy()
    np.testing.assert_allclose(centred @ regression_weights(loadings, phi, sigma).weights, expected[:, :2], atol=1e-6)
    np.testing.assert_allclose(centred @ bartlett_weights(loadings, theta).weights, expected[:, 2:], atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_what_each_kind_promises(seed):
    """Regression scores correlate most with factors, Bartlett is unbiased, ten Berge keeps the factor covariance."""
    rng = np.random.default_rng(seed)
    loadings = np.zeros((8, 2))
    loadings[:4, 0], loadings[4:, 1] = rng.uniform(0.3, 0.9, 4), rng.uniform(0.3, 0.9, 4)
    phi = np.array([[1.0, 0.4], [0.4, 1.0]])
    theta = np.diag(rng.uniform(0.2, 0.8, 8))
    sigma = loadings @ phi @ loadings.T + theta
    regression, bartlett = regression_weights(loadings, phi, sigma), bartlett_weights(loadings, theta)
    kept = ten_berge_weights(loadings, phi, sigma)
    np.testing.assert_allclose(bartlett.weights.T @ loadings, np.eye(2), atol=1e-10)
    np.testing.assert_allclose(kept.weights.T @ sigma @ kept.weights, phi, atol=1e-10)
    rho = determinacy(loadings, phi, sigma)
    for found in (regression, bartlett, kept):
        covariance = np.diag(found.weights.T @ loadings @ phi)
        correlation = covariance / np.sqrt(np.diag(found.weights.T @ sigma @ found.weights))
        assert np.all(correlation <= rho + 1e-10)
    np.testing.assert_allclose(np.diag(regression.error), 1.0 - rho**2, atol=1e-10)
    mistake = kept.weights.T @ sigma @ kept.weights + phi - kept.weights.T @ loadings @ phi
    np.testing.assert_allclose(kept.error, mistake - (kept.weights.T @ loadings @ phi).T, atol=1e-10)
