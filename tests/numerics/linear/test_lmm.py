"""Mixed models: lme4, lmerTest and pbkrtest on our own simulated studies; likelihood checked against its definition."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal

from sctoolkit.change.models.mixed import mixed
from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.kenward_roger import kenward_roger
from sctoolkit.numerics.linear.lmm import fit_lmm
from sctoolkit.numerics.linear.lmm_moments import derivatives, solve
from sctoolkit.numerics.linear.lmm_satterthwaite import observed_hessian, satterthwaite
from sctoolkit.numerics.linear.random_terms import RandomTerm, arrange

ORACLE = Path(__file__).resolve().parents[2] / "oracle"
JOINT = {"people": ["treated", "post:treated"], "crossed": ["group", "x:group"]}
CASES = {
    "nested": ("people", "y ~ post * treated + age", "1 | site/person"),
    "site_slope": ("people", "y ~ post * treated", "1 + post | site"),
    "diagonal": ("crossed", "y ~ x * group", "x || person"),
    "crossed": ("crossed", "y ~ x * group", ["1 | person", "1 | rater"]),
    "crossed_slope": ("crossed", "y ~ x * group", ["x | person", "1 | rater"]),
    "singular": ("crossed", "y ~ x * group", ["1 | person", "1 | rater", "1 | group:rater"]),
}
RTOL = {"estimate": 1e-6, "std_error": 1e-6, "dof": 5e-6, "statistic": 2e-6}  # lme4 stops about 1e-7 from the optimum


@pytest.fixture(scope="module")
def frames():
    return {
        "people": pd.read_csv(ORACLE / "small_sample" / "people.csv"),
        "crossed": pd.read_csv(ORACLE / "lmm" / "crossed.csv"),
    }


@pytest.fixture(scope="module")
def expected():
    return pd.read_csv(ORACLE / "lmm" / "expected.csv")


@pytest.mark.parametrize("df", ["Satterthwaite", "Kenward-Roger"])
@pytest.mark.parametrize("case", CASES)
def test_against_lmertest_and_pbkrtest(case, df, frames, expected):
    name, formula, random = CASES[case]
    model = mixed(formula, frames[name], random=random, df=df.lower())
    rows = expected[expected.case == f"{case}|{df}"]
    test = model.joint(JOINT[name])
    for row in rows.itertuples():
        if row.term == "joint":
            got = test.statistic if row.quantity == "statistic" else test.dof_den
        else:
            j = model.terms.index(row.term)
            got = {"estimate": model.coef, "std_error": model.std_error, "dof": model.dof}[row.quantity][j]
        np.testing.assert_allclose(got, row.value, rtol=RTOL[row.quantity], atol=1e-7, err_msg=str(row))
    reml = expected[(expected.case == case) & (expected.quantity == "reml")].value.iloc[0]
    np.testing.assert_allclose(model.deviance, reml, rtol=1e-10)
    assert model.deviance <= reml + 1e-8


def small(seed=0, n=30, crossed=True):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 6, n), rng.integers(0, 4, n)
    a[:6], b[:4] = np.arange(6), np.arange(4)
    x = np.column_stack([np.ones(n), rng.normal(size=n)])
    y = x @ [1.0, 0.5] + rng.normal(size=6)[a] + rng.normal(size=4)[b] + rng.normal(size=n)
    terms = [RandomTerm(a, x.copy())] + ([RandomTerm(b, np.ones((n, 1)))] if crossed else [])
    return x, y, terms


def covariance(terms, matrices, sigma2, n):
    v = sigma2 * np.eye(n)
    for term, g in zip(terms, matrices, strict=True):
        v += (term.codes[:, None] == term.codes) * (term.columns @ g @ term.columns.T)
    return v


@pytest.mark.parametrize("reml", [True, False])
def test_deviance_is_that_of_the_normal_density(reml):
    x, y, terms = small()
    fit = fit_lmm(x, y, terms, reml=reml)
    v = covariance(terms, fit.covariances, fit.sigma2, len(y))
    value = -2 * multivariate_normal(x @ fit.coef, v).logpdf(y)
    if reml:
        # restricted likelihood: density over the fixed effects' integral
        value += np.linalg.slogdet(x.T @ np.linalg.solve(v, x))[1] - x.shape[1] * np.log(2 * np.pi)
    np.testing.assert_allclose(fit.deviance, value, rtol=1e-9)
    np.testing.assert_allclose(
        fit.coef, np.linalg.solve(x.T @ np.linalg.solve(v, x), x.T @ np.linalg.solve(v, y)), rtol=1e-8
    )


def test_moments_are_those_of_the_definition():
    x, y, terms = small(3)
    data = arrange(terms, x, y)
    lower = [np.array([[0.8, 0.0], [0.3, 0.5]]), np.array([[0.6]])]
    sigma2 = 1.7
    at = solve(data, lower)
    m = derivatives(data, at, sigma2)
    n = len(y)
    by_factor = [RandomTerm(f.codes, f.columns) for f in data.factors]
    v = covariance(by_factor, [sigma2 * f @ f.T for f in lower], sigma2, n)
    inverse = np.linalg.inv(v)
    slopes = []
    for factor in data.factors:
        for i, j in factor.cells():
            e = np.zeros((factor.k, factor.k))
            e[i, j] = e[j, i] = 1.0
            slopes.append((factor.codes[:, None] == factor.codes) * (factor.columns @ e @ factor.columns.T))
    slopes.append(np.eye(n))
    right = np.column_stack([x, y - x @ at.coef])
    for r, vr in enumerate(slopes):
        np.testing.assert_allclose(m.trace[r], np.trace(inverse @ vr), rtol=1e-9)
        np.testing.assert_allclose(m.first[r], right.T @ inverse @ vr @ inverse @ right, rtol=1e-8, atol=1e-10)
        for s, vs in enumerate(slopes):
            np.testing.assert_allclose(m.trace_second[r, s], np.trace(inverse @ vr @ inverse @ vs), rtol=1e-8)
            want = right.T @ inverse @ vr @ inverse @ vs @ inverse @ right
            np.testing.assert_allclose(m.second[r, s], want, rtol=1e-7, atol=1e-10)


def test_observed_information_is_the_curvature_of_the_deviance():
    x, y, terms = small(4, n=60)
    fit = fit_lmm(x, y, terms)
    size = y.std()

    def deviance(params):
        matrices = [np.array([[params[0], params[1]], [params[1], params[2]]]), np.array([[params[3]]])]
        by_factor = [RandomTerm(f.codes, f.columns) for f in fit.data.factors]
        v = covariance(by_factor, matrices, params[4], len(y))
        solved = np.linalg.solve(v, np.column_stack([x, y / size]))
        xvx = x.T @ solved[:, :2]
        e = y / size - x @ np.linalg.solve(xvx, x.T @ solved[:, 2])
        return np.linalg.slogdet(v)[1] + np.linalg.slogdet(xvx)[1] + e @ np.linalg.solve(v, e)

    g = [c / size**2 for c in fit.covariances]
    scale = fit.data.factors[0].scale
    at = np.array([g[0][0, 0], g[0][1, 0] * scale[1], g[0][1, 1] * scale[1] ** 2, g[1][0, 0], fit.sigma2 / size**2])
    step = 1e-4 * np.maximum(at, 0.05)
    got = observed_hessian(fit)
    for i in range(5):
        for j in range(5):
            a, b = np.eye(5)[i] * step[i], np.eye(5)[j] * step[j]
            curve = deviance(at + a + b) - deviance(at + a - b) - deviance(at - a + b) + deviance(at - a - b)
            np.testing.assert_allclose(got[i, j], curve / (4 * step[i] * step[j]), rtol=2e-3, atol=2e-2)


def test_balanced_designs_have_textbook_degrees_of_freedom():
    """Split-plot: treatment between 8 sites has 6, time within them 24 - ... = 8 * 3 - 8 - ... degrees of freedom."""
    rng = np.random.default_rng(2)
    site = np.repeat(np.arange(8), 6)
    treated, post = (site % 2).astype(float), np.tile([0.0, 1.0], 24)
    y = rng.normal(size=8)[site] + rng.normal(size=48)
    x = np.column_stack([np.ones(48), treated, post, treated * post])
    fit = fit_lmm(x, y, [RandomTerm(site, np.ones((48, 1)))])
    kr = kenward_roger(fit)
    contrast = np.array([0, 1.0, 0, 0.5])  # difference of site means
    np.testing.assert_allclose(kr.dof(contrast), 6.0, rtol=1e-6)
    np.testing.assert_allclose(satterthwaite(fit, contrast)[0], 6.0, rtol=1e-5)
    np.testing.assert_allclose(kr.dof(np.array([0, 0, 0, 1.0])), 48 - 8 - 2, rtol=1e-6)
    np.testing.assert_allclose(kr.vcov, fit.vcov, rtol=1e-6)  # balanced: nothing to correct


def test_shift_and_scale():
    x, y, terms = small(5)
    base, other = fit_lmm(x, y, terms), fit_lmm(x, 1e5 * y + 3e5, terms)
    np.testing.assert_allclose(other.coef, 1e5 * base.coef + [3e5, 0], rtol=1e-6)
    np.testing.assert_allclose(np.sqrt(other.sigma2), 1e5 * np.sqrt(base.sigma2), rtol=1e-6)
    np.testing.assert_allclose(satterthwaite(other, np.eye(2)), satterthwaite(base, np.eye(2)), rtol=1e-5)
    stretched = [RandomTerm(terms[0].codes, terms[0].columns * [1.0, 100.0]), terms[1]]
    slope = fit_lmm(x, y, stretched)
    np.testing.assert_allclose(slope.covariances[0][1, 1] * 1e4, base.covariances[0][1, 1], rtol=1e-5)


def test_order_of_terms_does_not_matter():
    x, y, terms = small(6)
    a, b = fit_lmm(x, y, terms), fit_lmm(x, y, terms[::-1])
    np.testing.assert_allclose(a.deviance, b.deviance, rtol=1e-12)
    np.testing.assert_allclose(a.covariances[0], b.covariances[1], rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(a.blups[1], b.blups[0], rtol=1e-5, atol=1e-8)


def test_effects_sum_to_zero_over_the_ridge():
    """u = G Z'V^-1 r, and its weighted sum vanishes when X holds the intercept."""
    x, y, terms = small(7, crossed=False)
    terms = [RandomTerm(terms[0].codes, np.ones((len(y), 1)))]
    fit = fit_lmm(x, y, terms)
    np.testing.assert_allclose(fit.blups[0].sum(), 0.0, atol=1e-6)


def test_refusals():
    x, y, terms = small(8)
    with pytest.raises(NotIdentifiedError, match="at least 2 levels"):
        fit_lmm(x, y, [RandomTerm(np.zeros(len(y), dtype=int), np.ones((len(y), 1)))])
    with pytest.raises(NotIdentifiedError, match="fewer effects than rows"):
        fit_lmm(x, y, [RandomTerm(np.arange(len(y)), np.ones((len(y), 1)))])
    with pytest.raises(NotIdentifiedError, match="REML"):
        kenward_roger(fit_lmm(x, y, terms, reml=False))
    with pytest.raises(NotIdentifiedError, match="perfect"):
        fit_lmm(x, x @ [1.0, 2.0], terms)
