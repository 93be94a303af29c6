"""A mixed model whose standard errors do not rest on its random part being right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.models.model_frame import model_frame
from sctoolkit.change.models.random_syntax import effect_variables, parse_random, random_term
from sctoolkit.change.models.terms import t_inference, term_rows
from sctoolkit.change.route.guard import low_dof, refusal
from sctoolkit.numerics.linear.lmm import fit_lmm
from sctoolkit.numerics.linear.lmm_robust import robust_parts
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RobustMixed(Result):
    """Fixed effects of a mixed model with CR2 errors by cluster and Satterthwaite degrees of freedom."""

    terms: tuple[str, ...]
    coef: FloatArray
    std_error: FloatArray
    dof: FloatArray
    n_clusters: int
    ci_level: float
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def __post_init__(self) -> None:
        for name in ("coef", "std_error", "dof"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def tidy(self) -> pd.DataFrame:
        """Return one row a fixed effect."""
        return tidy_frame(
            term_rows(
                self.terms, t_inference(self.coef, self.std_error, self.dof, self.ci_level), ci_level=self.ci_level,
                n_obs=self.provenance.n_used, n_clusters=self.n_clusters,
                method="REML, CR2 by cluster, Satterthwaite",
            )
        )  # fmt: skip


def robust_mixed(
    formula: str, data: pd.DataFrame, *, random: str | Sequence[str], cluster: str, ci_level: float = 0.95
) -> RobustMixed:
    """Fit a mixed model and put a CR2 sandwich around it.

    Parameters
    ----------
    formula, data, random
        As in `mixed`.
    cluster : str
        Column of clusters that share no random effect.
    ci_level : float

    Raises
    ------
    NotIdentifiedError
        If a random effect crosses clusters.

    References
    ----------
    Pustejovsky and Tipton (2018), doi:10.1080/07350015.2016.1247004.   Oracle: sleepstudy_lmm (clubSandwich on lmer).

    Examples
    --------
    >>> site = [name for name in "abcd" for _ in range(3)]
    >>> data = pd.DataFrame({"y": [1, 2, 3, 3, 4, 6, 2, 2, 3, 5, 6, 7], "x": [0, 1, 2] * 4, "site": site})
    >>> round(float(robust_mixed("y ~ x", data, random="1 | site", cluster="site").dof[1]), 1)
    3.0
    """
    parts = parse_random(random)
    needed = [name for part in parts for name in (*part.columns, *effect_variables(part))]
    model = model_frame(formula, data, [*needed, cluster])
    terms = [random_term(part, model.frame)[0] for part in parts]
    fit = fit_lmm(model.design, model.outcome, terms)
    codes, labels = model.codes(cluster)
    sandwich = robust_parts(fit, model.design, model.outcome, terms, codes)
    identity = np.eye(len(model.terms))
    alone = np.array([sandwich.rests_on_one_cluster(row) for row in identity])
    error = np.where(alone, np.nan, np.sqrt(np.diag(sandwich.vcov)))
    dof = np.where(alone, np.nan, [sandwich.dof(row) for row in identity])
    lonely = [term for term, flag in zip(model.terms, alone, strict=True) if flag]
    return RobustMixed(
        terms=model.terms, coef=fit.coef, std_error=error, dof=dof, n_clusters=len(labels), ci_level=ci_level,
        provenance=Provenance(
            analysis=f"mixed model {formula} with sandwich", n_in=model.n_in, n_used=model.n_obs,
            missing_rule="rows with a missing value left out", options={"cluster": cluster},
        ),
        caveats=(
            *model.dropped(), *([refusal(lonely, len(labels))] if lonely else []), *low_dof(model.terms, dof),
        ),
    )  # fmt: skip
