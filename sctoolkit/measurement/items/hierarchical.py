"""Omega hierarchical of a scale with group factors (Schmid-Leiman)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import OptionError
from sctoolkit.measurement.items.reliability_result import NAMES, Coefficient
from sctoolkit.numerics.exploration.extraction import extract
from sctoolkit.numerics.exploration.rotation import rotate
from sctoolkit.numerics.exploration.schmid_leiman import (
    explained_common_variance,
    omega_hierarchical,
    omega_total_standardised,
    schmid_leiman,
)
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]


def hierarchical_coefficients(
    correlation: FloatArray, group_factors: int, *, latent: bool
) -> tuple[dict[str, Coefficient], list[Caveat]]:
    """Omega hierarchical, omega total and the share of common variance that is general, from correlations.

    Two ways beside each other: Schmid-Leiman on an oblique solution, and direct bifactor rotation of one factor more.
    ``latent`` says that the correlations are those of latent responses (the figures are then theoretical).
    """
    if group_factors < 2:
        raise OptionError(f"Option `group_factors` must be at least 2, not {group_factors}.", hint="3 or more is best.")
    role = "theoretical" if latent else "check"
    fit = extract(correlation, group_factors, "minres")
    turned = rotate(fit.loadings, "oblimin", n_starts=30, seed=0)
    split = schmid_leiman(turned.loadings, turned.factor_corr)
    values = {
        "omega_hierarchical": omega_hierarchical(split.general, correlation),
        "omega_total_groups": omega_total_standardised(fit.uniquenesses, correlation),
        "explained_common_variance": explained_common_variance(split.general, split.group),
    }
    caveats = []
    if group_factors == 2:
        sentence = "With two group factors, omega hierarchical assumes that both load equally on the general factor."
        caveats.append(Caveat(code="equal_general_loadings_assumed", sentence=sentence))
    else:
        more = extract(correlation, group_factors + 1, "minres")
        direct = rotate(more.loadings, "bifactor", n_starts=30, seed=0)
        values["omega_hierarchical_bifactor"] = omega_hierarchical(direct.loadings[:, 0], correlation)
    if bool(fit.heywood.any()):
        caveats.append(
            Caveat(code="heywood_groups", sentence="A group factor solution has a Heywood case: omega is doubtful.")
        )
    figures = {
        term: Coefficient(term=term, estimate=value, role=role, method=NAMES[term]) for term, value in values.items()
    }
    return figures, caveats
