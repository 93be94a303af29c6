"""The graded response model: how sharply, and where on the scale, each ordinal item separates people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import ConvergenceError, DataError, NotIdentifiedError, OptionError, did_you_mean
from sctoolkit.measurement.irt.grm_caveats import MOST_ITEMS_FOR_FIT, model_caveats
from sctoolkit.measurement.irt.grm_result import Grm
from sctoolkit.measurement.irt.limited_information import LimitedIndices, LimitedStatistic, limited_indices
from sctoolkit.measurement.items.design_columns import sampling_weights, weights_in_use
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

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def grm(
    data: pd.DataFrame | Scores | Responses,
    *,
    scale: str | None = None,
    group: str | Sequence[Any] | None = None,
    free_items: Sequence[str] = (),
    weights: str | Sequence[float] | npt.NDArray[Any] | None = None,
    std_errors: InformationKind | None = None,
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
    weights : str or (n,) sequence, optional
        Sampling weights: a column of a frame (which is then no item), or one number a respondent; scaled to a mean of 1
        within groups. Respondents of weight 0 are left out.
    std_errors : "observed", "crossproduct" or "sandwich", optional
        Observed information (Louis, 1982), the default; cross-product of scores (fast with very many respondents);
        robust, which is the default and the only one with weights.
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
    OptionError
        If errors are asked for that weights do not allow.

    Notes
    -----
    P(X >= c | theta) = logistic(a theta + d_c), b_c = -d_c / a; marginal maximum likelihood over a normal theta. With
    weights the log-likelihoods of respondents are weighted (pseudo maximum likelihood, Binder 1983): estimates equal
    those of a file in which rows are repeated, fit indices are withheld.

    References
    ----------
    Samejima (1969), Psychometrika Monograph 17; Bock & Aitkin (1981), doi:10.1007/BF02293801; Binder (1983),
    doi:10.2307/1402588.   Oracle: tests/oracle/grm.R, grm_weights.R (direct maximisation) and figures of mirt.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> theta = rng.normal(size=(300, 1))
    >>> items = pd.DataFrame((theta + rng.logistic(size=(300, 4)) > 0).astype(float), columns=list("abcd"))
    >>> fit = grm(items)
    >>> fit.glance()[["n_obs", "n_par", "dof"]].to_dict("records")
    [{'n_obs': 300, 'n_par': 8, 'dof': 2}]
    """
    errors = _error_kind(std_errors, weighted=weights is not None)
    check_option("statistic", statistic, get_args(LimitedStatistic))
    items, labels = items_and_labels(data, scale, group=group, weights=weights)
    weight = sampling_weights(labels["weights"])
    answered, which, names, caveats = rows_in_use(items, labels["group"], weight)
    coded = code_items(answered)
    if len(coded.items) < 3:
        raise NotIdentifiedError(
            f"A graded response model must have at least three items, not {len(coded.items)}.",
            where="Two items have one association, which cannot tell two slopes apart.",
            hint="Use their sum, or their correlation.",
        )
    item_of = item_rows(coded, which, len(names), free_items)
    used = _weights_by_group(weight, np.isin(np.arange(len(items)), answered.index), which)
    fit = fit_grm(coded.codes, group=which, item_of=item_of, weights=used, n_points=n_points, bound=bound)
    check_convergence(fit, coded)
    vcov = parameter_vcov(fit, errors)
    provenance = Provenance(
        analysis="graded response model (items ordinal)",
        scale=scale,
        n_in=len(items),
        n_used=len(answered),
        missing_rule="missing answers left out of the likelihood",
        options={
            "group": group if isinstance(group, str) else None, "free_items": tuple(free_items),
            "weighted": used is not None, "std_errors": errors, "statistic": statistic, "n_points": n_points,
            "bound": bound,
        },
    )  # fmt: skip
    return Grm(
        items=coded.items,
        categories=coded.categories,
        groups=tuple(map(str, names)),
        free_items=tuple(free_items),
        estimates=fit,
        vcov=vcov,
        std_error_method=errors,
        weighted=used is not None,
        fit=_indices(coded, which, fit, normal_grid(n_points, bound), statistic, weighted=used is not None),
        n_obs=len(answered),
        n_points=n_points,
        bound=bound,
        ci_level=ci_level,
        provenance=provenance,
        caveats=(
            *caveats, *model_caveats(coded, fit, undefined=bool(np.isnan(vcov).any()), weighted=used is not None)
        ),
    )  # fmt: skip


def _error_kind(asked: InformationKind | None, *, weighted: bool) -> InformationKind:
    """Kind of standard errors: as asked, observed information without weights and the sandwich with them."""
    if asked is None:
        return "sandwich" if weighted else "observed"
    check_option("std_errors", asked, get_args(InformationKind))
    if weighted and asked != "sandwich":
        raise OptionError(
            f"Option `std_errors` must be `sandwich` with sampling weights, not `{asked}`.",
            where="An information matrix takes weights for numbers of people.",
            hint='Leave it out, or `std_errors="sandwich"`.',
        )
    return asked


def _weights_by_group(weight: FloatArray | None, rows: npt.NDArray[np.bool_], group: IntArray) -> FloatArray | None:
    """Weights of the rows in use with mean 1 within each group."""
    used = weights_in_use(weight, rows)
    if used is None:
        return None
    means = np.bincount(group, weights=used) / np.bincount(group)
    return np.asarray(used / means[group])


def _indices(
    coded: ItemCodes, group: IntArray, fit: GrmFit, grid: Grid, statistic: LimitedStatistic, *, weighted: bool
) -> LimitedIndices:
    """Limited-information fit; nan with weights, and beyond 80 items, where its matrices outgrow a computer."""
    if weighted or len(coded.items) > MOST_ITEMS_FOR_FIT:
        nan = float("nan")
        return LimitedIndices(statistic, nan, 0, nan, nan, nan, nan, nan, nan, nan)
    return limited_indices(coded.codes, group, coded.n_categories, fit, grid, statistic)


def rows_in_use(
    items: pd.DataFrame, group: Labels | None, weight: FloatArray | None = None
) -> tuple[pd.DataFrame, IntArray, list[Any], list[Caveat]]:
    """Rows with an answer, a group and a weight above 0, group numbers, group names, and what was left out."""
    items = items.reset_index(drop=True)
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
    if weight is not None and (n := int((answered & (weight == 0.0)).sum())):
        sentence = f"{n} respondents have a weight of 0 and were left out."
        caveats.append(Caveat(code="no_weight", sentence=sentence, numbers={"n": n}))
        answered = answered & (weight != 0.0)
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
        raise DataError(
            f"`group` must hold at least two groups, not {len(names)}.",
            hint="Leave `group` out to fit one model for everybody.",
        )
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
