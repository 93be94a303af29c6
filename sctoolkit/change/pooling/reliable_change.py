"""Who changed by more than measurement error, person by person.

``reliable_change(data, pre=..., post=..., reliability=...) -> ReliableChange``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.errors import DataError
from sctoolkit.numerics.change.reliable_change import (
    Index,
    check_reliability,
    gulliksen_lord_novick,
    hageman_arrindell,
    jacobson_truax,
    maassen,
    minimal_detectable_change,
    regression_based,
    std_error_measurement,
)
from sctoolkit.options import check_option
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]

FORMULAS: dict[str, str] = {
    "jacobson-truax": "Jacobson-Truax, pre SD",
    "maassen": "Maassen, both SDs",
    "regression": "regression-based (SRB)",
    "gulliksen-lord-novick": "Gulliksen-Lord-Novick",
    "hageman-arrindell": "Hageman-Arrindell",
}
Formula = Literal["jacobson-truax", "maassen", "regression", "gulliksen-lord-novick", "hageman-arrindell"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReliableChange(Result):
    """Counts of people who improved, stayed or declined beyond measurement error.

    ``index`` (n,) is the z value of each person of ``rows`` (positions in the data), by the primary ``formula``;
    ``counts`` holds improved, unchanged, declined by formula; ``mdc`` is the smallest detectable change in points.
    """

    formula: str
    index: FloatArray = field(repr=False)
    rows: FloatArray = field(repr=False)
    counts: tuple[tuple[str, int, int, int], ...]
    std_error_measurement: float
    mdc: float
    half_sd: float
    reliability: float
    reliability_kind: str
    level: float
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", read_only(self.index))
        object.__setattr__(self, "rows", read_only(self.rows))

    def tidy(self) -> pd.DataFrame:
        """Return three rows a formula: share improved, unchanged, declined."""
        chance = (1 - self.level) / 2
        return tidy_frame(
            {
                "term": term,
                "role": "primary" if name == FORMULAS[self.formula] else "check",
                "estimate": count / sum(counts),
                "n_obs": sum(counts),
                "method": f"{name}; by error alone {chance if term != 'unchanged' else self.level:.3f}",
            }
            for name, *counts in self.counts
            for term, count in zip(("improved", "unchanged", "declined"), counts, strict=True)
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: error of measurement, detectable change, distribution-based bands."""
        return pd.DataFrame(
            [
                {
                    "n_obs": self.provenance.n_used,
                    "std_error_measurement": self.std_error_measurement,
                    "mdc": self.mdc,
                    "half_sd": self.half_sd,
                    "reliability": self.reliability,
                    "reliability_kind": self.reliability_kind,
                    "formula": FORMULAS[self.formula],
                }
            ]
        )


def reliable_change(
    data: pd.DataFrame,
    *,
    pre: str,
    post: str,
    reliability: float,
    reliability_post: float | None = None,
    reliability_kind: str = "internal consistency",
    formula: Formula = "maassen",
    norm_mean: float | None = None,
    norm_sd: float | None = None,
    higher_is_better: bool = True,
    level: float = 0.95,
) -> ReliableChange:
    """Classify each person's change against measurement error.

    Parameters
    ----------
    data : DataFrame
        One row a person. People without both scores are left out and counted.
    pre, post : str
        Columns of scores.
    reliability : float
        Between 0 and 1, of the pre score (and of the post score unless given).
    reliability_post : float, optional
    reliability_kind : str
        "internal consistency" (omega, alpha: error of today's items) or "test-retest" (also people's own fluctuation);
        it is repeated in every output, since the two answer different questions.
    formula : str
        Primary index; all that can be computed are shown beside it.
    norm_mean, norm_sd : float, optional
        Of a reference population for Jacobson-Truax and Gulliksen-Lord-Novick; this sample's pre scores unless given.
    higher_is_better : bool
    level : float
        Two-sided; .95 makes 2.5 percent cross each way by error alone.

    Returns
    -------
    ReliableChange

    Raises
    ------
    DataError
        If fewer than 3 people have both scores or a score does not vary.
    NotIdentifiedError
        If reliability is not between 0 and 1.

    Notes
    -----
    Not a test of the group's change: a group may change while nobody does so reliably, and the other way round.

    References
    ----------
    Jacobson and Truax (1991); Maassen (2004); Hageman and Arrindell (1999).   Oracle: rci_rtm_evalue.

    Examples
    --------
    >>> data = pd.DataFrame({"pre": [1.0, 2.0, 3.0, 4.0], "post": [3.0, 2.0, 3.5, 4.0]})
    >>> reliable_change(data, pre="pre", post="post", reliability=0.8).tidy()["estimate"].tolist()[:3]
    [0.25, 0.75, 0.0]
    """
    check_option("formula", formula, tuple(FORMULAS))
    for value in (reliability, reliability if reliability_post is None else reliability_post):
        check_reliability(value)
    require_columns(data, [pre, post])
    scores = data[[pre, post]].to_numpy(dtype=np.float64, na_value=np.nan)
    rows = np.flatnonzero(np.isfinite(scores).all(axis=1))
    before, after = scores[rows, 0], scores[rows, 1]
    if rows.size < 3 or np.ptp(before) == 0 or np.ptp(after) == 0:
        raise DataError(
            "Reliable change needs at least 3 people with both scores, and scores that vary.",
            where=f"{rows.size} of {len(data)} people have both `{pre}` and `{post}`.",
            hint=f"Check that `{pre}` and `{post}` are one score at two waves, in one row a person.",
        )
    indices = _indices(before, after, reliability, reliability_post or reliability, norm_mean, norm_sd)
    critical, sign = float(norm.ppf(0.5 + level / 2)), 1.0 if higher_is_better else -1.0
    counts = tuple((FORMULAS[name], *_count(sign * index.z, critical)) for name, index in indices.items())
    if formula == "regression" and formula not in indices:
        indices[formula] = regression_based(before, after, *_moments(before, after))
    if formula == "hageman-arrindell" and formula not in indices:
        both = (reliability, reliability_post or reliability)
        indices[formula] = hageman_arrindell(before, after, *_moments(before, after), *both)
    sd = norm_sd or float(before.std(ddof=1))
    return ReliableChange(
        formula=formula, index=sign * indices[formula].z, rows=rows.astype(np.float64), counts=counts,
        std_error_measurement=std_error_measurement(sd, reliability),
        mdc=minimal_detectable_change(sd, reliability, level), half_sd=sd / 2, reliability=reliability,
        reliability_kind=reliability_kind, level=level,
        provenance=Provenance(
            analysis=f"reliable change {pre} to {post}", n_in=len(data), n_used=int(rows.size),
            missing_rule="people without both scores left out",
            options={"reliability": reliability, "reliability_kind": reliability_kind, "formula": formula},
        ),
        caveats=_caveats(len(data), int(rows.size), counts, level),
    )  # fmt: skip


def _moments(before: FloatArray, after: FloatArray) -> tuple[float, float, float, float, float]:
    r = float(np.corrcoef(before, after)[0, 1])
    return float(before.mean()), float(after.mean()), float(before.std(ddof=1)), float(after.std(ddof=1)), r


def _indices(
    before: FloatArray, after: FloatArray, r_pre: float, r_post: float, mean: float | None, sd: float | None
) -> dict[str, Index]:
    """All indices that the numbers allow."""
    m1, m2, s1, s2, r = _moments(before, after)
    reference_sd, reference_mean = sd or s1, m1 if mean is None else mean
    out = {
        "jacobson-truax": jacobson_truax(before, after, reference_sd, r_pre),
        "maassen": maassen(before, after, s1, s2, r_pre),
        "gulliksen-lord-novick": gulliksen_lord_novick(before, after, reference_mean, reference_sd, r_pre),
    }
    if abs(r) < 1:
        out["regression"] = regression_based(before, after, m1, m2, s1, s2, r)
    spread = s1**2 + s2**2 - 2 * r * s1 * s2
    if spread > s1**2 * (1 - r_pre) + s2**2 * (1 - r_post):
        out["hageman-arrindell"] = hageman_arrindell(before, after, m1, m2, s1, s2, r, r_pre, r_post)
    return out


def _count(z: FloatArray, critical: float) -> tuple[int, int, int]:
    improved, declined = int((z >= critical).sum()), int((z <= -critical).sum())
    return improved, z.size - improved - declined, declined


def _caveats(n_in: int, n: int, counts: tuple[tuple[str, int, int, int], ...], level: float) -> tuple[Caveat, ...]:
    """Return what a reader must know; the regression-based index asks otherwise (against the group's own change)."""
    chance = (1 - level) / 2
    sentence = f"By measurement error alone about {chance * n:.1f} of {n} people would cross each way."
    out = [Caveat(code="crossings_by_chance", sentence=sentence, numbers={"expected": chance * n, "n": n})]
    if n < n_in:
        left = f"{n_in - n} of {n_in} people were left out because a score is missing."
        out.append(Caveat(code="rows_left_out", sentence=left, numbers={"n_left_out": n_in - n, "n_in": n_in}))
    improved = [row[1] for row in counts if row[0] != FORMULAS["regression"]]
    if max(improved) - min(improved) > max(2, 0.1 * n):
        text = f"Formulas disagree: {min(improved)} to {max(improved)} of {n} people improved."
        out.append(
            Caveat(code="formulas_disagree", sentence=text, numbers={"improved": improved}, n_people=min(improved))
        )
    return tuple(out)
