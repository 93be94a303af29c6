"""The graded response model: how sharply, and where on the scale, each ordinal item separates people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import ConvergenceError, DataError, NotIdentifiedError, did_you_mean
from sctoolkit.measurement.irt.grm_result import Grm
from sctoolkit.measurement.irt.limited_information import LimitedIndices, LimitedStatistic, limited_indices
from sctoolkit.measurement.items.item_codes import ItemCodes, code_items
from sctoolkit.measurement.items.membership import Labels, items_and_labels, level_names
from sctoolkit.numerics.irt.grm import RUNAWAY_SLOPE, GrmFit, fit_grm, parameter_vcov
from sctoolkit.numerics.irt.grm_likelihood import Grid, normal_grid
from sctoolkit.options import check_option
from sctoolkit.result import Caveat, Provenance

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

InformationKind = Literal["observed", "crossproduct", "sandwich"]

IntArray = npt.NDArray[np.int64]

MOST_ITEMS_FOR_FIT = 80
"""Items up to which limited-information fit is computed; its work grows with the fourth power of items."""


def grm(
    data: pd.DataFrame | Scores | Responses,
    *,
    scale: str | None = None,
    group: str | Sequence[Any] | None = None,
    free_items: Sequence[str] = (),
    std_errors: InformationKind = "observed",
    statistic: LimitedStatistic = "C2",
    ci_level: float = 0.95,
    n_points: int = 61,
    bound: float = 6.0,
) -> Grm:
    """Fit a graded response model with one factor, for one group or several.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed ordinal items, respondents in rows. Missing answers are left out of the likelihood (right when they are
        missing at random); respondents without any answer are dropped and counted.
    scale : str, optional
        Scale of the instrument; for `Scores` and `Responses`.
    group : str or sequence, optional
        Column or labels of groups. The first group has theta with mean 0 and sd 1; means and sds of the others are
        estimated, on the strength of the items that all groups share.
    free_items : sequence of str
        Items with parameters of their own in every group.
    std_errors : "observed", "crossproduct" or "sandwich"
        Observed information (Louis, 1982); cross-product of scores (fast with very many respondents); robust.
    statistic : "C2" or "M2*"
        Limited-information fit: C2 keeps every category in the univariate margins, M2* item means only; they agree for
        items of two categories.
    n_points, bound : int, float
        Quadrature on [-bound, bound] standard deviations.

    Returns
    -------
    Grm
        Slopes, intercepts and difficulties with errors; ``glance()`` has the fit; ``information()``,
        ``summed_scores()``, ``marginal_reliability()``. Scores of people: `factor_scores`.

    Raises
    ------
    DataError
        If an item does not vary, has more than 15 categories, or a free item lacks a category in a group.
    NotIdentifiedError
        If there are fewer than three items.
    ConvergenceError
        If the likelihood has no maximum within reach, as when an item determines the others.

    Notes
    -----
    P(X >= c | theta) = logistic(a theta + d_c), b_c = -d_c / a; marginal maximum likelihood over a normal theta.

    References
    ----------
    Samejima (1969), Psychometrika Monograph 17; Bock & Aitkin (1981), doi:10.1007/BF02293801.
    Oracle: tests/oracle/grm.R (direct maximisation) and figures of mirt.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> theta = rng.normal(size=(300, 1))
    >>> items = pd.DataFrame((theta + rng.logistic(size=(300, 4)) > 0).astype(float), columns=list("abcd"))
    >>> fit = grm(items)
    >>> fit.glance()[["n_obs", "n_par", "dof"]].to_dict("records")
    [{'n_obs': 300, 'n_par': 8, 'dof': 2}]
    """
    check_option("std_errors", std_errors, get_args(InformationKind))
    check_option("statistic", statistic, get_args(LimitedStatistic))
    items, labels = items_and_labels(data, scale, group=group)
    answered, which, names, caveats = rows_in_use(items, labels["group"])
    coded = code_items(answered)
    if len(coded.items) < 3:
        raise NotIdentifiedError(
            f"A graded response model must have at least three items, not {len(coded.items)}.",
            where="Two items have one association, which cannot tell two slopes apart.",
            hint="Use their sum, or their correlation.",
        )
    item_of = item_rows(coded, which, len(names), free_items)
    fit = fit_grm(coded.codes, group=which, item_of=item_of, n_points=n_points, bound=bound)
    check_convergence(fit, coded)
    vcov = parameter_vcov(fit, std_errors)
    grid = normal_grid(n_points, bound)
    return Grm(
        items=coded.items,
        categories=coded.categories,
        groups=tuple(map(str, names)),
        free_items=tuple(free_items),
        estimates=fit,
        vcov=vcov,
        std_error_method=std_errors,
        fit=_indices(coded, which, fit, grid, statistic),
        n_obs=len(answered),
        n_points=n_points,
        bound=bound,
        ci_level=ci_level,
        provenance=Provenance(
            analysis="graded response model (items ordinal)",
            scale=scale,
            n_in=len(items),
            n_used=len(answered),
            missing_rule="missing answers left out of the likelihood",
            options={
                "group": group if isinstance(group, str) else None,
                "free_items": tuple(free_items),
                "std_errors": std_errors,
                "statistic": statistic,
                "n_points": n_points,
                "bound": bound,
            },
        ),
        caveats=(*caveats, *_model_caveats(coded, fit, bool(np.isnan(vcov).any()))),
    )


def _indices(coded: ItemCodes, group: IntArray, fit: GrmFit, grid: Grid, statistic: LimitedStatistic) -> LimitedIndices:
    """Limited-information fit; undefined beyond `MOST_ITEMS_FOR_FIT` items, where its matrices outgrow a computer."""
    if len(coded.items) > MOST_ITEMS_FOR_FIT:
        nan = float("nan")
        return LimitedIndices(statistic, nan, 0, nan, nan, nan, nan, nan, nan, nan)
    return limited_indices(coded.codes, group, coded.n_categories, fit, grid, statistic)


def rows_in_use(items: pd.DataFrame, group: Labels | None) -> tuple[pd.DataFrame, IntArray, list[Any], list[Caveat]]:
    """Rows with an answer and a group, group numbers, group names, and what was left out."""
    answered = items.notna().any(axis=1).to_numpy()
    caveats = []
    if not answered.all():
        n = int((~answered).sum())
        caveats.append(
            Caveat(
                code="no_answers",
                sentence=f"{n} of {len(items)} respondents answered none of the items and were left out.",
                numbers={"n": n},
            )
        )
    if group is None:
        return items[answered], np.zeros(int(answered.sum()), dtype=np.int64), [""], caveats
    labelled = np.array([label is not None for label in group])
    if not labelled.all():
        n = int((~labelled).sum())
        caveats.append(
            Caveat(code="no_group", sentence=f"{n} respondents have no group and were left out.", numbers={"n": n})
        )
    keep = answered & labelled
    names = level_names(group[keep])
    if len(names) < 2:
        raise DataError(f"`group` must hold at least two groups, not {len(names)}.")
    numbers = {name: number for number, name in enumerate(names)}
    return items[keep], np.array([numbers[label] for label in group[keep]], dtype=np.int64), names, caveats


def item_rows(coded: ItemCodes, group: IntArray, n_groups: int, free_items: Sequence[str]) -> IntArray:
    """Return which distinct item each item is in each group, (n_groups, k).

    Raises
    ------
    DataError
        If a free item is unknown, no item is shared, or a group lacks a category of a free item.
    """
    k = len(coded.items)
    unknown = [name for name in free_items if name not in coded.items]
    if unknown:
        raise DataError(
            f"`free_items` must name items, not `{unknown[0]}`.", hint=did_you_mean(unknown[0], coded.items)
        )
    if n_groups > 1 and len(set(free_items)) == k:
        raise DataError(
            "At least one item must be shared by all groups: without it their scales cannot be compared.",
            hint="Leave one or more items out of `free_items`; `dif` proposes which.",
        )
    rows = np.tile(np.arange(k), (n_groups, 1))
    following = k
    for name in free_items if n_groups > 1 else ():
        place = coded.items.index(name)
        for g in range(n_groups):
            numbers = coded.codes[group == g, place]
            absent = [c for c in range(len(coded.categories[place])) if not (numbers == c).any()]
            if absent:
                answer = coded.categories[place][absent[0]]
                raise DataError(
                    f"A free item must show every category in every group; `{name}` lacks answer {answer:g} in one.",
                    where=f"Group number {g + 1} of {n_groups} in sorted order.",
                    hint="Merge the category with its neighbour, or keep the item shared.",
                )
            if g > 0:
                rows[g, place] = following
                following += 1
    return rows


def check_convergence(fit: GrmFit, coded: ItemCodes) -> None:
    """Raise when the iterations ended without a maximum.

    Raises
    ------
    ConvergenceError
        Naming the steepest item.
    """
    if fit.converged:
        return
    steepest = int(np.abs(fit.items.slopes).argmax())
    place = int(np.argwhere(fit.item_of == steepest)[0, 1])
    runaway = abs(fit.items.slopes[steepest]) > RUNAWAY_SLOPE
    raise ConvergenceError(
        "The graded response model must have a highest likelihood, and none was within reach.",
        where=f"Steepest item: `{coded.items[place]}`{'; its slope grows without end' if runaway else ''}.",
        hint="Look for two items that ask the same, an item that follows from the others, or too few respondents.",
    )


def _model_caveats(coded: ItemCodes, fit: GrmFit, undefined: bool) -> list[Caveat]:
    """What a reader of the estimates has to know."""
    caveats = []
    slopes = fit.items_in(0).slopes
    against = [name for name, slope in zip(coded.items, slopes, strict=True) if slope < 0.0]
    if against:
        caveats.append(
            Caveat(
                code="negative_slope",
                sentence=f"Items that run against the others: {', '.join(against)}. Check their keying.",
                numbers={"items": against},
            )
        )
    counts = {name: np.bincount(coded.codes[coded.codes[:, j] >= 0, j]).min() for j, name in enumerate(coded.items)}
    sparse = [name for name, count in counts.items() if count < 5]
    if sparse:
        caveats.append(
            Caveat(
                code="sparse_category",
                sentence=f"Fewer than 5 people chose some category of: {', '.join(sparse)}.",
                numbers={"items": sparse},
                n_people=int(min(counts.values())),
            )
        )
    n = int(coded.codes.shape[0])
    if n < 5 * fit.n_par:
        caveats.append(
            Caveat(
                code="few_respondents",
                sentence=f"{n} respondents for {fit.n_par} parameters: fewer than five each; slopes are unstable.",
                numbers={"n_obs": n, "n_par": fit.n_par},
                n_people=n,
            )
        )
    if len(coded.items) > MOST_ITEMS_FOR_FIT:
        caveats.append(
            Caveat(
                code="fit_not_computed",
                sentence=f"Limited-information fit is computed for at most {MOST_ITEMS_FOR_FIT} items.",
                numbers={"n_items": len(coded.items)},
            )
        )
    if undefined:
        caveats.append(
            Caveat(
                code="std_errors_undefined",
                sentence="The information matrix is not positive definite, so that standard errors are undefined.",
            )
        )
    return caveats
