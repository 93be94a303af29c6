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
from sctoolkit.change.route.panel import numeric
from sctoolkit.errors import DataError, OptionError, did_you_mean
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
    if table.empty:
        raise DataError(
            "A family needs one test or more, and the table has no row.",
            where="columns `p_value` and " + f"`{label}`",
            hint="Pass the rows that answer one question, one a test.",
        )
    p_values = numeric(table, "p_value")
    terms = tuple(str(name) for name in table[label])
    if primary is not None and terms.count(primary) != 1:
        times = "there twice or more" if primary in terms else "not there"
        raise DataError(
            f"The primary test `{primary}` must be in the table once, and it is {times}.",
            where=f"tests: {', '.join(dict.fromkeys(terms))}",
            hint="Give each test a name of its own." if primary in terms else did_you_mean(primary, terms),
        )
    other = np.array([term != primary for term in terms])
    adjusted = p_values.copy()
    adjusted[other] = adjust(p_values[other], method)
    holm = adjust(p_values, "holm")
    undefined = int(np.isnan(p_values).sum())
    estimates = table["estimate"].to_numpy(dtype=np.float64) if "estimate" in table else np.full(len(table), np.nan)
    return Family(
        terms=terms, estimates=estimates, unadjusted=p_values, adjusted=adjusted, holm=holm, method=LABELS[method],
        provenance=Provenance(analysis=f"family of {len(terms)} tests", options={"method": method, "primary": primary}),
        caveats=(_undefined(undefined, len(terms)),) if undefined else (),
    )  # fmt: skip


def _undefined(n: int, m: int) -> Caveat:
    """Return how many tests of the family have no p-value."""
    sentence = f"{n} of {m} tests have no p-value and do not count towards the family."
    return Caveat(code="tests_without_p", sentence=sentence, numbers={"n_undefined": n, "n_tests": m})


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
        Rows of people or of sites. Rows without a site or an arm are left out and counted.
    outcomes : sequence of str
        Columns of numbers, each a value a unit: after the programme, or a change.
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
        If treatment is not 0/1, varies within a site or is the same for all, a site has no value of an outcome, or an
        outcome does not vary.
    OptionError
        If no outcome is named.

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
    if isinstance(outcomes, str) or not len(outcomes):
        raise OptionError(
            f"Option `outcomes` must be a list of one column or more, not {outcomes!r}.",
            where="a family of outcomes that answer one question",
            hint="For one outcome: `outcomes=['trust']`.",
        )
    require_columns(data, [*outcomes, treated, *([cluster] if cluster else [])])
    known = data[treated].notna() & (data[cluster].notna() if cluster else True)
    used = data[known]
    table = np.column_stack([numeric(used, name) for name in outcomes])
    arm = _arm(used, treated)
    if cluster is not None:
        table, arm = _sites(used, table, arm, outcomes, treated, cluster)
    _check_units(table, arm, outcomes, treated, cluster)
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
        caveats=(
            *([_left_out(len(data) - len(used), len(data))] if len(used) < len(data) else []),
            *([_floor(smallest)] if smallest > 0.01 else []),
        ),
    )  # fmt: skip


def _arm(data: pd.DataFrame, treated: str) -> FloatArray:
    """Return the 0/1 column of who takes part."""
    arm = numeric(data, treated)
    if not np.isin(arm, (0.0, 1.0)).all():
        found = ", ".join(f"{value:g}" for value in np.unique(arm)[:5])
        raise DataError(
            f"`{treated}` must hold 0 and 1, not {found}.",
            where=f"{int((~np.isin(arm, (0.0, 1.0))).sum())} of {len(arm)} rows hold something else",
            hint="Turn labels into 1 for those who take part and 0 for the others.",
        )
    return arm


def _sites(
    data: pd.DataFrame, table: FloatArray, arm: FloatArray, outcomes: Sequence[str], treated: str, cluster: str
) -> tuple[FloatArray, FloatArray]:
    """Return means of sites (G, m) and whether each takes part."""
    codes, labels = group_codes(data, [cluster])
    shares = collapse(arm, codes)
    mixed_sites = [str(labels[g]) for g in np.flatnonzero((shares > 0) & (shares < 1))]
    if mixed_sites:
        raise DataError(
            f"`{treated}` must be the same for everyone in a site, and varies in {', '.join(mixed_sites[:5])}.",
            where=f"{len(mixed_sites)} of {len(labels)} sites",
            hint="Leave `cluster` out if people were assigned one by one.",
        )
    means = []
    for j, name in enumerate(outcomes):
        seen = np.isfinite(table[:, j])
        counts = np.bincount(codes[seen], minlength=len(labels))
        if (counts == 0).any():
            without = [str(labels[g]) for g in np.flatnonzero(counts == 0)]
            raise DataError(
                f"Every site needs a value of `{name}`, and {', '.join(without[:5])} {_has(len(without))} none.",
                where=f"sites without a value: {len(without)} of {len(labels)}",
                hint="Leave those sites out of the data, or the outcome out of the family.",
            )
        means.append(np.bincount(codes[seen], table[seen, j], minlength=len(labels)) / counts)
    return np.column_stack(means), shares


def _has(n: int) -> str:
    return "has" if n == 1 else "have"


def _check_units(
    table: FloatArray, arm: FloatArray, outcomes: Sequence[str], treated: str, cluster: str | None
) -> None:
    """Raise unless units are complete, stand on both sides, and differ in every outcome."""
    units = "sites" if cluster else "rows"
    holes = ~np.isfinite(table).all(axis=1)
    if holes.any():
        raise DataError(
            "Every unit needs a value of every outcome, and some have none.",
            where=f"{int(holes.sum())} of {len(table)} {units}",
            hint="Leave these rows out, impute them, or give `cluster`, whose means need one value a site.",
        )
    n_treated = int((arm > 0.5).sum())
    if not 0 < n_treated < len(arm):
        raise DataError(
            f"There must be {units} with and without `{treated}`.",
            where=f"{n_treated} of {len(arm)} {units} take part",
            hint="Without a comparison use `estimate_change` for each outcome and `adjust_family` on their p-values.",
        )
    flat = [name for name, spread in zip(outcomes, np.ptp(table, axis=0), strict=True) if not spread > 0]
    if flat:
        raise DataError(
            f"Each outcome must vary between {units}, and `{flat[0]}` does not.",
            where=f"{len(flat)} of {len(outcomes)} outcomes are constant",
            hint="Leave constant outcomes out of the family.",
        )


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


def _left_out(n: int, n_in: int) -> Caveat:
    sentence = f"{n} of {n_in} rows were left out: no site or no arm is known."
    return Caveat(code="rows_left_out", sentence=sentence, numbers={"n_left_out": n, "n_in": n_in})


def _floor(smallest: float) -> Caveat:
    sentence = f"With these assignments no p can fall below {smallest:.3f}."
    return Caveat(code="smallest_attainable_p", sentence=sentence, numbers={"smallest_p": smallest})
