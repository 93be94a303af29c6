"""Caveats of models of ordered items beside continuous ones or given covariates."""

from __future__ import annotations

import numpy as np

from sctoolkit.measurement.structure.mixed_statistics import MixedGroup
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.numerics.structure.implied_moments import FloatArray
from sctoolkit.result import Caveat

# Figures of the sentence below: benchmarks/RESULTS-mixed_items.md
SKEW, KURTOSIS = 1.0, 2.0  # residuals; normal items of 200 people stay below in more than 99.9% of samples


def mixed_caveats(fit: ModelFit) -> list[Caveat]:
    """Return caveats about measures that are not defined and about continuous items far from normal."""
    if not fit.mixed:
        return []
    found = []
    if fit.estimator != "WLS":
        found.append(
            Caveat(
                code="robust_not_defined",
                sentence="Robust fit measures are defined for ordered items alone: report the scaled ones, which tend "
                "to look better than the population values.",
            )
        )
    names = _far_from_normal(fit)
    if names:
        found.append(
            Caveat(
                code="continuous_not_normal",
                sentence=f"Continuous items far from normal: {', '.join(f'`{name}`' for name in names[:6])}. Standard "
                "errors and the test rest on normality: with chi-square (2) errors intervals of residual variances "
                "covered 56 to 73 % and 18 % of true models were rejected. Transform such items, or cut them into "
                "ordered categories.",
                numbers={"items": names},
            )
        )
    return found


def _far_from_normal(fit: ModelFit) -> list[str]:
    """Return the continuous items whose residuals given covariates are skewed or heavy-tailed in some group."""
    names: dict[str, None] = {}
    skip = {*fit.table.variables.ordered, *fit.table.variables.covariates}
    for group, values in enumerate(fit.data.values):
        sample = fit.ordinal[group]
        assert isinstance(sample, MixedGroup)
        for k, name in enumerate(fit.items):
            if name not in skip and _far(values[:, k] - np.nan_to_num(values) @ sample.slopes[k]):
                names[name] = None
    return list(names)


def _far(values: FloatArray) -> bool:
    """Say whether a sample is skewed or heavy-tailed."""
    seen = values[np.isfinite(values)]
    z = (seen - seen.mean()) / seen.std()
    return bool(abs(np.mean(z**3)) > SKEW or abs(np.mean(z**4) - 3.0) > KURTOSIS)
