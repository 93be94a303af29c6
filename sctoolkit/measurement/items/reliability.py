"""Reliability of a scale: alpha and omega side by side, each with an interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.measurement.items.item_checks import OnReversed
from sctoolkit.measurement.items.reliability_bootstrap import Sample
from sctoolkit.measurement.items.reliability_figures import grouped_figures, linear_figures, ordinal_figures
from sctoolkit.measurement.items.reliability_intervals import RESAMPLED, IntervalPlan, bootstrapped, interval_plan
from sctoolkit.measurement.items.reliability_result import NAMES, Coefficient, Reliability
from sctoolkit.measurement.items.scale_input import MissingRule, ScaleInput, scale_input
from sctoolkit.numerics.reliability.omega import Denominator
from sctoolkit.numerics.reliability.reliability import average_correlation, std_error_measurement
from sctoolkit.options import IntervalMethod, check_option
from sctoolkit.result import Provenance

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses


def reliability(
    data: pd.DataFrame | Scores | Responses,
    *,
    ordered: bool,
    ci: IntervalMethod | Literal["auto"] | None = "auto",
    seed: int | None = None,
    scale: str | None = None,
    weights: str | Sequence[float] | npt.NDArray[Any] | None = None,
    cluster: str | Sequence[Any] | npt.NDArray[Any] | None = None,
    missing: MissingRule = "listwise",
    denominator: Denominator = "observed",
    on_reversed: OnReversed = "raise",
    group_factors: int | None = None,
    n_bootstrap: int = 1000,
    level: float = 0.95,
) -> Reliability:
    """Reliability of the sum (or mean) of the items of one scale.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed items, respondents in rows; `Scores` or `Responses` with `scale`.
    ordered : bool
        Whether the items are ordinal. If so, categorical omega is the headline; if not, omega total.
    ci : {"auto", "delta", "feldt", "bootstrap", "bca"} or None
        ``auto``: the percentile bootstrap where a `seed` is given, else delta.
        Distribution-free delta intervals; Feldt's interval for alpha with delta for the others; bootstrap of the whole
        analysis, percentile or bias-corrected and accelerated, one pass for all coefficients; none.
    seed : int, optional
        Of the bootstrap, which needs it.
    scale : str, optional
        Scale of the instrument, for `Scores` and `Responses`.
    weights : str or (n,) sequence, optional
        Sampling weights: a column of a frame (which is then no item), a role or kept column of `Responses`, or one
        number a respondent. Estimates are weighted, intervals are those of the design.
    cluster : str or (n,) sequence, optional
        Sampling cluster of each respondent (village, organisation). Delta intervals sum influences within clusters
        and take t with clusters less one degrees of freedom; the bootstrap draws whole clusters. The estimates stay.
    missing : {"listwise", "pairwise"}
        Complete respondents only, or for every pair of items those who answered both (no delta interval then).
    denominator : {"observed", "model"}
        Variance of the score that omega is a share of: from the observed (polychoric) correlations, or implied by
        the factor model.
    on_reversed : {"raise", "caveat"}
        What to do with items that run against the others.
    group_factors : int, optional
        Number of group factors for omega hierarchical (3 or more; with 2 it rests on an assumption).
    n_bootstrap : int
        Resamples.
    level : float
        Confidence level.

    Returns
    -------
    Reliability
        Coefficients with intervals, caveats and provenance. Coefficients are unitless and at most 1;
        ``std_error_measurement`` is in units of the item mean.

    Raises
    ------
    DataError
        If an item is constant, too few respondents are complete, items run against each other, or weights or clusters
        do not fit.
    OptionError
        If an option has an unknown value, the bootstrap lacks a seed, or Feldt's interval meets weights or clusters.

    Notes
    -----
    Categorical omega is the share of variance of the sum of item scores that a common factor of the latent
    responses explains (Green and Yang 2009); factor loadings are fitted to polychorics by DWLS. Omega total is
    ``(sum l)^2 / V`` with loadings l of one congeneric factor (ML). With group factors: omega hierarchical by
    Schmid-Leiman (delta through the derivative of the oblique solution in the correlations) and by bifactor rotation.

    Intervals at 95% held the value in simulations of 100 people (benchmarks/RESULTS-reliability_coverage.md):
    categorical omega with symmetric, skewed and two-category items .94, .93, .90 of the time by percentile bootstrap,
    .94, .91, .90 by BCa, .93, .89, .90 by delta (on any scale); alpha .95, .92, .93 by percentile bootstrap, .94, .91,
    .93 by delta, .96, .90, .92 by Feldt. The percentile bootstrap is therefore the first choice (so Kelley and
    Pornprasertmanit 2016), and caveats say where delta and Feldt are too narrow.

    References
    ----------
    Cronbach (1951), doi:10.1007/BF02310555. Green and Yang (2009), doi:10.1007/s11336-008-9099-3. Feldt (1965),
    doi:10.1007/BF02289499. Chalmers (2018), doi:10.1177/0013164417727036 (latent-response coefficients are
    theoretical). Zinbarg et al. (2005), doi:10.1007/s11336-003-0974-7 (omega hierarchical). Kelley and
    Pornprasertmanit (2016), doi:10.1037/a0040086 (intervals). Oracles: tests/oracle/reliability.R (psych, semTools),
    tests/oracle/reliability_design.R (survey, lavaan).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> trait = rng.standard_normal((300, 1))
    >>> items = pd.DataFrame(np.digitize(trait + rng.standard_normal((300, 4)), [-1, 0, 1]), columns=list("abcd"))
    >>> round(reliability(items, ordered=True).coefficients["alpha"].estimate, 1)
    0.7
    """
    check_option("missing", missing, ("listwise", "pairwise"))
    check_option("denominator", denominator, ("observed", "model"))
    check_option("on_reversed", on_reversed, ("raise", "caveat"))
    designed = weights is not None or cluster is not None
    plan = interval_plan(ci, seed, n_bootstrap, level, designed=designed)
    given = scale_input(
        data, scale, ordered=ordered, missing=missing, on_reversed=on_reversed, weights=weights, cluster=cluster
    )
    figures, uniquenesses, notes = linear_figures(given, denominator, plan)
    caveats = [*given.caveats, *notes]
    statistics = pair_weights = groups = None
    if given.coded is not None:
        more, statistics, pair_weights, notes = ordinal_figures(given, given.coded, denominator, plan)
        figures |= more
        caveats += notes
    if group_factors is not None:
        more, groups, notes = grouped_figures(given, statistics, group_factors, plan)
        figures |= more
        caveats += notes
    if plan.ci in RESAMPLED:
        sample = Sample(uniquenesses, pair_weights, groups, denominator)
        figures, notes = bootstrapped(figures, given, sample, plan)
        caveats += notes
    headline = _headline(figures, ordered)
    figures |= _descriptions(given, figures[headline])
    return Reliability(
        coefficients=MappingProxyType(figures),
        headline=headline,
        ordered=ordered,
        items=given.names,
        ci_level=level,
        n_clusters=given.n_clusters,
        provenance=_provenance(given, scale, plan, ordered=ordered, denominator=denominator),
        caveats=tuple(caveats),
    )


def _provenance(
    given: ScaleInput, scale: str | None, plan: IntervalPlan, *, ordered: bool, denominator: Denominator
) -> Provenance:
    """How the coefficients came about."""
    options = {
        "ordered": ordered, "ci": plan.ci, "denominator": denominator, "n_bootstrap": plan.n_bootstrap,
        "weighted": given.weights is not None, "clustered": given.clusters is not None,
    }  # fmt: skip
    return Provenance(
        analysis=f"reliability, items treated as {'ordinal' if ordered else 'continuous'}", scale=scale,
        n_in=given.n_in, n_used=len(given.table), missing_rule=given.missing, options=options, seed=plan.seed,
    )  # fmt: skip


def _headline(figures: Mapping[str, Coefficient], ordered: bool) -> str:
    """Term of the coefficient to report."""
    wanted = ["omega_categorical"] if ordered else []
    for term in [*wanted, "omega_total"]:
        if np.isfinite(figures[term].estimate):
            return term
    return "alpha"


def _descriptions(given: ScaleInput, headline: Coefficient) -> dict[str, Coefficient]:
    """The standard error of measurement that goes with the headline, and the average correlation."""
    sd = float(np.sqrt(given.covariance.sum())) / len(given.names)
    return {
        "std_error_measurement": Coefficient(
            term="std_error_measurement", estimate=std_error_measurement(sd, headline.estimate), role="score",
            method=f"{NAMES['std_error_measurement']}, {headline.term}",
        ),
        "average_r": Coefficient(
            term="average_r", estimate=average_correlation(given.correlation), role="description",
            method=NAMES["average_r"],
        ),
    }  # fmt: skip
