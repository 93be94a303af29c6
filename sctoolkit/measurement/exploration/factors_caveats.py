"""What to say beside an exploratory solution: Heywood cases, local optima, missing errors, small samples."""

from __future__ import annotations

import numpy as np

from sctoolkit.measurement.exploration.correlation_input import CorrelationInput
from sctoolkit.numerics.exploration.extraction import Extraction
from sctoolkit.numerics.exploration.rotation import Rotated
from sctoolkit.result import Caveat


def factors_caveats(given: CorrelationInput, fit: Extraction, turned: Rotated) -> tuple[Caveat, ...]:
    """Caveats of an exploratory solution, those of its correlations first."""
    p, m = turned.loadings.shape
    return (*given.caveats, *_heywood(given, fit), *_rotation(turned, given), *_size(given.n_obs, p, m))


def _heywood(given: CorrelationInput, fit: Extraction) -> tuple[Caveat, ...]:
    """A caveat that names items with a communality of one or more."""
    named = [given.names[j] for j in np.flatnonzero(fit.heywood)]
    if not named:
        return ()
    listed = ", ".join(f"`{name}`" for name in named)
    return (
        Caveat(
            code="heywood_case",
            sentence=f"{listed} would share all variance with the factors (communality at its bound): take fewer "
            "factors, drop an item, or collect more people before reading this solution.",
            numbers={"items": named},
        ),
    )


def _rotation(turned: Rotated, given: CorrelationInput) -> list[Caveat]:
    """Caveats on local optima, on rotation without end, and on missing standard errors."""
    notes = []
    if not turned.converged:
        notes.append(Caveat(code="rotation_not_converged", sentence="The rotation did not settle; take more starts."))
    elif turned.n_distinct > 1:
        notes.append(
            Caveat(
                code="local_optima",
                sentence=f"The rotation met {turned.n_distinct} distinct optima; {turned.n_at_best} of "
                f"{turned.n_starts} starts reached the best one, which is shown. Others may read differently.",
                numbers={"n_distinct": turned.n_distinct, "n_at_best": turned.n_at_best},
            )
        )
    if given.gamma is None:
        notes.append(Caveat(code="no_std_errors", sentence=given.why_no_gamma))
    return notes


def _size(n_obs: int, p: int, n_factors: int) -> tuple[Caveat, ...]:
    """A caveat where there are few people for the number of items, or few items for the factors."""
    notes = []
    if n_obs < max(100, 5 * p):
        notes.append(
            Caveat(
                code="few_people",
                sentence=f"{n_obs} people for {p} items is little for factor analysis (at least {max(100, 5 * p)} are "
                "advised): expect unstable loadings.",
                numbers={"n_obs": n_obs, "n_items": p},
            )
        )
    if p < 3 * n_factors:
        sentence = f"{p} items are fewer than 3 for each of {n_factors} factors: factors of one or two items are weak."
        notes.append(Caveat(code="few_items", sentence=sentence))
    return tuple(notes)
