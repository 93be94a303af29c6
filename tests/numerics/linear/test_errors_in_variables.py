"""Regression with a known reliability: R's moments, the plain fit at 1, and recovery of the truth."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.errors_in_variables import corrected_regression

ORACLE = Path(__file__).parents[2] / "oracle/change"


def test_against_r():
    panel = pd.read_csv(ORACLE / "panel.csv").dropna(subset=["id"])
    wide = panel.pivot(index="id", columns="wave", values="y").dropna()
    arm = (panel.drop_duplicates("id").set_index("id")["arm"] == "programme").astype(float)[wide.index].to_numpy()
    pre = wide[1].to_numpy() - wide[1].mean()
    fit = corrected_regression(np.column_stack([arm, np.ones(len(arm)), pre]), wide[2].to_numpy(), 2, 0.8)
    assert fit.coef == pytest.approx(json.loads((ORACLE / "expected.json").read_text())["corrected"], rel=1e-12)


def test_reliability_of_one_is_least_squares():
    rng = np.random.default_rng(4)
    design = np.column_stack([np.ones(50), rng.normal(size=50)])
    y = design @ [1.0, 2.0] + rng.normal(size=50)
    fit = corrected_regression(design, y, 1, 1.0)
    assert fit.coef == pytest.approx(np.linalg.lstsq(design, y, rcond=None)[0])
    residual = y - design @ fit.coef
    inverse = np.linalg.inv(design.T @ design)
    hc1 = inverse @ (design.T * residual**2) @ design @ inverse * 50 / 48
    assert fit.vcov == pytest.approx(hc1)


def test_the_truth_is_recovered_and_its_error_is_honest():
    rng = np.random.default_rng(11)
    estimates, errors = [], []
    for _ in range(400):
        arm = np.arange(300) % 2
        true = rng.normal(0.8 * arm, 1.0)
        seen = true + rng.normal(0, 0.7, 300)
        y = 0.5 * arm + true + rng.normal(0, 0.5, 300)
        fit = corrected_regression(np.column_stack([arm, np.ones(300), seen]), y, 2, 1 / 1.49)
        estimates.append(fit.coef[0])
        errors.append(np.sqrt(fit.vcov[0, 0]))
    # Monte-Carlo error of the mean is 0.005, of the standard deviation 4 %
    assert np.mean(estimates) == pytest.approx(0.5, abs=0.02)
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.12)


def test_a_reliability_that_leaves_nothing_is_told():
    x = np.column_stack([np.ones(4), [1.0, 1.0, 1.0, 1.0]])
    with pytest.raises(NotIdentifiedError, match="reliability"):
        corrected_regression(x, np.arange(4.0), 1, 0.5)
