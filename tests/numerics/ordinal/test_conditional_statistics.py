"""Statistics of mixed items given covariates: lavaan's figures, two steps by a plain optimiser, and what must hold."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import multivariate_normal, norm

from sctoolkit.numerics.ordinal.conditional_pairs import normal_scores, polychoric_scores, polyserial_scores
from sctoolkit.numerics.ordinal.conditional_statistics import conditional_statistics
from sctoolkit.numerics.ordinal.cumulative_link import fit_cumulative
from sctoolkit.numerics.ordinal.ordinal_statistics import ordinal_statistics
from sctoolkit.numerics.ordinal.probit_regression import probit_regression

ORACLE = Path(__file__).parents[2] / "oracle" / "mixed_items"
ITEMS = ["u1", "u2", "y1", "y2", "u3", "u4", "y3", "y4"]
WIDTHS = [5, 3, 0, 0, 2, 4, 0, 0]
ORDERED = [0, 1, 4, 5]


def table(name: str = "mixed") -> pd.DataFrame:
    return pd.read_csv(ORACLE / f"{name}.csv")


@cache
def statistics(name: str = "mixed", given: bool = True, **options: str):
    data = table(name)
    options = {key: data[column].to_numpy() for key, column in options.items()}
    x = data[["x1", "x2"]].to_numpy(dtype=float) if given else None
    return conditional_statistics(data[ITEMS].to_numpy(dtype=float), WIDTHS, x, **options)


CASES = {
    "plain_weights": ("mixed", False, {"weights": "weight"}),
    "mimic": ("mixed", True, {}),
    "mimic_pairwise": ("gaps", True, {}),
    "mimic_weights": ("mixed", True, {"weights": "weight"}),
}


@pytest.mark.parametrize("case", CASES)
def test_statistics_are_those_of_lavaan(case: str) -> None:
    # lavaan's own correlations end within about 3e-7 of their optimum
    name, given, options = CASES[case]
    reference = pd.read_csv(ORACLE / "observed.csv").query("case == @case")
    assert np.abs(statistics(name, given, **options).observed - reference["value"].to_numpy()).max() < 1e-6


@pytest.mark.parametrize("case", ["mimic_pairwise", "mimic_weights", "mimic_clusters"])
def test_gamma_is_that_of_lavaan(case: str) -> None:
    name, given, options = CASES.get(case, ("mixed", True, {"clusters": "cluster"}))
    ours = statistics(name, given, **options)
    reference = np.loadtxt(ORACLE / f"gamma_{case}.csv", delimiter=",")
    scale = np.sqrt(np.diag(reference))
    assert np.abs((ours.gamma - reference) / np.outer(scale, scale)).max() < 1e-5


def test_weights_of_dwls_leave_clusters_out() -> None:
    ours = statistics(weights="weight", clusters="cluster")
    reference = np.loadtxt(ORACLE / "gamma_mimic_weights.csv", delimiter=",")
    assert np.abs(ours.variances / np.diag(reference) - 1.0).max() < 1e-5


def test_ordered_items_alone_are_the_ordinal_statistics() -> None:
    for name in ("mixed", "gaps"):
        codes = table(name)[[ITEMS[k] for k in ORDERED]].to_numpy(dtype=float)
        widths = [WIDTHS[k] for k in ORDERED]
        ours = conditional_statistics(codes, widths)
        other = ordinal_statistics(codes, widths, missing="pairwise")
        assert np.allclose(ours.covariance, other.correlation, atol=1e-10)
        assert np.allclose(ours.gamma, other.gamma, atol=1e-8)
        assert np.array_equal(ours.n_empty_cells, other.n_empty_cells)
        assert np.allclose(ours.n_pairwise, other.n_pairwise)


def test_two_steps_by_a_plain_optimiser() -> None:
    data = table().head(80)
    x = data["x2"].to_numpy()
    u, v, y = (data[name].to_numpy() for name in ("u2", "u3", "y1"))
    ours = conditional_statistics(np.column_stack([u, v, y]).astype(float), [3, 2, 0], x[:, None])

    def probit(p: np.ndarray, codes: np.ndarray) -> float:
        cuts = np.concatenate([[-np.inf], p[:-1], [np.inf]])
        chance = norm.cdf(cuts[codes + 1] - p[-1] * x) - norm.cdf(cuts[codes] - p[-1] * x)
        return -np.log(np.maximum(chance, 1e-300)).sum()

    first = minimize(probit, [-1.0, 1.0, 0.0], args=(u,), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10})
    second = minimize(probit, [0.0, 0.0], args=(v,), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10})
    design = np.column_stack([np.ones(x.size), x])
    line = np.linalg.lstsq(design, y, rcond=None)[0]
    sd = float(np.sqrt(np.mean((y - design @ line) ** 2)))
    z = (y - design @ line) / sd
    cuts = np.concatenate([[-np.inf], first.x[:2], [np.inf]])
    low, high = cuts[u] - first.x[2] * x, cuts[u + 1] - first.x[2] * x

    def serial(r: float) -> float:
        s = np.sqrt(1 - r * r)
        return -np.log(norm.cdf((high - r * z) / s) - norm.cdf((low - r * z) / s)).sum()

    point = second.x[0] - second.x[1] * x

    def choric(r: float) -> float:
        total = 0.0
        for a, b, c, yes in zip(low, high, point, v, strict=True):
            normal = multivariate_normal([0, 0], [[1, r], [r, 1]])
            below = normal.cdf([min(b, 9.0), c]) - (normal.cdf([a, c]) if np.isfinite(a) else 0.0)
            total -= np.log(norm.cdf(b) - norm.cdf(a) - below if yes else below)
        return total

    assert np.allclose(ours.locations[0], first.x[:2], atol=1e-5)
    assert np.allclose(ours.slopes[:, 0], [first.x[2], second.x[1], line[1]], atol=1e-5)
    found = minimize_scalar(serial, bounds=(-0.99, 0.99), method="bounded", options={"xatol": 1e-9}).x
    assert ours.covariance[0, 2] == pytest.approx(found * sd, abs=1e-5)
    around = [choric(ours.covariance[0, 1] + step) for step in (-0.02, 0.0, 0.02)]
    peak = 0.02 * (around[0] - around[2]) / (2.0 * (around[0] - 2.0 * around[1] + around[2]))
    assert abs(peak) < 2e-4  # a parabola through three points of a likelihood that is not quite one


def test_probit_regression_is_the_cumulative_model() -> None:
    data = table()
    codes, x = data["u4"].to_numpy(), data[["x1", "x2"]].to_numpy(dtype=float)
    ours, other = probit_regression(codes, x, 4, np.ones(600)), fit_cumulative(x, codes, 4, "probit")
    assert np.allclose(np.concatenate([ours.thresholds, ours.slopes]), other.params, atol=1e-8)


def test_frequencies_are_replication() -> None:
    data = table().head(200)
    times = np.random.default_rng(3).integers(1, 4, 200)
    values, x = data[ITEMS].to_numpy(dtype=float), data[["x1", "x2"]].to_numpy(dtype=float)
    counted = conditional_statistics(values, WIDTHS, x, frequencies=times.astype(float))
    copied = conditional_statistics(np.repeat(values, times, axis=0), WIDTHS, np.repeat(x, times, axis=0))
    assert counted.n_obs == times.sum()
    assert np.allclose(counted.observed, copied.observed, atol=1e-8)
    assert np.allclose(counted.gamma, copied.gamma, rtol=1e-6, atol=1e-7)


def test_a_cluster_a_person_adds_the_finite_correction_alone() -> None:
    plain = statistics()
    data = table()
    alone = conditional_statistics(
        data[ITEMS].to_numpy(dtype=float),
        WIDTHS,
        data[["x1", "x2"]].to_numpy(dtype=float),
        clusters=np.arange(600),
    )
    assert np.allclose(alone.gamma, plain.gamma * 600 / 599, rtol=1e-9)


@settings(max_examples=10, deadline=None)
@given(
    scale=st.floats(0.01, 100.0), shift=st.floats(-50.0, 50.0), stretch=st.floats(0.05, 20.0), move=st.floats(-5.0, 5.0)
)
def test_units_pass_through(scale: float, shift: float, stretch: float, move: float) -> None:
    data = table().head(120)
    pair, x = data[["u4", "y1"]].to_numpy(dtype=float), data[["x2"]].to_numpy()
    first = conditional_statistics(pair, [4, 0], x)
    moved = pair * [1.0, scale] + [0.0, shift]
    second = conditional_statistics(moved, [4, 0], stretch * x + move)
    assert second.covariance[0, 1] == pytest.approx(scale * first.covariance[0, 1], rel=1e-6)
    assert second.slopes[:, 0] * stretch == pytest.approx(first.slopes[:, 0] * [1.0, scale], rel=1e-6)
    assert second.gamma[-1, -1] == pytest.approx(scale**2 * first.gamma[-1, -1], rel=1e-5)


def test_normal_items_have_the_variances_of_normal_theory() -> None:
    # 20,000 people: moments of the fourth order are known to about 3 % of themselves
    rng = np.random.default_rng(12)
    spread = np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]])
    latent = rng.multivariate_normal(np.zeros(3), spread, 20_000)
    latent[:, 0] = np.digitize(latent[:, 0], [-0.5, 0.8])
    found = np.diag(conditional_statistics(latent, [3, 0, 0]).gamma)
    assert found[2:4] == pytest.approx([1.0, 1.0], rel=0.03)
    assert found[4:6] == pytest.approx([2.0, 2.0], rel=0.06)
    assert found[-1] == pytest.approx(1.0 + 0.3**2, rel=0.05)


def test_scores_are_derivatives() -> None:
    rng = np.random.default_rng(5)
    low, high = np.array([-np.inf, -0.6, 0.4]), np.array([-0.6, 0.4, np.inf])
    z, other, r, step = rng.standard_normal(3), rng.standard_normal(3), 0.45, 1e-6

    def log_serial(low, high, z, r):
        s = np.sqrt(1 - r * r)
        return norm.logpdf(z) + np.log(norm.cdf((high - r * z) / s) - norm.cdf((low - r * z) / s))

    def log_normal(a, b, r):
        return -0.5 * np.log(1 - r * r) - (a * a - 2 * r * a * b + b * b) / (2 * (1 - r * r))

    ours = polyserial_scores(low, high, z, r)
    ends = {0: log_serial(low, high, z, r + step) - log_serial(low, high, z, r - step)}
    assert np.allclose(ours.by_r, ends[0] / (2 * step), atol=1e-7)
    by_z = (log_serial(low, high, z + step, r) - log_serial(low, high, z - step, r)) / (2 * step)
    assert np.allclose(ours.second[0], by_z, atol=1e-7)
    by_high = (log_serial(low, high + step, z, r) - log_serial(low, high - step, z, r)) / (2 * step)
    assert np.allclose(ours.first[1], by_high, atol=1e-7)
    flat = normal_scores(z, other, r)
    by_r = (log_normal(z, other, r + step) - log_normal(z, other, r - step)) / (2 * step)
    by_a = (log_normal(z + step, other, r) - log_normal(z - step, other, r)) / (2 * step)
    assert np.allclose(flat.by_r, by_r, atol=1e-7)
    assert np.allclose(flat.first[0], by_a, atol=1e-7)


def test_polychoric_scores_are_derivatives() -> None:
    from sctoolkit.numerics.ordinal.bivariate_normal import bivariate_normal_cdf as cdf

    a_low, a_high = np.array([-np.inf, -0.6, 0.4, -0.6]), np.array([-0.6, 0.4, np.inf, 0.4])
    b_low, b_high = np.array([0.2, -np.inf, -0.3, -0.3]), np.array([np.inf, 0.2, 0.9, 0.9])

    def log_p(a_low, a_high, b_low, b_high, r):
        rho = np.full(4, r)
        return np.log(
            cdf(a_high, b_high, rho) - cdf(a_low, b_high, rho) - cdf(a_high, b_low, rho) + cdf(a_low, b_low, rho)
        )

    bounds, step = [a_low, a_high, b_low, b_high], 1e-6
    ours = polychoric_scores(*bounds, 0.35)
    assert np.allclose(ours.by_r, (log_p(*bounds, 0.35 + step) - log_p(*bounds, 0.35 - step)) / (2 * step), atol=1e-7)
    for place, found in enumerate((*ours.first, *ours.second)):
        ahead, behind = list(bounds), list(bounds)
        ahead[place], behind[place] = bounds[place] + step, bounds[place] - step
        assert np.allclose(found, (log_p(*ahead, 0.35) - log_p(*behind, 0.35)) / (2 * step), atol=1e-7)


def test_perfectly_ordered_pairs_are_flagged() -> None:
    codes = np.repeat([0.0, 1.0, 2.0], 20)
    value = np.concatenate([np.linspace(0, 1, 20), np.linspace(2, 3, 20), np.linspace(4, 5, 20)])
    found = conditional_statistics(np.column_stack([codes, value]), [3, 0])
    assert found.at_bound.tolist() == [True]
    assert np.isnan(found.gamma[-1, -1])
