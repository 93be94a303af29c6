"""Several outcomes, one question: p-values adjusted within a declared family, the unadjusted always beside them.

``adjust_family(table, method="holm")`` works on any tidy table; ``step_down(data, outcomes, treated, cluster)``
re-deals sites and uses the correlation of the outcomes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.models.model_frame import group_codes, require_columns
from sctoolkit.errors import DataError, did_you_mean
from sctoolkit.numerics.change.multiplicity import METHODS, adjust, step_down_max_t
from sctoolkit.numerics.linear.cluster_means import collapse
from sctoolkit.numerics.linear.permutation import assignments
from sctoolkit.options import check_option, checked_draws, checked_seed
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]

LABELS = {
    "none": "unadjusted", "bonferroni": "Bonferroni", "holm": "Holm", "hochberg": "Hochberg", "hommel": "Hommel",
    "bh": "Benjamini-Hochberg (false discovery rate)", "by": "Benjamini-Yekutieli (false discovery rate)",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Family(Result):
    """A family of tests: labels, estimates, p unadjusted and adjusted, all (m,)."""

    terms: tuple[str, ...]
    estimates: FloatArray
    unadjusted: FloatArray
    adjusted: FloatArray
    holm: FloatArray
    method: str
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        for name in ("estimates", "unadjusted", "adjusted", "holm"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def tidy(self) -> pd.DataFrame:
        """Return two rows a test: role ``unadjusted`` and role ``adjusted``."""
        return tidy_frame(
            {"term": term, "role": role, "estimate": estimate, "p_value": p, "method": method}
            for role, values, method in (("unadjusted", self.unadjusted, ""), ("adjusted", self.adjusted, self.method))
            for term, estimate, p in zip(self.terms, self.estimates, values, strict=True)
        )


def adjust_family(
    table: pd.DataFrame,
    *,
    method: Literal["none", "bonferroni", "holm", "hochberg", "hommel", "bh", "by"] = "holm",
    primary: str | None = None,
    label: str = "term",
) -> Family:
    """Adjust the p-values of a table as one family.

    Parameters
    ----------
    table : DataFrame
        With columns ``p_value`` and ``label``; one row a test. Undefined p-values stay so and do not count.
    method : str
        Holm unless given; bh for exploring.
    primary : str, optional
        The one test declared primary beforehand: it is not adjusted, the others are.
    label : str

    Examples
    --------
    >>> table = pd.DataFrame({"term": ["bonding", "bridging"], "p_value": [0.01, 0.04]})
    >>> adjust_family(table).adjusted.tolist()
    [0.02, 0.04]
    """
    check_option("method", method, METHODS)
    require_columns(table, ["p_value", label])
    p_values = table["p_value"].to_numpy(dtype=np.float64)
    terms = tuple(str(name) for name in table[label])
    if primary is not None and primary not in terms:
        raise DataError(
            f"The primary test `{primary}` must be in the table, and it is not.", hint=did_you_mean(primary, terms)
        )
    other = np.array([term != primary for term in terms])
    adjusted = p_values.copy()
    adjusted[other] = adjust(p_values[other], method)
    holm = adjust(p_values, "holm")
    estimates = table["estimate"].to_numpy(dtype=np.float64) if "estimate" in table else np.full(len(table), np.nan)
    return Family(
        terms=terms, estimates=estimates, unadjusted=p_values, adjusted=adjusted, holm=holm, method=LABELS[method],
        provenance=Provenance(analysis=f"family of {len(terms)} tests", options={"method": method, "primary": primary}),
    )  # fmt: skip


def step_down(
    data: pd.DataFrame,
    *,
    outcomes: Sequence[str],
    treated: str,
    cluster: str | None = None,
    statistic: Literal["welch", "difference"] = "welch",
    n_draws: int = 9999,
    seed: int = 1,
) -> Family:
    """Compare arms on several outcomes, re-dealing treatment over sites (Westfall-Young, Romano-Wolf).

    Parameters
    ----------
    data : DataFrame
    outcomes : sequence of str
    treated : str
        0/1 column, constant within sites.
    cluster : str, optional
        Column of sites, whose means are compared; rows are the units without it.
    statistic : {"welch", "difference"}
    n_draws, seed : int
        Used when assignments cannot be listed.

    Raises
    ------
    DataError
        If treatment varies within a site, or a site has no value of an outcome.

    References
    ----------
    Westfall and Young (1993); Romano and Wolf (2005), doi:10.1198/016214504000000539.   Oracle: multiplicity_exact.

    Examples
    --------
    >>> data = pd.DataFrame({"d": [0, 0, 0, 1, 1, 1], "y": [1.0, 2, 3, 7, 8, 9], "z": [1.0, 3, 2, 2, 3, 1]})
    >>> step_down(data, outcomes=["y", "z"], treated="d", statistic="difference").adjusted.tolist()
    [0.1, 1.0]
    """
    checked_seed(seed)
    checked_draws(n_draws)
    require_columns(data, [*outcomes, treated, *([cluster] if cluster else [])])
    table = data[list(outcomes)].to_numpy(dtype=np.float64)
    arm = data[treated].to_numpy(dtype=np.float64)
    if cluster is not None:
        codes, labels = group_codes(data, [cluster])
        mixed_sites = [labels[g] for g in np.unique(codes[collapse(arm, codes)[codes] != arm])]
        if mixed_sites:
            raise DataError(
                f"`{treated}` must be the same for everyone in a site, and varies in {', '.join(mixed_sites[:5])}.",
                hint="Leave `cluster` out if people were assigned one by one.",
            )
        table = np.column_stack([_site_means(table[:, j], codes, outcomes[j]) for j in range(len(outcomes))])
        arm = collapse(arm, codes)
    if not np.isfinite(table).all():
        raise DataError("Every unit needs a value of every outcome, and some have none.", hint="Drop or impute them.")
    deals, listed = assignments(arm > 0.5, n_draws=n_draws, seed=seed)
    actual = np.abs(_statistics(table, (arm > 0.5)[None, :], statistic))[0]
    drawn = np.abs(_statistics(table, deals, statistic))
    unadjusted = (drawn >= actual - 1e-12 * np.maximum(1.0, actual)).mean(axis=0)
    smallest = 1 / len(deals)
    how = f"all {len(deals)} assignments" if listed else f"{n_draws} draws"
    return Family(
        terms=tuple(outcomes), estimates=table[arm > 0.5].mean(axis=0) - table[arm <= 0.5].mean(axis=0),
        unadjusted=unadjusted, adjusted=step_down_max_t(actual, drawn), holm=adjust(unadjusted, "holm"),
        method=f"step-down max-T, {how}",
        provenance=Provenance(
            analysis=f"family of {len(outcomes)} outcomes", n_in=len(data), n_used=len(table), seed=seed,
            options={"treated": treated, "cluster": cluster, "statistic": statistic},
        ),
        caveats=(_floor(smallest),) if smallest > 0.01 else (),
    )  # fmt: skip


def _site_means(values: FloatArray, codes: npt.NDArray[np.int64], name: str) -> FloatArray:
    known = np.isfinite(values)
    counts = np.bincount(codes[known], minlength=int(codes.max()) + 1)
    if (counts == 0).any():
        raise DataError(
            f"Every site needs a value of `{name}`, and some have none.",
            where=f"Sites without a value: {int((counts == 0).sum())} of {counts.size}.",
            hint="Leave those sites out of the data.",
        )
    return np.asarray(np.bincount(codes[known], values[known], minlength=len(counts)) / counts)


def _statistics(table: FloatArray, deals: npt.NDArray[np.bool_], statistic: str) -> FloatArray:
    """Difference of means, or Welch's t, of every outcome under every assignment (B, m)."""
    n = deals.sum(axis=1)[:, None]
    sides = []
    for side, size in ((deals, n), (~deals, deals.shape[1] - n)):
        mean = side @ table / size
        square = np.maximum(side @ table**2 / size - mean**2, 0.0) * size / np.maximum(size - 1, 1)
        sides.append((mean, square / size))
    gap = sides[0][0] - sides[1][0]
    if statistic == "difference":
        return np.asarray(gap / table.std(axis=0))
    return np.asarray(gap / np.sqrt(np.maximum(sides[0][1] + sides[1][1], 1e-14 * table.var(axis=0))))


def _floor(smallest: float) -> Caveat:
    sentence = f"With these assignments no p can fall below {smallest:.3f}."
    return Caveat(code="smallest_attainable_p", sentence=sentence, numbers={"smallest_p": smallest})
