"""How many factors: parallel analysis, MAP, EKC and Hull side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError, OptionError, SctoolkitError
from sctoolkit.measurement.exploration.adequacy import Adequacy, adequacy
from sctoolkit.measurement.exploration.correlation_input import CorrelationInput, correlation_input
from sctoolkit.measurement.exploration.dimensions_result import FactorNumber, Suggestion
from sctoolkit.numerics.exploration.ekc import leading_run, reference_eigenvalues
from sctoolkit.numerics.exploration.extraction import max_factors
from sctoolkit.numerics.exploration.hull import hull
from sctoolkit.numerics.exploration.hull_fit import caf_by_factors, cfi_by_factors
from sctoolkit.numerics.exploration.map_test import average_partials
from sctoolkit.numerics.exploration.parallel_analysis import (
    NullEigenvalues,
    eigenvalues,
    null_eigenvalues,
    null_polychoric_eigenvalues,
    reduced_eigenvalues,
)
from sctoolkit.options import Correlation, check_option
from sctoolkit.result import Caveat, Provenance

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

FloatArray = npt.NDArray[np.float64]


def n_factors(
    data: pd.DataFrame | Scores | Responses,
    *,
    correlation: Correlation,
    seed: int,
    n_iterations: int = 500,
    scale: str | None = None,
    missing: Literal["listwise", "pairwise"] = "listwise",
    quantile: float = 0.95,
    smooth: bool = False,
) -> FactorNumber:
    """Ask several rules how many factors the items have.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed items, respondents in rows; `Scores` or `Responses` with `scale`.
    correlation : {"polychoric", "pearson"}
        Items as ordinal or as continuous; null data are treated alike.
    seed : int
        Seed of the null data.
    n_iterations : int
        Null data sets of each kind.
    scale : str, optional
        Scale of the instrument, for `Scores` and `Responses`.
    missing : {"listwise", "pairwise"}
        Complete respondents only, or all answers of each pair (polychoric only).
    quantile : float
        Quantile of the null eigenvalues that an eigenvalue must exceed.
    smooth : bool
        Smooth a matrix that is not positive definite, and say so.

    Returns
    -------
    FactorNumber
        What each rule suggests, all eigenvalues with their references, KMO and Bartlett. Rules disagree: read them
        together with the theory of the questionnaire.

    Raises
    ------
    DataError, OptionError
        If the data or an option do not fit.

    Notes
    -----
    Parallel analysis compares leading eigenvalues (of components, and of the matrix reduced by the communalities of
    one minres factor) with those of independent normal data and of the data with every column shuffled by itself,
    polychorics estimated anew each time. MAP: Velicer's average squared and fourth-power partial correlation. EKC:
    the published rule with its floor of 1. Hull: by the common part accounted for (minres) and by CFI (maximum
    likelihood), up to one factor more than parallel analysis.

    References
    ----------
    Horn (1965), doi:10.1007/BF02289447. Velicer (1976), doi:10.1007/BF02293557. Braeken and van Assen (2017),
    doi:10.1037/met0000074. Lorenzo-Seva, Timmerman and Kiers (2011), doi:10.1080/00273171.2011.564527. Oracle:
    tests/oracle/factors.R (psych).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> latent = np.repeat(rng.standard_normal((400, 2)), 4, axis=1) + rng.standard_normal((400, 8))
    >>> items = pd.DataFrame(np.digitize(latent, [-1, 0, 1]), columns=list("abcdefgh"))
    >>> n_factors(items, correlation="polychoric", seed=1, n_iterations=50).suggestions["MAP"].n_factors
    2
    """
    _check_options(correlation, missing, n_iterations, quantile)
    given = correlation_input(
        data, correlation, n_obs=None, scale=scale, missing=missing, smooth=smooth, covariance=False
    )
    _check_correlations(given)
    r = given.correlation
    observed, reduced = eigenvalues(r), reduced_eigenvalues(r)
    nulls = _nulls(given, n_iterations, np.random.default_rng(seed))
    suggestions = _parallel(observed, reduced, nulls, quantile)
    most = min(suggestions["parallel, factors, permuted"].n_factors + 1, max_factors(len(r)))
    by_hull, without = _hull(r, max(most, 1), given.n_obs)
    suggestions |= {**_map(r), **_ekc(observed, given.n_obs), **by_hull}
    measured, notes = _adequacy(r, given.n_obs)
    return FactorNumber(
        items=given.names,
        suggestions=suggestions,
        eigenvalues=observed,
        reduced_eigenvalues=reduced,
        null_components={kind: np.quantile(null.components, quantile, axis=0) for kind, null in nulls.items()},
        null_factors={kind: np.quantile(null.factors, quantile, axis=0) for kind, null in nulls.items()},
        ekc_reference=reference_eigenvalues(observed, given.n_obs),
        quantile=quantile,
        adequacy=measured,
        provenance=Provenance(
            analysis=f"number of factors, {correlation} correlations",
            scale=scale,
            n_in=given.n_in,
            n_used=given.n_obs,
            missing_rule=missing,
            options={"correlation": correlation, "n_iterations": n_iterations, "quantile": quantile},
            seed=seed,
        ),
        caveats=(*given.caveats, *notes, *without, *_disagreement(suggestions)),
    )


def _check_options(correlation: str, missing: str, n_iterations: int, quantile: float) -> None:
    """Raise on options that are not offered."""
    check_option("correlation", correlation)
    if n_iterations < 20:
        raise OptionError(
            f"Option `n_iterations` must be at least 20, not {n_iterations}.", hint="500 or more are advised."
        )
    if not 0.5 <= quantile < 1.0:
        raise OptionError(f"Option `quantile` must be from 0.5 to below 1, not {quantile}.", hint="`quantile=0.95`.")
    if correlation == "pearson" and missing == "pairwise":
        raise OptionError(
            "Product-moment parallel analysis must have complete respondents.", hint='`missing="listwise"`.'
        )


def _check_correlations(given: CorrelationInput) -> None:
    """Raise unless there are three items whose correlations are all known."""
    r = given.correlation
    if len(given.names) < 3:
        raise DataError(
            f"At least 3 items are needed to ask for factors, not {len(given.names)}.",
            hint="With two items there is one correlation, and `reliability` describes it.",
        )
    if not bool(np.isfinite(r).all()):
        raise DataError(
            "Every pair of items must have been answered by some people, and some were not.",
            where=f"{int((~np.isfinite(r)).sum()) // 2} correlations are unknown.",
            hint="Leave one of the items out, or analyse the forms of the questionnaire separately.",
        )


def _nulls(given: CorrelationInput, n_iterations: int, rng: np.random.Generator) -> dict[str, NullEigenvalues]:
    """Null eigenvalues of both kinds."""
    kinds: tuple[Literal["normal", "permuted"], ...] = ("normal", "permuted")
    if given.coded is not None:
        codes, widest = given.coded.codes, int(given.coded.n_categories.max())
        return {
            kind: null_polychoric_eigenvalues(codes, widest, kind, n_iterations=n_iterations, rng=rng) for kind in kinds
        }
    assert given.table is not None
    return {kind: null_eigenvalues(given.table, kind, n_iterations=n_iterations, rng=rng) for kind in kinds}


def _parallel(
    observed: FloatArray, reduced: FloatArray, nulls: dict[str, NullEigenvalues], quantile: float
) -> dict[str, Suggestion]:
    """Suggestions of the four forms of parallel analysis."""
    found = {}
    for kind, null in nulls.items():
        for what, values, drawn in (("components", observed, null.components), ("factors", reduced, null.factors)):
            reference = np.quantile(drawn, quantile, axis=0)
            term = f"parallel, {what}, {kind}"
            method = f"eigenvalues above the {quantile:.0%} quantile of {len(drawn)} null data sets"
            found[term] = Suggestion(term=term, n_factors=leading_run(values, reference), method=method)
    return found


def _map(r: FloatArray) -> dict[str, Suggestion]:
    """Suggestions of both forms of MAP."""
    squared, fourth = average_partials(r, 2), average_partials(r, 4)
    return {
        "MAP": Suggestion(term="MAP", n_factors=int(np.argmin(squared)), method="smallest average squared partial"),
        "MAP, fourth power": Suggestion(
            term="MAP, fourth power", n_factors=int(np.argmin(fourth)), method="smallest average fourth-power partial"
        ),
    }


def _ekc(observed: FloatArray, n_obs: int) -> dict[str, Suggestion]:
    """Suggestion of the empirical Kaiser criterion."""
    count = leading_run(observed, reference_eigenvalues(observed, n_obs))
    return {"EKC": Suggestion(term="EKC", n_factors=count, method="eigenvalues above references of at least 1")}


def _hull(r: FloatArray, most: int, n_obs: int) -> tuple[dict[str, Suggestion], tuple[Caveat, ...]]:
    """Suggestions of the Hull method over 0 .. most factors by CAF and CFI, and the caveat where there is no CFI."""
    fits, notes = {"CAF": caf_by_factors(r, most)}, tuple[Caveat, ...]()
    try:
        fits["CFI"] = cfi_by_factors(r, most, n_obs)
    except SctoolkitError as error:
        notes = (Caveat(code="no_hull_cfi", sentence=f"The Hull method was left without CFI: {error.problem}"),)
    extractions = {"CAF": "minres", "CFI": "ML"}
    found = {
        f"Hull, {index}": Suggestion(
            term=f"Hull, {index}",
            n_factors=hull(given.fit, given.n_parameters).n_factors,
            method=f"break of {index} over 0 to {given.fit.size - 1} factors ({extractions[index]})",
        )
        for index, given in fits.items()
    }
    return found, notes


def _adequacy(r: FloatArray, n_obs: int) -> tuple[Adequacy | None, tuple[Caveat, ...]]:
    """KMO and Bartlett, or the caveat on why not."""
    try:
        return adequacy(r, n_obs), ()
    except SctoolkitError as error:
        return None, (Caveat(code="no_adequacy", sentence=error.problem),)


def _disagreement(suggestions: dict[str, Suggestion]) -> tuple[Caveat, ...]:
    """A caveat where the rules differ."""
    counts = sorted({suggestion.n_factors for suggestion in suggestions.values()})
    if len(counts) == 1:
        return ()
    sentence = (
        f"The rules suggest from {counts[0]} to {counts[-1]} factors: fit the candidates and compare what they mean."
    )
    return (Caveat(code="rules_disagree", sentence=sentence, numbers={"from": counts[0], "to": counts[-1]}),)
