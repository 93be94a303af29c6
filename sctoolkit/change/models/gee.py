"""Marginal models of repeated yes-or-no answers and counts, with errors corrected for few clusters.

``gee(formula, data, cluster=..., family="binomial") -> MarginalModel``. statsmodels fits; variance and degrees of
freedom are ours: Kauermann-Carroll or Mancl-DeRouen with t(G - p), never its z.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.models.marginal_fit import Correction, Family, Working, fit_marginal
from sctoolkit.change.models.model_frame import model_frame
from sctoolkit.change.models.terms import t_inference, term_rows
from sctoolkit.change.route.guard import contrast_support, few_sites, refusal
from sctoolkit.errors import DataError, NotIdentifiedError
from sctoolkit.options import check_option
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]

CORRECTIONS = {
    "none": "sandwich without correction",
    "kauermann-carroll": "Kauermann-Carroll",
    "mancl-derouen": "Mancl-DeRouen",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarginalModel(Result):
    """A generalised estimating equation; coefficients are on the link scale (log odds, log rate, or the outcome's).

    ``alpha`` is the exchangeable working correlation, by moments with the terms taken off the pairs (Liang-Zeger).
    """

    terms: tuple[str, ...]
    coef: FloatArray
    std_error: FloatArray
    vcov: FloatArray
    dof: float
    family: str
    working: str
    alpha: float
    n_clusters: int
    ci_level: float
    method: str
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def __post_init__(self) -> None:
        for name in ("coef", "std_error", "vcov"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def tidy(self) -> pd.DataFrame:
        """Return one row a term."""
        return tidy_frame(
            term_rows(
                self.terms, t_inference(self.coef, self.std_error, self.dof, self.ci_level), ci_level=self.ci_level,
                n_obs=self.provenance.n_used, n_clusters=self.n_clusters, method=self.method,
            )
        )  # fmt: skip

    def glance(self) -> pd.DataFrame:
        """Return one row: sizes, working correlation."""
        names = ("family", "working", "alpha", "n_clusters", "dof", "method")
        return pd.DataFrame([{"n_obs": self.provenance.n_used, **{name: getattr(self, name) for name in names}}])


def gee(
    formula: str,
    data: pd.DataFrame,
    *,
    cluster: str,
    family: Family = "binomial",
    working: Working = "exchangeable",
    correction: Correction = "mancl-derouen",
    offset: str | None = None,
    ci_level: float = 0.95,
) -> MarginalModel:
    """Fit a marginal model of answers that are alike within clusters.

    Parameters
    ----------
    formula : str
    data : DataFrame
        Rows with a missing value are left out and counted.
    cluster : str
    family : {"binomial", "poisson", "gaussian"}
        With logit, log and identity link.
    working : {"exchangeable", "independence"}
    correction : {"none", "kauermann-carroll", "mancl-derouen"}
    offset : str, optional
        Column added to the linear predictor (log of exposure).
    ci_level : float

    Returns
    -------
    MarginalModel

    Raises
    ------
    DataError
        If a binomial outcome is not 0 or 1, or a count is below zero.
    NotIdentifiedError
        If there are no more clusters than terms.
    ConvergenceError
        If a term separates all yes from all no.

    Notes
    -----
    The working correlation is Liang and Zeger's moment estimator, with the number of terms taken off the number of
    pairs, as in R's gee; geepack's differs by that divisor and by its scale (`MarginalFit`).

    References
    ----------
    Liang and Zeger (1986), doi:10.1093/biomet/73.1.13; Mancl and DeRouen (2001),
    doi:10.1111/j.0006-341X.2001.00126.x; Kauermann and Carroll (2001), doi:10.1198/016214501753382309; Li and Redden
    (2015), doi:10.1002/sim.6344.   Oracle: gee_binary (geepack).

    Examples
    --------
    >>> data = pd.DataFrame({"y": [0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1], "x": [0, 1] * 6, "id": list("aabbccddeeff")})
    >>> gee("y ~ x", data, cluster="id").method
    'Mancl-DeRouen, t(G-p)'
    """
    check_option("family", family, ("binomial", "poisson", "gaussian"))
    check_option("working", working, ("exchangeable", "independence"))
    check_option("correction", correction, tuple(CORRECTIONS))
    model = model_frame(formula, data, [cluster, *([offset] if offset else [])])
    codes, _ = model.codes(cluster)
    n_clusters, p = int(codes.max()) + 1, len(model.terms)
    if family == "binomial" and not set(np.unique(model.outcome)) <= {0.0, 1.0}:
        raise DataError(
            f"A yes-or-no outcome must hold 0 and 1, and `{model.outcome_name}` holds other values.",
            hint="Code it as 0 and 1, or name another `family`.",
        )
    if family == "poisson" and (model.outcome < 0).any():
        raise DataError(
            f"A count must not be below zero, and `{model.outcome_name}` is in some rows.",
            hint="Use `regress` or `mixed` for scores and changes.",
        )
    if n_clusters <= p:
        raise NotIdentifiedError(
            f"A marginal model needs more clusters than terms, not {n_clusters} clusters and {p} terms.",
            hint="Leave terms out, or compare cluster proportions by permutation.",
        )
    shift = None if offset is None else model.column(offset).to_numpy(dtype=np.float64)
    fit = fit_marginal(model.outcome, model.design, codes, family, working=working, correction=correction, offset=shift)
    support = contrast_support(model.design, codes)
    alone = [term for term, count in zip(model.terms, support, strict=True) if count.smaller == 1]
    error = np.sqrt(np.diag(fit.vcov))
    error[[model.terms.index(term) for term in alone]] = np.nan
    return MarginalModel(
        terms=model.terms, coef=fit.coef, std_error=error, vcov=fit.vcov, dof=fit.dof,
        family=family, working=working, alpha=fit.alpha, n_clusters=n_clusters, ci_level=ci_level,
        method=f"{CORRECTIONS[correction]}, t(G-p)",
        provenance=Provenance(
            analysis=f"marginal {family} model {formula}", n_in=model.n_in, n_used=model.n_obs,
            missing_rule="rows with a missing value left out",
            options={"cluster": cluster, "working": working, "correction": correction},
        ),
        caveats=(
            *model.dropped(), *([refusal(alone, n_clusters)] if alone else []), *few_sites(model.terms, support),
            *_few(n_clusters),
        ),
    )  # fmt: skip


def _few(n_clusters: int) -> list[Caveat]:
    if n_clusters >= 10:
        return []
    sentence = f"{n_clusters} clusters are few for a marginal model: compare cluster proportions by permutation too."
    return [Caveat(code="few_clusters", sentence=sentence, numbers={"n_clusters": n_clusters})]
