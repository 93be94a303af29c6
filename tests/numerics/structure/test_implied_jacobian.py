"""Analytic Jacobians against central differences for every variant of the model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sctoolkit.measurement.structure.model_data import model_data
from sctoolkit.measurement.structure.model_syntax import parse_model
from sctoolkit.measurement.structure.parameter_table import group_models
from sctoolkit.measurement.structure.specification import specify
from sctoolkit.numerics.structure.implied_jacobian import jacobian
from sctoolkit.numerics.structure.implied_moments import Kind, evaluate, moment_layout, moments

MODELS = {
    "two factors": "f =~ a + b + c\ng =~ d + e + h",
    "cross-loading and residual covariance": "f =~ a + b + c + d\ng =~ d + e + h\na ~~ b\nc ~~ d",
    "latent regression": "f =~ a + b + c\ng =~ d + e + h\ng ~ f",
    "mediation": "f =~ a + b\ng =~ c + d\nk =~ e + h\ng ~ p*f\nk ~ q*g + f",
    "observed predictor": "f =~ a + b + c + d\nf ~ e + h",
    "observed outcome": "f =~ a + b + c + d\ne ~ f\nh ~ e + f",
    "second order": "f =~ a + b\ng =~ c + d\nk =~ e + h\ntop =~ f + g + k",
    "equalities": "f =~ x*a + x*b + c\ng =~ d + y*e + y*h\nx == 0.5*y",
}
EQUAL = {
    "none": (),
    "thresholds": ("thresholds",),
    "loadings": ("thresholds", "loadings"),
    "intercepts": ("thresholds", "loadings", "intercepts"),
}


def answers(ordered: bool) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(120, 6)) + rng.normal(size=(120, 1))
    values = np.digitize(values, [-1, 0, 1]) if ordered else values
    return pd.DataFrame(values, columns=list("abcdeh")).assign(site=np.arange(120) % 2)


def check(ordered: bool, model: str, parameterization: str, kinds: tuple[str, ...], grouped: bool) -> None:
    syntax = parse_model(model)
    data = model_data(
        answers(ordered),
        syntax.variables,
        ordered=syntax.variables if ordered else (),
        group="site" if grouped else None,
        weights=None,
        cluster=None,
        missing="listwise",
        empty_categories="refuse",
    )
    table = specify(
        syntax,
        data,
        ordered=ordered,
        parameterization=parameterization,
        std_lv=True,
        mean_structure=not ordered,
        fixed_x=False,
        kinds=kinds,
    )
    rng = np.random.default_rng(9)
    for model_arrays in group_models(table):
        layout = moment_layout(model_arrays.ordered, model_arrays.threshold_item, model_arrays.mean_structure)
        z = rng.uniform(0.2, 0.5, size=table.n_free)
        entries = model_arrays.entry_map @ z
        lifted = (model_arrays.kind == Kind.SCALE) | (
            (model_arrays.kind == Kind.COVARIANCE) & (model_arrays.row == model_arrays.col)
        )
        columns = np.unique(np.nonzero(model_arrays.entry_map[lifted])[1]) if lifted.any() else []
        z[columns] += 0.7
        assert entries.size == model_arrays.kind.size
        analytic = jacobian(model_arrays, layout, evaluate(model_arrays, z))
        numeric = np.empty_like(analytic)
        for k in range(z.size):
            step = np.zeros(z.size)
            step[k] = 1e-5
            ahead = moments(layout, evaluate(model_arrays, z + step))
            numeric[:, k] = (ahead - moments(layout, evaluate(model_arrays, z - step))) / 2e-5
        assert np.isfinite(analytic).all()
        assert np.abs(analytic - numeric).max() < 1e-8


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("parameterization", ["delta", "theta"])
def test_ordered_single_group(name: str, parameterization: str) -> None:
    check(True, MODELS[name], parameterization, (), False)


@pytest.mark.parametrize("name", MODELS)
def test_continuous_single_group(name: str) -> None:
    check(False, MODELS[name], "delta", (), False)


@pytest.mark.parametrize("kinds", EQUAL)
@pytest.mark.parametrize("parameterization", ["delta", "theta"])
def test_ordered_groups(kinds: str, parameterization: str) -> None:
    check(True, MODELS["cross-loading and residual covariance"], parameterization, EQUAL[kinds], True)


def test_continuous_groups() -> None:
    check(False, MODELS["latent regression"], "delta", ("loadings", "intercepts"), True)
