"""What `factor_scores` returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.result import Caveat, FloatArray, Provenance, Result, read_only, tidy_frame

IntArray = npt.NDArray[np.int64]

_LOW_DETERMINACY = 0.8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactorScores(Result):
    """Scores of people on the factors of a model.

    Attributes
    ----------
    factors : tuple of str
        Names of the m factors.
    values : (n, m) float array
        One row a row of the data, in its order, on the metric of the model; nan where nobody could be scored.
    std_error : (n, m) float array
        Posterior standard deviation (EAP, EBM, MAP, regression), or error of the score about the factor (Bartlett,
        ten Berge).
    groups : tuple of str
        Groups of the model; one empty label without groups.
    group_of : (n,) int array
        Group of each row; -1 where the row was not scored.
    determinacy : (n_groups, m) float array
        Correlation of each factor with its best linear score; nan for ordinal models, where it is not linear.
    method : str
        ``ebm``, ``eap``, ``map``, ``regression``, ``bartlett`` or ``ten_berge``.
    """

    factors: tuple[str, ...]
    values: FloatArray
    std_error: FloatArray
    groups: tuple[str, ...]
    group_of: npt.NDArray[np.int64]
    determinacy: FloatArray
    method: str
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        for name in ("values", "std_error", "determinacy"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        self.group_of.setflags(write=False)

    def frame(self) -> pd.DataFrame:
        """Return one row a row of the data: each factor, then its error as ``<factor>_std_error``."""
        errors = {f"{name}_std_error": self.std_error[:, f] for f, name in enumerate(self.factors)}
        return pd.DataFrame({**{name: self.values[:, f] for f, name in enumerate(self.factors)}, **errors})

    def tidy(self) -> pd.DataFrame:
        """Return mean, sd, reliability, determinacy and least correlation of alternative scores of each factor.

        Reliability is var(score) / (var(score) + mean squared error) for posterior means and modes, the squared
        determinacy for linear scores. People's scores are in ``frame()``.
        """
        rows = []
        for g, group in enumerate(self.groups):
            here = self.values[self.group_of == g]
            for f, factor in enumerate(self.factors):
                head = {"lhs": factor} | ({"group": group} if len(self.groups) > 1 else {})
                for term, value in self._summary(g, f, here[:, f]).items():
                    rows.append({**head, "term": term, "estimate": value, "n_obs": len(here), "method": self.method})
        return tidy_frame(rows)

    def glance(self) -> pd.DataFrame:
        """Return one row: people scored and not scored."""
        scored = int((self.group_of >= 0).sum())
        return pd.DataFrame(
            [{"n_obs": scored, "n_not_scored": len(self.group_of) - scored, "n_factors": len(self.factors)}]
        )

    def _summary(self, g: int, f: int, scores: FloatArray) -> dict[str, float]:
        """Figures of one factor in one group."""
        spread = float(scores.var(ddof=1)) if scores.size > 1 else float("nan")
        out = {"mean": float(scores.mean()) if scores.size else float("nan"), "sd": float(np.sqrt(spread))}
        rho = float(self.determinacy[g, f])
        if np.isfinite(rho):
            return out | {"reliability": rho**2, "determinacy": rho, "least_correlation": 2.0 * rho**2 - 1.0}
        error = float((self.std_error[self.group_of == g, f] ** 2).mean()) if scores.size else float("nan")
        return out | {"reliability": spread / (spread + error)}


def scored_result(
    factors: tuple[str, ...], values: FloatArray, errors: FloatArray, groups: tuple[str, ...], member: IntArray,
    rho: FloatArray, method: str, scale: str | None, caveats: tuple[Caveat, ...],
) -> FactorScores:  # fmt: skip
    """Make the record and account for every row."""
    scored = np.isfinite(values).all(axis=1)
    n_not = int((~scored).sum())
    if n_not:
        left_out = Caveat(
            code="not_scored",
            sentence=f"{n_not} of {len(values)} rows have no score: no answers, no group, or left out of the model.",
            numbers={"n": n_not},
        )
        caveats = (*caveats, left_out)
    return FactorScores(
        factors=factors,
        values=values,
        std_error=errors,
        groups=groups,
        group_of=np.where(scored, member, -1),
        determinacy=rho,
        method=method,
        provenance=Provenance(
            analysis=f"factor scores ({method})",
            scale=scale,
            n_in=len(values),
            n_used=int(scored.sum()),
            missing_rule="missing answers left out of a person's score",
            options={"method": method},
        ),
        caveats=caveats,
    )


def determinacy_caveats(factors: tuple[str, ...], rho: FloatArray) -> tuple[Caveat, ...]:
    """Factors whose scores are weakly determined."""
    low = rho.min(axis=0)
    return tuple(
        Caveat(
            code="low_determinacy",
            sentence=f"Scores of `{name}` correlate {value:.2f} with the factor; equally good ones may correlate "
            f"{2.0 * value**2 - 1.0:.2f} with each other.",
            numbers={"factor": name, "determinacy": float(value)},
        )
        for name, value in zip(factors, low, strict=True)
        if value < _LOW_DETERMINACY
    )
