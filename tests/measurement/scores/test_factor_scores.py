"""`factor_scores` of confirmatory and graded models, from data to scores, against lavaan and mirt."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit import cfa, factor_scores, grm
from sctoolkit.result import Provenance

FOLDER = Path(__file__).parents[2] / "oracle" / "factor_scores"
MODEL = "f =~ q1 + q2 + q3 + q4\ng =~ q5 + q6 + q7 + q8"


@pytest.fixture(scope="module")
def items():
    return pd.read_csv(FOLDER / "ordinal.csv").astype(float)


@pytest.fixture(scope="module")
def ordinal(items):
    return cfa(items, MODEL, ordered=True)


@pytest.fixture(scope="module")
def continuous(items):
    return cfa(items, MODEL, ordered=False, estimator="ML")


def test_ordinal_scores_equal_lavaan(ordinal):
    """Estimates (1e-5) and lavPredict's optimiser (1e-4) both differ a little."""
    found = factor_scores(ordinal)
    assert found.method == "ebm"
    np.testing.assert_allclose(found.values[:80], pd.read_csv(FOLDER / "ordinal_scores.csv"), atol=3e-4)


@pytest.mark.parametrize(("method", "columns"), [("regression", slice(0, 2)), ("bartlett", slice(2, 4))])
def test_linear_scores_equal_lavaan(continuous, method, columns):
    """Two optimisers: 1e-5."""
    expected = pd.read_csv(FOLDER / "linear_scores.csv").to_numpy()[:, columns]
    np.testing.assert_allclose(factor_scores(continuous, method=method).values[:80], expected, atol=1e-5)


def test_data_of_the_fit_or_given_again_are_the_same(items, ordinal, continuous):
    for fit in (ordinal, continuous):
        np.testing.assert_allclose(factor_scores(fit).values, factor_scores(fit, items).values, atol=1e-12)


def test_new_rows_in_any_order(items, ordinal):
    order = np.random.default_rng(3).permutation(len(items))
    moved = items.iloc[order][[f"q{j}" for j in (5, 3, 1, 2, 8, 7, 6, 4)]]
    np.testing.assert_allclose(factor_scores(ordinal, moved).values, factor_scores(ordinal).values[order], atol=1e-12)


def test_ten_berge_keeps_covariances(continuous):
    scores = factor_scores(continuous, method="ten_berge").values
    phi = continuous.fit.matrices[0].factor_covariance
    n = len(scores)
    np.testing.assert_allclose(np.cov(scores, rowvar=False) * (n - 1) / n, phi, atol=0.02)


def test_every_row_is_accounted_for(items, continuous, ordinal):
    holes = items.copy()
    holes.iloc[0] = np.nan
    holes.iloc[1, :4] = np.nan
    for fit, method, n_missing in ((ordinal, "ebm", 1), (continuous, "regression", 1), (continuous, "bartlett", 2)):
        found = factor_scores(fit, holes, method=method)
        assert found.glance()[["n_obs", "n_not_scored"]].iloc[0].tolist() == [400 - n_missing, n_missing]
        assert np.isnan(found.values).any(axis=1).sum() == n_missing
        assert found.caveats[-1].code == "not_scored"
    wide = factor_scores(ordinal, holes)
    assert wide.std_error[1, 0] > 1.5 * wide.std_error[2, 0]


def test_groups_are_scored_about_their_own_means(items):
    data = items.assign(side=np.tile(["a", "b"], 200))
    fit = cfa(data, MODEL, ordered=True, group="side", group_equal=["thresholds", "loadings", "intercepts"])
    found = factor_scores(fit, data, group="side")
    np.testing.assert_allclose(found.values, factor_scores(fit).values, atol=1e-12)
    empty = data.copy()
    empty[[f"q{j}" for j in range(2, 9)]] = np.nan
    lone = factor_scores(fit, empty, group="side")
    mean = fit.fit.matrices[1].factor_mean
    shrunk = lone.values[1::2].mean(axis=0) - factor_scores(fit).values[1::2].mean(axis=0)
    assert np.abs(shrunk).max() < 0.1
    assert np.abs(mean).max() > 0.0


def test_low_determinacy_is_said():
    rng = np.random.default_rng(6)
    weak = 0.4 * rng.normal(size=(600, 1)) + rng.normal(size=(600, 4))
    fit = cfa(pd.DataFrame(weak, columns=list("abcd")), "f =~ a + b + c + d", ordered=False)
    found = factor_scores(fit)
    caveat = next(c for c in found.caveats if c.code == "low_determinacy")
    assert caveat.numbers["determinacy"] == pytest.approx(found.determinacy[0, 0])
    table = found.tidy().set_index("term")["estimate"]
    assert table["least_correlation"] == pytest.approx(2.0 * table["determinacy"] ** 2 - 1.0)


@dataclass(frozen=True)
class Solution:
    items: tuple[str, ...]
    loadings: np.ndarray
    factor_corr: np.ndarray
    correlation: np.ndarray
    provenance: Provenance
    factors: tuple[str, ...] = ("f1", "f2")


@pytest.mark.parametrize(("method", "place"), [("regression", 0), ("bartlett", 2), ("ten_berge", 4)])
def test_exploratory_scores_equal_psych(items, method, place):
    """psych's own solution scored by psych and by us: 1e-8."""
    table = pd.read_csv(FOLDER / "efa.csv").to_numpy()
    fit = Solution(
        items=tuple(items.columns),
        loadings=table[:, :2],
        factor_corr=table[:2, 2:],
        correlation=np.corrcoef(items.to_numpy(), rowvar=False),
        provenance=Provenance(analysis="psych::fa", options={"correlation": "pearson"}),
    )
    found = factor_scores(fit, items[items.columns[::-1]], method=method)
    expected = pd.read_csv(FOLDER / "efa_scores.csv").to_numpy()[:, place : place + 2]
    np.testing.assert_allclose(found.values[:80], expected, atol=1e-8)
    np.testing.assert_allclose(found.determinacy[0] ** 2, pd.read_csv(FOLDER / "efa_r2.csv")["r2"], atol=1e-8)


def test_graded_scores_equal_mirt(data_dir):
    """EAP of the answers 1 2 3 4 on Science: -.3494903 with error .6004922; mirt's estimates stop early: 1e-3."""
    items = pd.read_csv(data_dir / "ordinal_classics" / "science.csv").astype(float)
    fit = grm(items)
    one = factor_scores(fit, pd.DataFrame([[1.0, 2.0, 3.0, 4.0]], columns=items.columns))
    np.testing.assert_allclose([one.values[0, 0], one.std_error[0, 0]], [-0.3494903, 0.6004922], atol=1e-3)
    both = [factor_scores(fit, items, method=method).values[:, 0] for method in ("eap", "map")]
    assert np.corrcoef(both)[0, 1] > 0.99


def test_graded_and_ordinal_models_rank_people_alike(items, ordinal):
    """The logistic and the normal-ogive model of one factor give scores that correlate above .99."""
    four = items[["q1", "q2", "q3", "q4"]]
    logistic = factor_scores(grm(four), four).values[:, 0]
    normal = factor_scores(cfa(four, "f =~ q1 + q2 + q3 + q4", ordered=True), method="eap").values[:, 0]
    assert np.corrcoef(logistic, normal)[0, 1] > 0.99
