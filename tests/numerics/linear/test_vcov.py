"""Sandwich variances: clubSandwich and sandwich on our own simulated study, hand cases, and what must not matter."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sctoolkit.change.models.regress import regress
from sctoolkit.errors import DataError, NotIdentifiedError
from sctoolkit.numerics.linear.cluster_means import cluster_means, collapse
from sctoolkit.numerics.linear.least_squares import dependent_columns, fit_least_squares
from sctoolkit.numerics.linear.vcov import cluster_parts, row_parts

ORACLE = Path(__file__).resolve().parents[2] / "oracle" / "small_sample"
RTOL = 1e-9  # promised; R's figures carry about 1e-12

CASES = {
    "long": ("y ~ post * treated + age + stratum", {}),
    "weighted": ("y ~ post * treated + age", {"weights": "weight"}),
    "precision": ("y ~ post * treated + age", {"weights": "weight", "precision_weights": True}),
    "person_effects": ("y ~ post + post:treated", {"absorb": "person"}),
    "two_wave_effects": ("y ~ post + post:treated", {"absorb": "person"}),
}


@pytest.fixture(scope="module")
def people():
    return pd.read_csv(ORACLE / "people.csv")


@pytest.fixture(scope="module")
def expected():
    return pd.read_csv(ORACLE / "expected.csv")


def ours(term):
    """R's name of a term in our spelling."""
    return term.replace("stratumb", "stratum[T.b]").replace("stratumc", "stratum[T.c]")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR1S", "CR2", "CR3"])
def test_against_clubsandwich(case, kind, people, expected):
    rows = expected[(expected.case == f"{case}_{kind}") & (expected.term != "(Intercept)")]
    if rows.empty:
        pytest.skip("R has no figure: without a site its people have no effects")
    formula, options = CASES[case]
    data = people[people.duplicated("person", keep=False)] if case == "two_wave_effects" else people
    fit = regress(formula, data, cluster="site", vcov=kind, **options)
    if "absorb" in options:
        rows = rows[rows.term.isin(fit.terms)]
        assert len(rows) == 3 * len(fit.terms)
    for row in rows.itertuples():
        contrast = fit.weights_of({ours(row.term): 1})
        got = {
            "estimate": contrast @ fit.fit.coef,
            "std_error": np.sqrt(contrast @ fit.parts.vcov @ contrast),
            "dof": fit.parts.dof(contrast),
        }[row.quantity]
        np.testing.assert_allclose(got, row.value, rtol=RTOL, err_msg=str(row))


def test_htz_against_clubsandwich(people, expected):
    fit = regress(CASES["long"][0], people, cluster="site")
    for terms, rows in expected[expected.case == "htz"].groupby("term"):
        test = fit.joint([ours(name) for name in terms.split("+")])
        want = rows.set_index("quantity").value
        got = [test.statistic, test.dof_den, test.p_value]
        np.testing.assert_allclose(got, want[["statistic", "dof", "p_value"]], rtol=1e-8)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
def test_against_sandwich(kind, weighted, people, expected):
    name = "weighted" if weighted else "long"
    formula, options = CASES[name]
    fit = regress(formula, people, vcov=kind, **options)
    for row in expected[expected.case == f"{name}_{kind}"].itertuples():
        j = fit.terms.index(ours(row.term))
        got = fit.std_error[j] if row.quantity == "std_error" else fit.dof[j]
        np.testing.assert_allclose(got, row.value, rtol=RTOL, err_msg=str(row))


def test_cluster_means_against_t_test(people, expected):
    codes = people.site.to_numpy()
    values, treated = collapse(people.y.to_numpy(), codes), collapse(people.treated.to_numpy(), codes) > 0.5
    want = expected.set_index(["case", "quantity"]).value
    pooled, welch = cluster_means(values, treated), cluster_means(values, treated, equal_variances=False)
    got = [pooled.p_value, pooled.ci_low, welch.p_value, welch.dof]
    keys = [("cluster_means", "p_value"), ("cluster_means", "ci_low"), ("cluster_means_welch", "p_value"),
            ("cluster_means_welch", "dof")]  # fmt: skip
    np.testing.assert_allclose(got, [want[key] for key in keys], rtol=1e-9)


def study(seed, n_clusters=7, n=40, p=3):
    rng = np.random.default_rng(seed)
    codes = np.concatenate([np.arange(n_clusters), rng.integers(0, n_clusters, n - n_clusters)])
    design = np.column_stack([np.ones(n), rng.normal(size=(n, p - 1))])
    return rng.normal(size=n) + rng.normal(size=n_clusters)[codes], design, codes


def dense_cr2(y, x, codes, weights):
    """CR2 and its degrees of freedom as written, with every n x n matrix formed."""
    w = np.diag(weights)
    m = np.linalg.inv(x.T @ w @ x)
    left = np.eye(len(y)) - x @ m @ x.T @ w
    e = left @ y
    pieces, meat = [], np.zeros((x.shape[1],) * 2)
    for g in range(codes.max() + 1):
        i = np.flatnonzero(codes == g)
        values, vectors = np.linalg.eigh(left[i] @ left[i].T)
        keep = values > 1e-10 * values.max()
        a = (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T
        v = a @ w[np.ix_(i, i)] @ x[i] @ m
        pieces.append(left[i].T @ v)
        s = x[i].T @ w[np.ix_(i, i)] @ a @ e[i]
        meat += np.outer(s, s)
    dof = []
    for k in range(x.shape[1]):
        p = np.column_stack([piece[:, k] for piece in pieces])
        gram = p.T @ p
        dof.append(np.trace(gram) ** 2 / (gram**2).sum())
    return m @ meat @ m, dof


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_without_large_matrices_is_with_them(seed, weighted):
    y, x, codes = study(seed)
    weights = np.random.default_rng(seed).uniform(0.3, 3, len(y)) if weighted else np.ones(len(y))
    vcov, dof = dense_cr2(y, x, codes, weights)
    parts = cluster_parts(fit_least_squares(x, y, weights), codes, "CR2")
    np.testing.assert_allclose(parts.vcov, vcov, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose([parts.dof(row) for row in np.eye(3)], dof, rtol=1e-7)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000), st.floats(1e-6, 1e6), st.floats(-1e3, 1e3), st.sampled_from(["CR0", "CR1S", "CR2", "CR3"])
)
def test_units_and_names_do_not_matter(seed, scale, shift, kind):
    y, x, codes = study(seed)
    base = cluster_parts(fit_least_squares(x, y), codes, kind)
    renamed = np.random.default_rng(seed).permutation(codes.max() + 1)[codes]
    stretched = x * np.array([1.0, scale, 1.0])
    other = cluster_parts(fit_least_squares(stretched, y * scale + shift, np.full(len(y), scale)), renamed, kind)
    for j, unit in enumerate([scale, 1.0, scale]):
        if j:  # the intercept takes the shift
            np.testing.assert_allclose(np.sqrt(other.vcov[j, j]), np.sqrt(base.vcov[j, j]) * unit, rtol=1e-5)
        np.testing.assert_allclose(other.dof(np.eye(3)[j]), base.dof(np.eye(3)[j]), rtol=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_integer_weights_are_copies_for_cr0(seed):
    y, x, codes = study(seed)
    times = np.random.default_rng(seed).integers(1, 4, len(y))
    weighted = cluster_parts(fit_least_squares(x, y, times.astype(float)), codes, "CR0")
    copied = np.repeat(np.arange(len(y)), times)
    plain = cluster_parts(fit_least_squares(x[copied], y[copied]), codes[copied], "CR0")
    np.testing.assert_allclose(weighted.vcov, plain.vcov, rtol=1e-9)


def test_singletons_make_cr2_of_hc2():
    y, x, _ = study(1)
    fit = fit_least_squares(x, y)
    rows, clusters = row_parts(fit, "HC2"), cluster_parts(fit, np.arange(len(y)), "CR2")
    np.testing.assert_allclose(rows.vcov, clusters.vcov, rtol=1e-10)
    np.testing.assert_allclose(rows.dof(np.eye(3)[1]), clusters.dof(np.eye(3)[1]), rtol=1e-10)


def test_cr2_is_unbiased_when_people_are_independent():
    """E[CR2] is the true variance under the working model: P has trace c'Mc."""
    y, x, codes = study(5)
    fit = fit_least_squares(x, y)
    for row in np.eye(3):
        parts = cluster_parts(fit, codes, "CR2")
        np.testing.assert_allclose(parts.form(row).trace(), row @ fit.bread @ row, rtol=1e-10)


def test_tolerance_is_relative_to_units_of_weights():
    """A fixed tolerance drops directions when weights are tiny; ours must not notice."""
    y, x, codes = study(3)
    weights = np.random.default_rng(3).uniform(1, 9, len(y))
    a = cluster_parts(fit_least_squares(x, y, weights), codes, "CR2", working=1 / weights)
    b = cluster_parts(fit_least_squares(x, y, weights * 1e-9), codes, "CR2", working=1e9 / weights)
    np.testing.assert_allclose(a.vcov, b.vcov, rtol=1e-8)
    np.testing.assert_allclose(a.dof(np.eye(3)[1]), b.dof(np.eye(3)[1]), rtol=1e-8)


def test_a_contrast_that_one_cluster_carries_is_known():
    rng = np.random.default_rng(1)
    codes = np.repeat(np.arange(6), 5)
    treated, post = (codes == 0).astype(float), np.tile([0.0, 1, 0, 1, 0], 6)
    x = np.column_stack([np.ones(30), treated, post, treated * post, rng.normal(size=30)])
    parts = cluster_parts(fit_least_squares(x, rng.normal(size=30)), codes, "CR2")
    assert [parts.rests_on_one_cluster(row) for row in np.eye(5)] == [False, True, False, True, False]
    # with one control the intercept and the control's own change rest on it
    x[:, 1], x[:, 3] = 1 - treated, (1 - treated) * post
    parts = cluster_parts(fit_least_squares(x, rng.normal(size=30)), codes, "CR2")
    assert [parts.rests_on_one_cluster(row) for row in np.eye(5)] == [True, True, True, True, False]


def test_dependent_columns_are_the_later_ones():
    x = np.random.default_rng(1).normal(size=(10, 4))
    assert dependent_columns(np.column_stack([x, x[:, 0] + x[:, 1], np.zeros(10), x[:, 2] * 1e9])) == [4, 5, 6]
    assert dependent_columns(x[:2]) == [2, 3]


def test_bad_input():
    y, x, _ = study(1)
    with pytest.raises(DataError, match="positive"):
        fit_least_squares(x, y, -np.ones(len(y)))
    with pytest.raises(NotIdentifiedError, match="information of its own"):
        fit_least_squares(np.column_stack([x, x[:, 1]]), y)
    with pytest.raises(NotIdentifiedError, match="at least 2 clusters"):
        cluster_parts(fit_least_squares(x, y), np.zeros(len(y), dtype=int), "CR2")
