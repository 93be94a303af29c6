"""Exploratory factor analysis of ordinal or continuous items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError, OptionError
from sctoolkit.measurement.exploration.correlation_input import CorrelationInput, correlation_input
from sctoolkit.measurement.exploration.factors_caveats import factors_caveats
from sctoolkit.measurement.exploration.factors_result import Factors, ModelTest
from sctoolkit.numerics.exploration.extraction import LOWEST_UNIQUENESS, Extraction, dof, extract
from sctoolkit.numerics.exploration.extraction_dwls import extract_dwls
from sctoolkit.numerics.exploration.rotation import Rotated, rotate
from sctoolkit.numerics.exploration.rotation_criteria import criterion
from sctoolkit.numerics.exploration.rotation_errors import RotationErrors, discrepancy_weight, rotation_errors
from sctoolkit.options import Correlation, Rotation, check_option
from sctoolkit.options import Extraction as ExtractionName
from sctoolkit.result import Provenance

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

FloatArray = npt.NDArray[np.float64]

KAISER_BY_DEFAULT = ("varimax", "promax")


def efa(
    data: pd.DataFrame | Scores | Responses,
    n_factors: int,
    *,
    correlation: Correlation = "polychoric",
    extraction: ExtractionName = "minres",
    rotation: Rotation = "oblimin",
    seed: int,
    n_starts: int = 30,
    n_obs: int | None = None,
    scale: str | None = None,
    missing: Literal["listwise", "pairwise"] = "listwise",
    target: npt.ArrayLike | None = None,
    kaiser: bool | None = None,
    smooth: bool = False,
    level: float = 0.95,
) -> Factors:
    """Common factors of items, rotated, with standard errors.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed items, respondents in rows; `Scores` or `Responses` with `scale`. With `n_obs`, a correlation matrix.
    n_factors : int
        Factors to extract; see `n_factors` for how many.
    correlation : {"polychoric", "pearson"}
        Items as ordinal or as continuous.
    extraction : {"minres", "ml", "principal_axis", "dwls"}
        Unweighted least squares, maximum likelihood, iterated principal axis, or least squares weighted by the
        inverse variances of the correlations.
    rotation : str
        "none", "varimax", "quartimax", "promax", "oblimin", "quartimin", "geomin", "target" or "bifactor". Oblimin
        has its parameter at 0, geomin its epsilon at .001, promax its power at 4; bifactor is orthogonal.
    seed : int
        Seed of the random starts of the rotation.
    n_starts : int
        Starts; how many distinct optima they met is reported.
    n_obs : int, optional
        People behind a correlation matrix.
    scale : str, optional
        Scale of the instrument, for `Scores` and `Responses`.
    missing : {"listwise", "pairwise"}
        Complete respondents only, or all answers of each pair of items.
    target : (n_items, n_factors) array, optional
        Wanted loadings for "target", nan where anything may be.
    kaiser : bool, optional
        Rotate items scaled to communality 1; by default for varimax and promax only.
    smooth : bool
        Smooth a matrix that is not positive definite, and say so.
    level : float
        Confidence level.

    Returns
    -------
    Factors
        Loadings (pattern), factor correlations, uniquenesses, standard errors, fit, and the rotation's record.

    Raises
    ------
    NotIdentifiedError
        If there are too many factors for the items, or ML meets a matrix that is not positive definite.
    ConvergenceError
        If extraction does not end.
    OptionError, DataError
        If an option or the data do not fit.

    Notes
    -----
    Standard errors are sandwich errors: the derivative of the rotated solution in the correlations (augmented
    information, Jennrich 1974; promax by the chain rule through varimax, an unrotated solution under the conditions
    that make it canonical) around the covariance of these: NACOV of polychorics, fourth moments of continuous
    items, or normal theory for a correlation matrix. The test is scaled and shifted (mean-scaled for ML). An item
    with communality of one or more (Heywood case) is named in a caveat; a pattern loading above one is not a
    Heywood case by itself.

    References
    ----------
    Jennrich (1974), doi:10.1007/BF02291490. Zhang and Preacher (2015), doi:10.3102/1076998615606098. Bernaards and
    Jennrich (2005), doi:10.1177/0013164404272507. Oracle: tests/oracle/factors.R (psych, GPArotation, lavaan::efa).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> latent = np.repeat(rng.standard_normal((400, 2)), 3, axis=1) + rng.standard_normal((400, 6))
    >>> items = pd.DataFrame(np.digitize(latent, [-1, 0, 1]), columns=list("abcdef"))
    >>> efa(items, 2, seed=1).loadings.shape
    (6, 2)
    """
    _check(correlation, extraction, rotation, n_factors, n_starts, target)
    given = correlation_input(
        data, correlation, n_obs=n_obs, scale=scale, missing=missing, smooth=smooth, covariance=True
    )
    wanted = _target(target, len(given.names), n_factors)
    fit = _extracted(given, n_factors, extraction)
    scaled = rotation in KAISER_BY_DEFAULT if kaiser is None else kaiser
    turned = rotate(fit.loadings, rotation, n_starts=n_starts, seed=seed, kaiser=scaled, target=wanted)
    options = {
        "correlation": correlation, "extraction": extraction, "rotation": rotation, "kaiser": scaled,
        "n_factors": n_factors, "n_starts": n_starts,
    }  # fmt: skip
    provenance = Provenance(
        analysis=f"exploratory factors, {correlation} correlations, {extraction}, {rotation}", scale=scale,
        n_in=given.n_in, n_used=given.n_obs, missing_rule=missing, options=options, seed=seed,
    )  # fmt: skip
    errors = _errors(given, fit, turned, extraction, rotation, scaled, wanted)
    return _result(given, fit, turned, errors, extraction, level, provenance)


def _result(
    given: CorrelationInput, fit: Extraction, turned: Rotated, errors: RotationErrors | None, extraction: str,
    level: float, provenance: Provenance,
) -> Factors:  # fmt: skip
    """Put the solution, its errors and its fit together."""
    p, m = turned.loadings.shape
    communalities = np.sum(turned.loadings * (turned.loadings @ turned.factor_corr), axis=1)
    return Factors(
        items=given.names,
        loadings=turned.loadings,
        factor_corr=turned.factor_corr,
        uniquenesses=1.0 - communalities,
        loading_errors=errors.loadings if errors else np.full((p, m), np.nan),
        factor_corr_errors=errors.factor_corr if errors else np.full((m, m), np.nan),
        correlation=given.correlation,
        unrotated=fit.loadings,
        rotation_record=turned,
        test=_test(given, fit, turned, extraction, m, errors),
        heywood=tuple(given.names[j] for j in np.flatnonzero(communalities >= 1.0 - LOWEST_UNIQUENESS * 1.001)),
        ci_level=level,
        provenance=provenance,
        caveats=factors_caveats(given, fit, turned),
    )


def _target(target: npt.ArrayLike | None, p: int, n_factors: int) -> FloatArray | None:
    """The wanted loadings, checked for their shape."""
    if target is None:
        return None
    wanted = np.asarray(target, dtype=np.float64)
    if wanted.shape != (p, n_factors):
        raise OptionError(
            f"`target` must have shape ({p}, {n_factors}), one row an item, not {wanted.shape}.",
            hint="Write the loading wanted, often 0, and nan where anything may be.",
        )
    return wanted


def _check(correlation: str, extraction: str, rotation: str, n_factors: int, n_starts: int, target: object) -> None:
    """Raise on options that are not offered."""
    check_option("correlation", correlation)
    check_option("extraction", extraction)
    check_option("rotation", rotation)
    if not isinstance(n_factors, (int, np.integer)) or n_factors < 1:
        raise OptionError(
            f"Option `n_factors` must be a whole number of at least 1, not {n_factors!r}.",
            hint="`n_factors(data)` suggests a number.",
        )
    if n_starts < 1:
        raise OptionError(
            f"Option `n_starts` must be at least 1, not {n_starts}.",
            hint="Leave it out, or give more starts where the rotation is hard, such as `n_starts=50`.",
        )
    if (rotation == "target") != (target is not None):
        raise OptionError(
            'Option `target` goes with `rotation="target"`: give both or neither.',
            hint='Add `rotation="target"` to turn to the target, or leave `target` out.',
        )
    if rotation == "bifactor" and n_factors < 3:
        raise OptionError(
            f"Bifactor rotation must have at least 3 factors (a general and two group factors), not {n_factors}.",
            hint='Give `n_factors=3` or more, or use `rotation="oblimin"` for 2.',
        )


def _extracted(given: CorrelationInput, n_factors: int, extraction: str) -> Extraction:
    """The unrotated solution."""
    if not bool(np.isfinite(given.correlation).all()):
        raise DataError(
            "Every pair of items must have been answered by some people; some correlations are unknown.",
            hint="Leave one of the items out, or analyse the forms of the questionnaire separately.",
        )
    if extraction != "dwls":
        return extract(given.correlation, n_factors, extraction)
    if given.gamma is None:
        raise OptionError(
            "Weighted extraction needs the variances of the correlations, which are not at hand here.",
            hint='Use `extraction="minres"`, or pass the answers rather than a polychoric matrix.',
        )
    return extract_dwls(given.correlation, n_factors, np.diagonal(given.gamma))


def _errors(
    given: CorrelationInput, fit: Extraction, turned: Rotated, extraction: str, rotation: str, kaiser: bool,
    target: FloatArray | None,
) -> RotationErrors | None:  # fmt: skip
    """Standard errors, or None where the covariance of the correlations is not known."""
    if given.gamma is None:
        return None
    pattern, phi = turned.loadings, turned.factor_corr
    implied = pattern @ phi @ pattern.T
    np.fill_diagonal(implied, 1.0)
    unique = 1.0 - np.sum(pattern * (pattern @ phi), axis=1)
    measure = None if rotation == "none" else criterion("varimax" if rotation == "promax" else rotation, target=target)
    if extraction == "ml":
        implied = fit.loadings @ fit.loadings.T + np.diag(fit.uniquenesses)
    return rotation_errors(
        pattern, phi, unique, rotation=rotation, measure=measure, kaiser=kaiser,
        weight=discrepancy_weight(extraction, implied, np.diagonal(given.gamma)), gamma=given.gamma,
        n_obs=float(given.n_obs), base=turned.base, scaled=extraction == "ml",
    )  # fmt: skip


def _test(
    given: CorrelationInput, fit: Extraction, turned: Rotated, extraction: str, n_factors: int,
    errors: RotationErrors | None,
) -> ModelTest:  # fmt: skip
    """Fit of the model: residuals always, the scaled test where the covariance of the correlations is known."""
    p = len(given.names)
    pairs = np.triu_indices(p, 1)
    residual = (given.correlation - turned.loadings @ turned.factor_corr @ turned.loadings.T)[pairs]
    rmsr = float(np.sqrt(np.mean(residual**2)))
    degrees = dof(p, n_factors)
    if errors is None or degrees == 0:
        return ModelTest(rmsr=rmsr, dof=degrees)
    raw = (given.n_obs - 1) * fit.discrepancy
    return ModelTest.scaled(raw, degrees, errors.trace, errors.trace_squared, given.n_obs, rmsr, extraction == "ml")
