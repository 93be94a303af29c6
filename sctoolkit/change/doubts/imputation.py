"""Regression after multiple imputation, with degrees of freedom that remember how few the sites are.

``imputed_regress(formula, data, cluster=..., n_imputations=20) -> ImputedRegression``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.models.model_frame import group_codes, require_columns
from sctoolkit.change.models.regress import regress
from sctoolkit.errors import DataError
from sctoolkit.numerics.change.multiple_imputation import PooledScalar, impute_pmm, pool_scalars
from sctoolkit.options import Vcov, checked_draws, checked_level, checked_seed
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImputedRegression(Result):
    """Pooled coefficients by term; each holds its fraction of missing information."""

    terms: tuple[str, ...]
    pooled: tuple[PooledScalar, ...] = field(repr=False)
    n_imputations: int
    n_clusters: int | None
    ci_level: float
    method: str
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def tidy(self) -> pd.DataFrame:
        """Return one row a term."""
        return tidy_frame(
            {
                "term": term,
                "estimate": p.estimate,
                "std_error": p.std_error,
                "statistic": p.estimate / p.std_error if p.std_error > 0 else np.nan,
                "dof": p.dof,
                "p_value": p.p_value,
                "ci_low": p.ci_low,
                "ci_high": p.ci_high,
                "ci_level": self.ci_level,
                "n_obs": self.provenance.n_used,
                "n_clusters": self.n_clusters,
                "method": self.method,
            }
            for term, p in zip(self.terms, self.pooled, strict=True)
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: imputations and the largest fraction of missing information."""
        row = {"n_obs": self.provenance.n_used, "n_clusters": self.n_clusters, "n_imputations": self.n_imputations}
        return pd.DataFrame([{**row, "fmi_largest": max(p.fmi for p in self.pooled)}])


def imputed_regress(
    formula: str,
    data: pd.DataFrame,
    *,
    columns: Sequence[str],
    cluster: str | None = None,
    n_imputations: int = 20,
    n_iterations: int = 10,
    vcov: Vcov = "CR2",
    seed: int = 1,
    ci_level: float = 0.95,
) -> ImputedRegression:
    """Impute by predictive mean matching within sites' levels, fit each data set, pool.

    Parameters
    ----------
    formula : str
    data : DataFrame
        Rows keep their order; missing values of ``columns`` are imputed.
    columns : sequence of str
        Numeric columns of the imputation model: those with missing values and those that tell about them. Everything
        in the formula that can be missing must be here.
    cluster : str, optional
        Sites: their dummies are in the imputation model, and errors are by site.
    n_imputations, n_iterations : int
    vcov, seed, ci_level
        As in `regress`.

    Returns
    -------
    ImputedRegression

    Raises
    ------
    DataError
        If a column is absent, not numeric, or holds too few values.

    Notes
    -----
    Barnard-Rubin degrees of freedom with the complete-data ones taken as the mean of the small-sample method's over
    imputations. A term that one site carries alone stays without error.

    References
    ----------
    Barnard and Rubin (1999), doi:10.1093/biomet/86.4.948.   Oracle: mice_pool.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> data = pd.DataFrame({"x": rng.normal(size=60)})
    >>> data["y"] = data["x"] + rng.normal(size=60)
    >>> data.loc[:9, "y"] = np.nan
    >>> imputed_regress("y ~ x", data, columns=["x", "y"], n_imputations=5).terms
    ('(Intercept)', 'x')
    """
    checked_level(ci_level, "ci_level")
    checked_seed(seed)
    checked_draws(n_imputations, "n_imputations", least=2)
    require_columns(data, [*columns, *([cluster] if cluster else [])])
    text = [name for name in columns if not pd.api.types.is_numeric_dtype(data[name])]
    if text:
        raise DataError(f"Columns to impute must be numbers, and `{text[0]}` is text.", hint="Turn labels into codes.")
    whole = data.dropna(subset=[cluster]) if cluster else data
    dummies = None
    if cluster:
        codes, labels = group_codes(whole, [cluster])
        dummies = (codes[:, None] == np.arange(1, len(labels))).astype(np.float64)
    table = whole[list(columns)].to_numpy(dtype=np.float64)
    filled = impute_pmm(table, n_imputations, n_iterations=n_iterations, seed=seed, fixed=dummies)
    fits = []
    for values in filled:
        frame = whole.assign(**{name: values[:, j] for j, name in enumerate(columns)})
        fits.append(regress(formula, frame, cluster=cluster, vcov=vcov, ci_level=ci_level))
    pooled = []
    for j in range(len(fits[0].terms)):
        estimates = np.array([fit.coef[j] for fit in fits])
        variances = np.array([fit.std_error[j] ** 2 for fit in fits])
        if np.isfinite(variances).all():
            pooled.append(pool_scalars(estimates, variances, float(np.mean([fit.dof[j] for fit in fits])), ci_level))
        else:
            nan = float("nan")
            pooled.append(PooledScalar(float(estimates.mean()), *([nan] * 10)))
    missing = {name: int(count) for name, count in whole[list(columns)].isna().sum().items() if count}
    worst = max((p.fmi for p in pooled if np.isfinite(p.fmi)), default=0.0)
    return ImputedRegression(
        terms=fits[0].terms, pooled=tuple(pooled), n_imputations=n_imputations, n_clusters=fits[0].n_clusters,
        ci_level=ci_level, method=f"{fits[0].method}; {n_imputations} imputations, Barnard-Rubin",
        provenance=Provenance(
            analysis=f"imputed regression {formula}", n_in=len(data), n_used=fits[0].n_obs, seed=seed,
            missing_rule="predictive mean matching",
            options={"columns": list(columns), "cluster": cluster, "imputed": missing, "vcov": vcov},
        ),
        caveats=(*fits[0].caveats, *_caveats(worst, n_imputations)),
    )  # fmt: skip


def _caveats(fmi: float, n_imputations: int) -> list[Caveat]:
    wanted = int(np.ceil(100 * fmi))
    if wanted <= n_imputations:
        return []
    sentence = (
        f"{wanted} imputations would suit a fraction of missing information of {fmi:.2f}; {n_imputations} were made."
    )
    return [Caveat(code="few_imputations", sentence=sentence, numbers={"fmi": fmi, "n_imputations": n_imputations})]
