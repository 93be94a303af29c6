"""Jacobians of moments given covariates, of mixed items, against central differences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sctoolkit.measurement.structure.item_treatment import item_treatment
from sctoolkit.measurement.structure.model_data import model_data
from sctoolkit.measurement.structure.model_syntax import parse_model
from sctoolkit.measurement.structure.parameter_table import group_models
from sctoolkit.measurement.structure.specification import specify
from sctoolkit.numerics.structure.implied_jacobian import jacobian
from sctoolkit.numerics.structure.implied_moments import Kind, evaluate, moment_layout, moments

MODELS = {
    "mixed": "f =~ a + b + c + d",
    "covariates": "f =~ a + b + c + d\nf ~ x + w",
    "direct effects": "f =~ a + b + c + d\nf ~ x + w\na ~ x\nd ~ w",
    "two factors": "f =~ a + b\ng =~ c + d\ng ~ f + x\nf ~ x + w",
    "path": "a ~ x + c\nc ~ w\nb ~ a + x\nd ~ a + b",
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("parameterization", ["delta", "theta"])
@pytest.mark.parametrize("kinds", [(), ("thresholds", "loadings")])
def test_analytic_equals_numeric(name: str, parameterization: str, kinds: tuple[str, ...]) -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(200, 4)) + rng.normal(size=(200, 1))
    frame = pd.DataFrame(np.digitize(values, [-1, 0, 1]).astype(float), columns=list("abcd"))
    frame = frame.assign(c=values[:, 2], d=values[:, 3], x=rng.integers(0, 2, 200), w=rng.normal(size=200))
    frame["site"] = np.arange(200) % 2
    syntax = parse_model(MODELS[name])
    treatment = item_treatment(["a", "b"], syntax)
    data = model_data(
        frame, syntax.variables, ordered=treatment.ordered, covariates=treatment.covariates, group="site",
        weights=None, cluster=None, missing="listwise", empty_categories="refuse",
    )  # fmt: skip
    table = specify(
        syntax, data, ordered=True, parameterization=parameterization, std_lv=True, mean_structure=True, fixed_x=True,
        kinds=kinds,
    )  # fmt: skip
    for model in group_models(table):
        layout = moment_layout(model.ordered, model.threshold_item, True, model.covariates)
        z = rng.uniform(0.2, 0.4, size=table.n_free)
        diagonal = (model.kind == Kind.COVARIANCE) & (model.row == model.col)
        z[np.unique(np.nonzero(model.entry_map[diagonal | (model.kind == Kind.SCALE)])[1])] += 0.7
        analytic, step = jacobian(model, layout, evaluate(model, z)), 1e-5
        assert analytic.shape == (layout.n_moments, z.size)
        for k in range(z.size):
            ahead, behind = z.copy(), z.copy()
            ahead[k], behind[k] = z[k] + step, z[k] - step
            change = moments(layout, evaluate(model, ahead)) - moments(layout, evaluate(model, behind))
            assert np.abs(analytic[:, k] - change / (2 * step)).max() < 1e-8
