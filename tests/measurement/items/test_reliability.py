"""Reliability against psych and semTools (tests/oracle/reliability.R), published alphas, and by its properties."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from sctoolkit.errors import DataError, OptionError
from sctoolkit.measurement.items.item_analysis import item_analysis
from sctoolkit.measurement.items.reliability import reliability

ORACLE = Path(__file__).parents[2] / "oracle" / "reliability"
KEYS = {
    "agree": ["-A1", "A2", "A3", "A4", "A5"],
    "conscientious": ["C1", "C2", "C3", "-C4", "-C5"],
    "extraversion": ["-E1", "-E2", "E3", "E4", "E5"],
    "neuroticism": ["N1", "N2", "N3", "N4", "N5"],
    "openness": ["O1", "-O2", "O3", "O4", "-O5"],
}


@pytest.fixture(scope="module")
def likert():
    return pd.read_csv(ORACLE / "likert.csv")


@pytest.fixture(scope="module")
def oracle():
    table = pd.read_csv(ORACLE / "expected.csv")
    return table[table["case"] == "likert"].set_index("quantity")["value"]


@pytest.mark.parametrize("denominator", ["model", "observed"])
def test_equals_psych_and_semtools(likert, oracle, denominator):
    found = reliability(likert, ordered=True, denominator=denominator).coefficients
    assert found["alpha"].estimate == pytest.approx(oracle["alpha"], abs=1e-10)
    assert found["alpha_standardised"].estimate == pytest.approx(oracle["alpha_standardised"], abs=1e-10)
    assert found["average_r"].estimate == pytest.approx(oracle["average_r"], abs=1e-10)
    assert found["omega_total"].estimate == pytest.approx(oracle[f"omega_{denominator}"], abs=1e-6)
    assert found["omega_categorical"].estimate == pytest.approx(
        oracle[f"omega_categorical_comprelsem_{denominator}"], abs=1e-5
    )
    assert found["alpha_ordinal"].estimate == pytest.approx(oracle["alpha_ordinal"], abs=1e-6)


def test_latent_omega_equals_semtools(likert, oracle):
    found = reliability(likert, ordered=True).coefficients["omega_latent"]
    assert found.estimate == pytest.approx(oracle["omega_latent_observed"], abs=1e-5)
    assert found.role == "theoretical"


def test_standard_error_of_omega_equals_lavaan(likert, oracle):
    found = reliability(likert, ordered=False, denominator="model").coefficients["omega_total"]
    assert found.std_error == pytest.approx(oracle["omega_model_std_error"], abs=1e-7)


def test_items_equal_psych(likert, oracle):
    frame = item_analysis(likert).frame()
    for item in likert:
        assert frame.loc[item, "item_rest_r"] == pytest.approx(oracle[f"item_rest_r.{item}"], abs=1e-10)
        assert frame.loc[item, "alpha_if_dropped"] == pytest.approx(oracle[f"alpha_if_dropped.{item}"], abs=1e-10)


def test_bootstrap_agrees_with_delta(likert):
    delta = reliability(likert, ordered=True, ci="delta").coefficients
    drawn = reliability(likert, ordered=True, ci="bootstrap", seed=1, n_bootstrap=400).coefficients
    for term in ("alpha", "alpha_standardised", "omega_total", "omega_categorical"):
        assert drawn[term].std_error == pytest.approx(delta[term].std_error, rel=0.2), term
        assert drawn[term].estimate == delta[term].estimate


def test_delta_gradient_of_categorical_omega_is_the_derivative(likert):
    """The gradient against finite differences through the fit at fixed weights."""
    from sctoolkit.numerics.exploration.one_factor import one_factor
    from sctoolkit.numerics.ordinal.ordinal_statistics import ordinal_statistics
    from sctoolkit.numerics.reliability.omega_categorical import omega_categorical, omega_categorical_gradient

    stats = ordinal_statistics(likert.to_numpy() - 1.0, nacov="none")
    taus, p = np.array(stats.thresholds), 6
    steps = np.ones_like(taus)
    weights = np.random.default_rng(1).uniform(0.5, 2, (p, p))
    weights = weights + weights.T
    loadings = one_factor(stats.correlation, weights)
    implied = np.outer(loadings, loadings) + np.diag(1 - loadings**2)  # exact fit: the sandwich form is exact there

    def value(vector, observed):
        tau = vector[: taus.size].reshape(taus.shape)
        r = np.eye(p)
        r[np.triu_indices(p, 1)] = vector[taus.size :]
        r = r + r.T - np.eye(p)
        fitted = one_factor(r, weights)
        common = np.outer(fitted, fitted)
        whole = r if observed else common + np.diag(1 - fitted**2)
        return omega_categorical(tau, steps, common, whole)

    point = np.concatenate([taus.ravel(), implied[np.triu_indices(p, 1)]])
    for observed in (True, False):
        found = omega_categorical_gradient(taus, steps, loadings, implied, weights, observed=observed)
        step = 1e-5
        for at in (0, 5, 23, 24, 30, 38):
            up, down = point.copy(), point.copy()
            up[at] += step
            down[at] -= step
            slope = (value(up, observed) - value(down, observed)) / (2 * step)
            assert found[at] == pytest.approx(slope, abs=1e-6)  # differences of an iterated fit


@pytest.mark.parametrize("scale", sorted(KEYS))
def test_bfi_figures(data_dir, scale):
    """Alpha listwise and pairwise (psych) and omega (semTools) of the five bfi scales, n 2,800."""
    folder = data_dir / "psych_bfi"
    frame = pd.read_csv(folder / "bfi.csv")
    figures = {check["id"]: check["value"] for check in json.loads((folder / "expected.json").read_text())}
    keyed = pd.DataFrame({key.strip("-"): 7 - frame[key[1:]] if key[0] == "-" else frame[key] for key in KEYS[scale]})
    whole = reliability(keyed, ordered=False, denominator="model").coefficients
    assert whole["alpha"].estimate == pytest.approx(figures[f"alpha_listwise_{scale}"], abs=1e-8)
    assert whole["omega_total"].estimate == pytest.approx(figures[f"omega_listwise_{scale}"], abs=1e-5)
    pairs = reliability(keyed, ordered=False, missing="pairwise", ci=None).coefficients
    assert pairs["alpha"].estimate == pytest.approx(figures[f"alpha_{scale}"], abs=1e-8)
    assert pairs["alpha_standardised"].estimate == pytest.approx(figures[f"std_alpha_{scale}"], abs=1e-8)


def test_reversed_items_are_named_and_refused(likert):
    turned = likert.assign(t3=6 - likert["t3"], t5=6 - likert["t5"])
    with pytest.raises(DataError, match="`t3`, `t5` run against"):
        reliability(turned, ordered=True)
    kept = reliability(turned, ordered=False, on_reversed="caveat")
    assert kept.caveats[0].code == "reversed_items"
    assert item_analysis(turned).reversed_items == ("t3", "t5")


def test_weak_items_are_not_called_reversed():
    rng = np.random.default_rng(9)
    noise = pd.DataFrame(rng.integers(1, 6, (200, 6)), columns=list("abcdef"))
    assert item_analysis(noise).reversed_items == ()


def test_two_items_have_alpha_and_no_omega(likert):
    found = reliability(likert[["t1", "t2"]], ordered=False)
    assert found.headline == "alpha"
    assert np.isnan(found.coefficients["omega_total"].estimate)
    r = likert["t1"].corr(likert["t2"])
    assert found.coefficients["alpha_standardised"].estimate == pytest.approx(2 * r / (1 + r))  # Spearman-Brown


def test_identical_columns_are_named(likert):
    found = reliability(likert.assign(again=likert["t1"]), ordered=True)
    codes = {caveat.code for caveat in found.caveats}
    assert {"identical_items", "at_bound", "omega_not_identified"} <= codes


def test_five_people_give_caveats_not_silence(likert):
    found = reliability(likert.head(5), ordered=True)
    assert {"few_people", "few_people_ordinal"} <= {caveat.code for caveat in found.caveats}
    assert np.isfinite(found.coefficients["alpha"].estimate)


def test_missing_pairwise_has_bootstrap_intervals_only(likert):
    gaps = likert.mask(np.random.default_rng(1).random(likert.shape) < 0.1)
    delta = reliability(gaps, ordered=False, missing="pairwise")
    assert "no_delta_interval" in {caveat.code for caveat in delta.caveats}
    drawn = reliability(gaps, ordered=False, missing="pairwise", ci="bootstrap", seed=2, n_bootstrap=100)
    low, high = drawn.coefficients["alpha"].ci_low, drawn.coefficients["alpha"].ci_high
    assert low < drawn.coefficients["alpha"].estimate < high


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(6)), st.floats(-5, 5), st.floats(0.1, 10))
def test_alpha_ignores_order_shift_and_common_scale(order, shift, factor):
    likert = pd.read_csv(ORACLE / "likert.csv").head(60)
    plain = reliability(likert, ordered=False, ci=None).coefficients["alpha"].estimate
    changed = likert.iloc[:, list(order)] * factor + shift
    assert reliability(changed, ordered=False, ci=None).coefficients["alpha"].estimate == pytest.approx(plain, abs=1e-9)


def test_seed_makes_the_bootstrap_repeatable(likert):
    small = likert.head(80)
    one, two = (reliability(small, ordered=True, ci="bootstrap", seed=4, n_bootstrap=100).to_dict() for _ in range(2))
    assert one == two
    with pytest.raises(OptionError, match="seed"):
        reliability(small, ordered=True, ci="bootstrap")


def test_a_seed_asks_for_the_bootstrap(likert):
    small = likert.head(60)
    seeded = reliability(small, ordered=False, seed=3, n_bootstrap=100)
    asked = reliability(small, ordered=False, seed=3, n_bootstrap=100, ci="bootstrap")
    assert seeded.tidy().equals(asked.tidy())
    assert reliability(small, ordered=False).provenance.options["ci"] == "delta"


def test_skewed_items_are_named_where_intervals_are_too_narrow():
    rng = np.random.default_rng(1)
    latent = rng.standard_normal((120, 1)) + rng.standard_normal((120, 4))
    skewed = pd.DataFrame(np.digitize(latent, [-3.0, -2.2, -1.4, 0.0]), columns=list("abcd"))
    plain = pd.DataFrame(np.digitize(latent, [-1.5, -0.5, 0.5, 1.5]), columns=list("abcd"))

    def codes(items, **options):
        return {caveat.code for caveat in reliability(items, **options).caveats}

    assert "delta_skewed" in codes(skewed, ordered=True)
    assert "delta_skewed" not in codes(skewed, ordered=True, seed=1, n_bootstrap=100)
    assert "feldt_skewed" in codes(skewed, ordered=False, ci="feldt")
    assert "feldt_skewed" not in codes(plain, ordered=False, ci="feldt")
    assert "delta_skewed" not in codes(plain, ordered=True)


@pytest.mark.slow
def test_intervals_of_categorical_omega_cover():
    """Coverage of 95% delta intervals at n = 300 over 400 samples; the population value by Green and Yang's sums.

    A coverage of .95 gives a share outside .92 and .98 in less than 1 of 100 runs.
    """
    rng = np.random.default_rng(11)
    loading = np.array([0.8, 0.7, 0.6, 0.75, 0.5])
    cuts = np.array([-1.2, -0.3, 0.6])

    def covariance(r):
        """Covariance of two items of these cuts whose responses correlate r."""
        both = [[multivariate_normal.cdf([a, b], cov=[[1, r], [r, 1]]) for a in cuts] for b in cuts]
        return (both - np.outer(norm.cdf(cuts), norm.cdf(cuts))).sum()

    common = np.array([[covariance(a * b) for a in loading] for b in loading])
    variance = (np.minimum.outer(norm.cdf(cuts), norm.cdf(cuts)) - np.outer(norm.cdf(cuts), norm.cdf(cuts))).sum()
    truth = common.sum() / (common.sum() - np.trace(common) + 5 * variance)

    def sample(n):
        latent = rng.standard_normal((n, 1)) * loading + rng.standard_normal((n, 5)) * np.sqrt(1 - loading**2)
        return pd.DataFrame(np.digitize(latent, cuts), columns=list("abcde"))

    inside = 0
    for _ in range(400):
        figure = reliability(sample(300), ordered=True).coefficients["omega_categorical"]
        inside += figure.ci_low <= truth <= figure.ci_high
    assert 0.92 <= inside / 400 <= 0.98


def test_hierarchical_omega_equals_psych():
    table = pd.read_csv(ORACLE / "expected.csv")
    figures = table[table["case"] == "nine"].set_index("quantity")["value"]
    nine = pd.read_csv(ORACLE.parent / "polychoric" / "ordinal.csv")[[f"y{j}" for j in range(1, 10)]]
    found = reliability(nine, ordered=False, group_factors=3).coefficients
    assert found["omega_hierarchical"].estimate == pytest.approx(figures["omega_hierarchical"], abs=1e-5)
    assert found["omega_total_groups"].estimate == pytest.approx(figures["omega_total"], abs=1e-5)
    assert 0 < found["explained_common_variance"].estimate < 1
