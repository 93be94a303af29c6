"""EBM and EAP scores of ordinal models against lavaan and brute force."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.numerics.structure.ordinal_scores import ProbitModel, _log_likelihood, eap_ordinal_scores, ebm_scores

FOLDER = Path(__file__).parents[2] / "oracle" / "factor_scores"
DATA = pd.read_csv(FOLDER / "ordinal.csv")
CODES = DATA.to_numpy() - 1
SIDE = np.arange(len(DATA)) % 2


def model_of(table):
    items, factors = list(DATA.columns), ["f", "g"]
    loadings, cuts = np.zeros((8, 2)), np.full((8, 4), np.inf)
    theta, phi, alpha = np.ones(8), np.eye(2), np.zeros(2)
    for row in table.itertuples():
        if row.op == "=~":
            loadings[items.index(row.rhs), factors.index(row.lhs)] = row.est
        elif row.op == "|":
            cuts[items.index(row.lhs), int(row.rhs[1:]) - 1] = row.est
        elif row.op == "~~" and row.lhs in factors:
            a, b = factors.index(row.lhs), factors.index(row.rhs)
            phi[a, b] = phi[b, a] = row.est
        elif row.op == "~~":
            theta[items.index(row.lhs)] = row.est
        elif row.op == "~1" and row.lhs in factors:
            alpha[factors.index(row.lhs)] = row.est
    return ProbitModel(loadings, cuts, np.zeros(8), np.sqrt(theta), alpha, phi)


@pytest.fixture(scope="module")
def model():
    return model_of(pd.read_csv(FOLDER / "ordinal_parameters.csv"))


def test_ebm_equals_lavaan(model):
    """lavPredict stops at a relative change of 1e-8 of its objective: 2e-4 in scores."""
    expected = pd.read_csv(FOLDER / "ordinal_scores.csv").to_numpy()
    np.testing.assert_allclose(ebm_scores(CODES[:80], model).scores, expected, atol=2e-4)


def test_groups_where_lavaan_0_6_departs():
    """The first group agrees. In the second, with free means and scales, lavaan 0.6-14 takes the mean off twice and
    scales thresholds alone; fed those thresholds we give its figures, which shows where the difference lies.
    """
    table = pd.read_csv(FOLDER / "groups_parameters.csv")
    expected = pd.read_csv(FOLDER / "groups_scores.csv")
    for number in (1, 2):
        model = model_of(table[table["group"] == number])
        codes = CODES[number - 1 == SIDE][:40]
        theirs = expected[expected["group"] == number][["f", "g"]].to_numpy()
        if number == 2:
            implied = model.loadings @ model.factor_cov @ model.loadings.T + np.diag(model.residual_sd**2)
            shifted = model.thresholds - (model.loadings @ model.factor_mean)[:, None]
            model = replace(model, thresholds=shifted / np.sqrt(np.diag(implied))[:, None])
        np.testing.assert_allclose(ebm_scores(codes, model).scores, theirs, atol=2e-4)


def test_moving_the_factor_moves_the_scores(model):
    """Factor mean up by alpha and thresholds up by Lambda alpha is the same model with scores up by alpha."""
    alpha = np.array([0.7, -0.4])
    moved = replace(model, factor_mean=alpha, thresholds=model.thresholds + (model.loadings @ alpha)[:, None])
    for score in (ebm_scores, eap_ordinal_scores):
        first, second = score(CODES[:30], model), score(CODES[:30], moved)
        np.testing.assert_allclose(second.scores, first.scores + alpha, atol=1e-7)
        np.testing.assert_allclose(second.std_error, first.std_error, atol=1e-7)


def test_eap_equals_brute_force(model):
    """A grid of 241 x 241 points: 1e-5."""
    axis = np.linspace(-6.0, 6.0, 241)
    eta = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    log_post = _log_likelihood(CODES[:6], np.broadcast_to(eta, (6, *eta.shape)), model)
    log_post = log_post - 0.5 * np.einsum("qa,ab,qb->q", eta, np.linalg.inv(model.factor_cov), eta)
    share = np.exp(log_post - log_post.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    found = eap_ordinal_scores(CODES[:6], model)
    np.testing.assert_allclose(found.scores, share @ eta, atol=1e-5)
    second = np.einsum("nq,qa->na", share, eta**2) - (share @ eta) ** 2
    np.testing.assert_allclose(found.std_error, np.sqrt(second), atol=1e-5)


def test_nothing_answered_gives_the_prior(model):
    for score in (ebm_scores, eap_ordinal_scores):
        found = score(np.full((1, 8), -1), model)
        np.testing.assert_allclose(found.scores, 0.0, atol=1e-8)
        np.testing.assert_allclose(found.covariance[0], model.factor_cov, atol=1e-6)


def test_mode_has_no_slope(model):
    """The log posterior falls in every direction from the mode, also for extreme patterns with steep items."""
    steep = replace(model, residual_sd=np.full(8, 0.05))
    codes = np.vstack([np.zeros(8, dtype=int), CODES.max(axis=0), CODES[:10]])
    for which in (model, steep):
        found = ebm_scores(codes, which)
        assert np.isfinite(found.scores).all()

        def height(eta, which=which):
            prior = 0.5 * np.einsum("na,ab,nb->n", eta, np.linalg.inv(which.factor_cov), eta)
            return _log_likelihood(codes, eta[:, None, :], which)[:, 0] - prior

        here = height(found.scores)
        for direction in ([1e-3, 0.0], [-1e-3, 0.0], [0.0, 1e-3], [0.0, -1e-3]):
            assert np.all(height(found.scores + np.array(direction)) <= here + 1e-9)
