"""One ordered answer: cumulative logit or probit, with sites as random intercepts or in the standard errors.

``ordinal(formula, data, cluster=None) -> OrderedModel``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sctoolkit.change.models.model_frame import ModelFrame, model_frame
from sctoolkit.change.models.net_shift import clustered_vcov, net_shift
from sctoolkit.change.models.terms import t_inference, term_rows
from sctoolkit.change.route.guard import contrast_support, few_sites, refusal
from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.ordinal.cumulative_link import CumulativeFit, fit_cumulative
from sctoolkit.options import check_option
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrderedModel(Result):
    """A cumulative link model: positive slopes move answers upwards.

    ``higher`` is, for each term, the chance that an answer with the term one unit up is above one without it, less the
    chance of the reverse, averaged over people, and ``higher_error`` its standard error; ``proportional_p`` tests each
    term for equal odds at all cut-points.
    """

    terms: tuple[str, ...]
    coef: FloatArray
    std_error: FloatArray
    thresholds: FloatArray
    categories: tuple[str, ...]
    higher: FloatArray
    higher_error: FloatArray
    proportional_p: FloatArray
    dof: float
    link: str
    loglik: float
    n_clusters: int | None
    ci_level: float
    method: str
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def __post_init__(self) -> None:
        for name in ("coef", "std_error", "thresholds", "higher", "higher_error", "proportional_p"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def tidy(self) -> pd.DataFrame:
        """Return one row a term (link scale), then one a term with role ``net shift``."""
        shared = {"n_obs": self.provenance.n_used, "n_clusters": self.n_clusters, "ci_level": self.ci_level}
        rows = []
        for role, values, errors, method in (
            ("coefficient", self.coef, self.std_error, self.method),
            ("net shift", self.higher, self.higher_error, f"P(higher) - P(lower), averaged; {self.method}"),
        ):
            columns = t_inference(values, errors, self.dof, self.ci_level)
            rows += term_rows(self.terms, columns, role=role, method=method, **shared)
        return tidy_frame(rows)

    def glance(self) -> pd.DataFrame:
        """Return one row: fit and the smallest p of the proportional-odds tests."""
        known = self.proportional_p[np.isfinite(self.proportional_p)]
        row = {"n_obs": self.provenance.n_used, "n_clusters": self.n_clusters, "link": self.link, "loglik": self.loglik}
        return pd.DataFrame([{**row, "proportional_p_lowest": known.min() if known.size else np.nan}])


def ordinal(
    formula: str,
    data: pd.DataFrame,
    *,
    cluster: str | None = None,
    link: Literal["logit", "probit"] = "logit",
    ci_level: float = 0.95,
) -> OrderedModel:
    """Fit a cumulative link model to one ordered answer.

    Parameters
    ----------
    formula : str
        The outcome holds numbers whose order is that of the answers.
    data : DataFrame
    cluster : str, optional
        Sites: sandwich by site with G / (G - 1) and t(G - 1); else model-based with normal quantiles.
    link : {"logit", "probit"}
    ci_level : float

    Returns
    -------
    OrderedModel

    Raises
    ------
    ConvergenceError
        If a term separates low from high answers.
    NotIdentifiedError
        If all people gave one answer, or there is one cluster.

    References
    ----------
    McCullagh (1980), doi:10.1111/j.2517-6161.1980.tb01109.x.   Oracle: ordinal_wine (ordinal::clm).

    Examples
    --------
    >>> data = pd.DataFrame({"y": [1, 1, 2, 2, 3, 1, 2, 3, 3, 3], "x": [0] * 5 + [1] * 5})
    >>> ordinal("y ~ x", data).tidy()["role"].tolist()
    ['coefficient', 'net shift']
    """
    check_option("link", link, ("logit", "probit"))
    model = model_frame(formula, data, [cluster] if cluster else [])
    inner = [j for j, term in enumerate(model.terms) if term != "(Intercept)"]
    terms, design = tuple(model.terms[j] for j in inner), model.design[:, inner]
    levels, codes = np.unique(model.outcome, return_inverse=True)
    fit = fit_cumulative(design, codes.astype(np.int64), len(levels), link)
    clusters = model.codes(cluster)[0] if cluster else None
    vcov, alone, dof, method, notes = _errors(fit, design, terms, clusters)
    shifts = [net_shift(fit, design, j, link) for j in range(len(terms))]
    proportional = _proportional(fit, design, codes.astype(np.int64), len(levels), link)
    for term, p in zip(terms, proportional, strict=True):
        if p < 0.05:
            sentence = f"Equal odds at all cut-points is doubtful for `{term}` (p {p:.3f}): read category shares."
            notes.append(Caveat(code="odds_not_proportional", sentence=sentence, numbers={"p": float(p)}))
    return OrderedModel(
        terms=terms, coef=fit.slopes, thresholds=fit.thresholds,
        std_error=np.where(alone, np.nan, np.sqrt(np.diag(vcov))[-len(terms):]),
        categories=tuple(f"{level:g}" for level in levels), higher=np.array([value for value, _ in shifts]),
        higher_error=np.where(alone, np.nan, [float(np.sqrt(slope @ vcov @ slope)) for _, slope in shifts]),
        proportional_p=proportional, dof=dof, link=link, loglik=fit.loglik,
        n_clusters=None if clusters is None else int(clusters.max()) + 1, ci_level=ci_level, method=method,
        provenance=_provenance(model, formula, cluster, link), caveats=(*model.dropped(), *notes),
    )  # fmt: skip


def _provenance(model: ModelFrame, formula: str, cluster: str | None, link: str) -> Provenance:
    return Provenance(
        analysis=f"ordered model {formula}", n_in=model.n_in, n_used=model.n_obs,
        missing_rule="rows with a missing value left out", options={"cluster": cluster, "link": link},
    )  # fmt: skip


def _errors(
    fit: CumulativeFit, design: FloatArray, terms: tuple[str, ...], clusters: IntArray | None
) -> tuple[FloatArray, npt.NDArray[np.bool_], float, str, list[Caveat]]:
    """Variance of the parameters, which slopes one site carries alone, degrees of freedom, method, caveats."""
    if clusters is None:
        return fit.vcov, np.zeros(len(terms), dtype=bool), np.inf, "maximum likelihood, z", []
    g = int(clusters.max()) + 1
    if g < 2:
        raise NotIdentifiedError(
            f"A sandwich by site needs at least 2 sites, and there is {g}.", hint="Leave `cluster` out."
        )
    support = contrast_support(design, clusters)
    alone = [term for term, count in zip(terms, support, strict=True) if count.smaller == 1]
    notes = [refusal(alone, g)] if alone else []
    return (
        clustered_vcov(fit, clusters), np.isin(terms, alone), float(g - 1), "sandwich by site G/(G-1), t(G-1)",
        [*notes, *few_sites(terms, support)],
    )  # fmt: skip


def _proportional(
    fit: CumulativeFit, design: FloatArray, codes: IntArray, k: int, link: Literal["logit", "probit"]
) -> FloatArray:
    """Likelihood-ratio p of letting one term's slope differ by cut-point."""
    out = np.full(design.shape[1], np.nan)
    if k < 3:
        return out
    for j in range(design.shape[1]):
        rest = np.delete(design, j, axis=1)
        free = fit_cumulative(rest, codes, k, link, nominal=design[:, [j]], require_finite=False)
        out[j] = stats.chi2.sf(max(2 * (free.loglik - fit.loglik), 0.0), k - 2)
    return out
