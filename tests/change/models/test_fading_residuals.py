"""Residuals that fade over time: against nlme, and Satterthwaite's degrees of freedom in limits that are known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit import mixed
from sctoolkit.numerics.linear.lmm_ar1 import fit_lmm_ar1
from sctoolkit.numerics.linear.random_terms import RandomTerm

ORACLE = Path(__file__).parents[2] / "oracle/lmm_ar1"
EXPECTED = pd.read_csv(ORACLE / "expected.csv")
PANEL = pd.read_csv(ORACLE / "panel.csv")


def expected(case, quantity):
    return EXPECTED[(EXPECTED["case"] == case) & (EXPECTED["quantity"] == quantity)]["value"].to_numpy()


@pytest.mark.parametrize(
    ("case", "options"),
    [("person", {"random": "1 | person"}),
     pytest.param("nested", {"random": ["1 | site", "1 | person"]}, marks=pytest.mark.slow),
     pytest.param("ml", {"random": "1 | person", "criterion": "ML"}, marks=pytest.mark.slow)],
)  # fmt: skip
def test_against_nlme(case, options):
    model = mixed("y ~ wave * arm", PANEL, ar1="wave | person", **options)
    # nlme stops at about 1e-7 in phi; coefficients move less than that
    assert model.coef == pytest.approx(expected(case, "coef"), rel=1e-6)
    assert model.std_error == pytest.approx(expected(case, "std_error"), rel=2e-6)
    assert model.fading.phi == pytest.approx(expected(case, "phi")[0], abs=1e-5)
    assert model.deviance == pytest.approx(expected(case, "deviance")[0], abs=1e-6)
    assert model.sigma**2 == pytest.approx(expected(case, "sigma2")[0], rel=1e-5)
    assert model.method == f"{options.get('criterion', 'REML')}, Satterthwaite, AR(1) residuals"
    rows = model.tidy()
    assert rows.loc[rows["term"] == "correlation of neighbouring residuals", "estimate"].iloc[0] == model.fading.phi


@pytest.mark.slow
def test_order_of_rows_does_not_matter():
    few = PANEL[PANEL["person"] <= 16]
    first = mixed("y ~ wave", few, random="1 | person", ar1="wave | person")
    second = mixed("y ~ wave", few.sample(frac=1, random_state=1), random="1 | person", ar1="wave | person")
    assert first.coef == pytest.approx(second.coef, rel=1e-5)
    assert first.dof == pytest.approx(second.dof, rel=1e-3)


@pytest.mark.slow
def test_deviance_and_degrees_of_freedom_against_dense_matrices():
    few = PANEL[PANEL["person"] <= 20].sort_values(["person", "wave"])
    design = np.column_stack([np.ones(len(few)), few["wave"]]).astype(float)
    person, wave, y = few["person"].to_numpy(), few["wave"].to_numpy(), few["y"].to_numpy()
    codes = np.unique(person, return_inverse=True)[1].astype(np.int64)
    fit = fit_lmm_ar1(design, y, [RandomTerm(codes, np.ones((len(y), 1)))], codes, wave)
    same = person[:, None] == person

    def at(tau2, sigma2, phi):
        v = same * (tau2 + sigma2 * phi ** np.abs(wave[:, None] - wave))
        inverse = np.linalg.inv(v)
        bread = np.linalg.inv(design.T @ inverse @ design)
        r = y - design @ (bread @ design.T @ inverse @ y)
        n, p = design.shape
        value = (n - p) * np.log(2 * np.pi) + np.linalg.slogdet(v)[1] - np.linalg.slogdet(bread)[1]
        return value + r @ inverse @ r, bread

    best = np.array([fit.fit.covariances[0][0, 0], fit.fit.sigma2, fit.phi])
    assert at(*best)[0] == pytest.approx(fit.deviance, abs=1e-8)
    steps, hessian = np.diag(2e-4 * np.maximum(best, 0.1)), np.empty((3, 3))
    for i in range(3):
        for j in range(3):
            corners = [s * t * at(*(best + s * steps[i] + t * steps[j]))[0] for s in (1, -1) for t in (1, -1)]
            hessian[i, j] = sum(corners) / (4 * steps[i, i] * steps[j, j])
    slope = [(at(*(best + h))[1][1, 1] - at(*(best - h))[1][1, 1]) / (2 * h.max()) for h in steps]
    dof = 2 * at(*best)[1][1, 1] ** 2 / (np.array(slope) @ (2 * np.linalg.inv(hessian)) @ np.array(slope))
    assert fit.dof(np.array([[0.0, 1.0]]))[0] == pytest.approx(dof, rel=1e-3)  # differences of differences


@pytest.mark.slow
def test_without_fading_it_is_the_plain_model():
    rng = np.random.default_rng(8)
    frame = pd.DataFrame([(i, w) for i in range(60) for w in range(5)], columns=["person", "wave"])
    frame["y"] = rng.normal(size=60)[frame["person"]] + 0.1 * frame["wave"] + rng.normal(size=len(frame))
    plain = mixed("y ~ wave", frame, random="1 | person", df="satterthwaite")
    fading = mixed("y ~ wave", frame, random="1 | person", ar1="wave | person")
    assert abs(fading.fading.phi) < 0.2
    assert fading.deviance <= plain.deviance + 1e-8  # the plain model is the one with no correlation
    joint = fading.joint(["wave"])
    assert joint.dof_den == pytest.approx(fading.dof[1], rel=1e-6)
    assert joint.p_value == pytest.approx(fading.p_value[1], rel=1e-6)


@pytest.mark.slow
def test_intervals_hold_the_truth_where_plain_ones_do_not():
    rng, inside = np.random.default_rng(3), {"plain": 0, "fading": 0}
    runs = 200
    for _ in range(runs):
        rows = []
        for i in range(20):
            e = rng.normal()
            for wave in range(8):
                rows.append((i, wave, e))
                e = 0.7 * e + np.sqrt(1 - 0.49) * rng.normal()
        frame = pd.DataFrame(rows, columns=["person", "wave", "y"])
        for name, options in (("plain", {}), ("fading", {"ar1": "wave | person"})):
            model = mixed("y ~ wave", frame, random="1 | person", **options)
            inside[name] += model.ci_low[1] <= 0 <= model.ci_high[1]
    assert inside["fading"] / runs > 0.91  # 0.95 less 2.6 Monte-Carlo standard errors
    assert inside["plain"] < inside["fading"]
