"""Omega hierarchical of a scale with group factors, with standard errors and what to say about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import OptionError
from sctoolkit.measurement.items.scale_input import ScaleInput
from sctoolkit.numerics.ordinal.ordinal_statistics import OrdinalStatistics
from sctoolkit.numerics.reliability.hierarchical import Hierarchical, hierarchical, hierarchical_gradients
from sctoolkit.numerics.reliability.influence import correlation_influence, influence_error
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GroupEstimates:
    """The solution with group factors, delta standard errors by term where they exist, and caveats."""

    fit: Hierarchical
    std_errors: Mapping[str, float]
    caveats: tuple[Caveat, ...]


def group_estimates(
    scale: ScaleInput, statistics: OrdinalStatistics | None, group_factors: int, *, errors: bool
) -> GroupEstimates:
    """Omega hierarchical, omega total and ECV of a scale, from polychorics where there are ``statistics``.

    Figures from polychorics describe latent responses, not scores. ``errors`` asks for delta standard errors.

    Raises
    ------
    OptionError
        If there are fewer than two group factors.
    """
    if group_factors < 2:
        raise OptionError(f"Option `group_factors` must be at least 2, not {group_factors}.", hint="3 or more is best.")
    correlation = scale.correlation if statistics is None else statistics.correlation
    fit = hierarchical(correlation, group_factors)
    found = {}
    if errors and statistics is not None:
        found = _ordinal_errors(fit, statistics)
    elif errors and scale.complete:
        found = _linear_errors(fit, scale)
    return GroupEstimates(fit, found, _caveats(fit, group_factors))


def _linear_errors(fit: Hierarchical, scale: ScaleInput) -> dict[str, float]:
    """Distribution-free standard errors of figures from product-moment correlations."""
    return {
        term: influence_error(
            correlation_influence(scale.table, scale.covariance, gradient, scale.weights), scale.weights, scale.clusters
        )
        for term, gradient in hierarchical_gradients(fit, scale.correlation).items()
    }


def _ordinal_errors(fit: Hierarchical, statistics: OrdinalStatistics) -> dict[str, float]:
    """Standard errors of figures from polychorics by their asymptotic covariance."""
    gamma = statistics.gamma_correlations
    if gamma is None or bool(statistics.at_bound.any()):
        return {}
    pairs = np.triu_indices(len(statistics.correlation), 1)
    return {
        term: float(np.sqrt(gradient[pairs] @ gamma @ gradient[pairs] / statistics.n_obs))
        for term, gradient in hierarchical_gradients(fit, statistics.correlation).items()
    }


def _caveats(fit: Hierarchical, group_factors: int) -> tuple[Caveat, ...]:
    """Caveats on two group factors and on Heywood cases."""
    notes = []
    if group_factors == 2:
        sentence = "With two group factors, omega hierarchical assumes that both load equally on the general factor."
        notes.append(Caveat(code="equal_general_loadings_assumed", sentence=sentence))
    if bool(fit.groups.heywood.any()) or (fit.more is not None and bool(fit.more.heywood.any())):
        sentence = "A group factor solution has a Heywood case: omega is doubtful, and has no delta interval."
        notes.append(Caveat(code="heywood_groups", sentence=sentence))
    return tuple(notes)
