"""Weights that make those seen again look like everyone who began (inverse probability of staying).

``staying_weights(data, stayed=..., predictors=[...], arm=None) -> StayingWeights``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.errors import DataError
from sctoolkit.numerics.change.staying_weights import kish_effective_size, stabilised_weights
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StayingWeights(Result):
    """Stabilised weights (n,): nan for people not seen again; ``balance`` are standardised gaps before and after."""

    weights: FloatArray = field(repr=False)
    predictors: tuple[str, ...]
    gap_before: FloatArray
    gap_after: FloatArray
    n_stayed: int
    effective_size: float
    truncate: float
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def __post_init__(self) -> None:
        for name in ("weights", "gap_before", "gap_after"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def tidy(self) -> pd.DataFrame:
        """Return two rows a predictor: gap of stayers to everyone in SDs, unweighted and weighted."""
        return tidy_frame(
            {"term": name, "role": role, "estimate": value, "n_obs": self.n_stayed}
            for role, values in (("unweighted", self.gap_before), ("weighted", self.gap_after))
            for name, value in zip(self.predictors, values, strict=True)
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: people and effective sample size."""
        row = {"n_obs": self.provenance.n_used, "n_stayed": self.n_stayed, "effective_size": self.effective_size}
        known = self.weights[np.isfinite(self.weights)]
        return pd.DataFrame([{**row, "largest_weight": known.max(), "truncate": self.truncate}])


def staying_weights(
    data: pd.DataFrame, *, stayed: str, predictors: Sequence[str], arm: str | None = None, truncate: float = 0.01
) -> StayingWeights:
    """Weight people who were seen again by how unlikely that was.

    Parameters
    ----------
    data : DataFrame
        One row a person who began; predictors known for all of them.
    stayed : str
        0/1 column.
    predictors : sequence of str
        Baseline columns; text becomes categories.
    arm : str, optional
        Weights are stabilised by the rate of staying within arms.
    truncate : float
        Weights are cut off at this quantile and its mirror.

    Raises
    ------
    DataError
        If a predictor is missing for someone, or everyone or nobody stayed.

    Notes
    -----
    Logistic regression without penalty (scikit-learn). Corrects for what the predictors carry and nothing else.

    References
    ----------
    Robins, Rotnitzky and Zhao (1995), doi:10.1080/01621459.1995.10476493; Seaman and White (2013),
    doi:10.1177/0962280210395740.

    Examples
    --------
    >>> data = pd.DataFrame({"seen": [1, 1, 0, 1, 0, 1], "age": [20, 30, 40, 50, 60, 70]})
    >>> staying_weights(data, stayed="seen", predictors=["age"]).n_stayed
    4
    """
    from sklearn.linear_model import LogisticRegression

    require_columns(data, [stayed, *predictors, *([arm] if arm else [])])
    missing = [name for name in predictors if data[name].isna().any()]
    if missing:
        raise DataError(
            f"Predictors of staying must be known for everyone, and `{missing[0]}` is not.",
            hint="Leave it out, or add a column that says whether it is missing and fill in its mean.",
        )
    seen = data[stayed].to_numpy(dtype=np.float64) > 0.5
    if not 0 < seen.sum() < len(seen):
        raise DataError(
            f"Weights need some who stayed and some who left, and {int(seen.sum())} of {len(seen)} stayed.",
            hint="Give one row for everyone who began, with 0 for those not seen again.",
        )
    names = [*predictors, *([arm] if arm else [])]
    design = pd.get_dummies(data[names], drop_first=True, dtype=float)
    table = design.to_numpy(dtype=np.float64)
    spread = table.std(axis=0)
    standard = (table - table.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    model = LogisticRegression(C=np.inf, max_iter=1000, tol=1e-8).fit(standard, seen)
    stay = model.predict_proba(standard)[:, 1]
    groups = np.zeros(len(data), dtype=int) if arm is None else pd.factorize(data[arm])[0]
    base = np.array([seen[groups == g].mean() for g in groups])
    weights = np.full(len(data), np.nan)
    weights[seen] = stabilised_weights(stay[seen], base[seen], truncate)
    before = standard[seen].mean(axis=0)
    after = (weights[seen] @ standard[seen]) / weights[seen].sum()
    size = kish_effective_size(weights[seen])
    return StayingWeights(
        weights=weights, predictors=tuple(str(name) for name in design.columns), gap_before=before, gap_after=after,
        n_stayed=int(seen.sum()), effective_size=size, truncate=truncate,
        provenance=Provenance(
            analysis=f"weights for staying ({stayed})", n_in=len(data), n_used=len(data),
            options={"predictors": list(predictors), "arm": arm, "truncate": truncate},
        ),
        caveats=_caveats(size, int(seen.sum()), after, [str(name) for name in design.columns]),
    )  # fmt: skip


def _caveats(size: float, n: int, after: FloatArray, names: list[str]) -> tuple[Caveat, ...]:
    out = []
    if size < 0.6 * n:
        sentence = f"Weights leave the information of {size:.0f} of {n} people."
        out.append(Caveat(code="few_effective_people", sentence=sentence, numbers={"effective_size": size, "n": n}))
    worst = int(np.argmax(np.abs(after)))
    if abs(after[worst]) > 0.1:
        sentence = f"`{names[worst]}` is still {abs(after[worst]):.2f} SD off after weighting."
        out.append(Caveat(code="not_balanced", sentence=sentence, numbers={"gap": float(after[worst])}))
    return tuple(out)
