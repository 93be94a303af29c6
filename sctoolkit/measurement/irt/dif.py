"""Differential item functioning: whether people of equal standing answer an item differently by group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import ConvergenceError, DataError, OptionError, did_you_mean
from sctoolkit.measurement.irt.dif_caveats import dif_caveats, rest_matching
from sctoolkit.measurement.irt.dif_irt import GradedGroups, fit_anchored, irt_items, with_parts
from sctoolkit.measurement.irt.dif_matching import Matching, logistic_item, mantel_item, matching_score
from sctoolkit.measurement.irt.dif_result import SIZE_RULES, Dif, ItemDif, size_name
from sctoolkit.measurement.irt.grm import rows_in_use
from sctoolkit.measurement.items.item_codes import code_items
from sctoolkit.measurement.items.membership import items_and_labels
from sctoolkit.numerics.change.multiplicity import adjust
from sctoolkit.options import check_option
from sctoolkit.result import FloatArray, Provenance

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

DifMethod = Literal["logistic", "mantel", "irt"]
IntArray = npt.NDArray[np.int64]
Detect = Callable[[list[int]], list[ItemDif]]

_SMALLEST_GROUP = 10
_ROUNDS = 20


def dif(
    data: pd.DataFrame | Scores | Responses,
    group: str | Sequence[Any],
    *,
    method: DifMethod = "logistic",
    scale: str | None = None,
    reference: Any = None,
    anchors: Sequence[str] | None = None,
    purify: bool = True,
    matching: Matching = "total",
    alpha: float = 0.05,
) -> Dif:
    """Test every item of a scale for differential functioning between groups, with effect sizes.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed ordinal items.
    group : str or sequence
        Column or labels of groups (sides, sexes, languages, waves of different people).
    method : "logistic", "mantel" or "irt"
        ``logistic``: ordinal regression on the matching score, uniform and non-uniform DIF (Zumbo, 1999). ``mantel``:
        mean answers within strata of the matching score (Mantel, 1963), and the generalised Mantel-Haenszel test.
        ``irt``: likelihood ratios of graded response models; the deciding test of all parameters of an item splits into
        tests of its slope (non-uniform DIF) and of its thresholds at one slope (uniform DIF). The first two take people
        who answered every item, ``irt`` everybody.
    scale : str, optional
        Scale of the instrument; for `Scores` and `Responses`.
    reference : optional
        Label of the reference group; the first in sorted order when left out.
    anchors : sequence of str, optional
        Items known to work alike; they alone are the matching score or tie the scales, and are not purified.
    purify : bool
        Take flagged items out of the matching score (or free them) and test again until the same items are flagged.
    matching : "total" or "rest"
        Whether the matching score holds the studied item. With it, items that follow a Rasch model are not flagged
        although groups differ (Holland & Thayer, 1988); ``rest`` is the alternative that some programs use, and a
        caveat warns of it where groups differ.
    alpha : float
        Level for p-values that Benjamini and Hochberg's correction has adjusted over items.

    Returns
    -------
    Dif
        An item is flagged when its adjusted p is below ``alpha`` and its size more than negligible by
        `sctoolkit.measurement.irt.dif_result.SIZE_RULES`: with many people trifles are significant, and with few people
        large estimates are noise.

    Raises
    ------
    DataError
        If a group has fewer than 10 respondents, anchors are unknown, or items do not vary.
    OptionError
        If ``alpha`` is not between 0 and 1 or ``reference`` is no group.

    Notes
    -----
    With 2 x 300 people and graded items of unequal slopes, ``mantel`` and ``logistic`` flag items that work alike at
    their nominal 5% where groups do not differ. Half a standard deviation apart they do so about 6 and 5% of the time
    with ``total`` matching, because an unweighted sum does not hold all that answers say about the trait, and 21 and
    17% with ``rest`` matching, which is less reliable still: benchmarks/RESULTS-irt_simulations.md. ``irt`` has no
    matching score.

    References
    ----------
    Zumbo (1999), A Handbook on the Theory and Methods of DIF; Mantel (1963), doi:10.1080/01621459.1963.10500879;
    Thissen, Steinberg & Wainer (1993), in Holland & Wainer, Differential Item Functioning; Holland & Thayer (1988), in
    Wainer & Braun, Test Validity.   Oracle: tests/oracle/dif.R (MASS::polr, mantelhaen.test).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> side = np.repeat(["community", "statutory"], 300)
    >>> answers = (rng.normal(size=(600, 1)) + rng.logistic(size=(600, 6)) > 0).astype(float)
    >>> answers[side == "statutory", 2] = rng.random(300) < 0.85
    >>> dif(pd.DataFrame(answers, columns=list("abcdef")), side).flagged
    ('c',)
    """
    check_option("method", method, get_args(DifMethod))
    check_option("matching", matching, get_args(Matching))
    if not 0.0 < alpha < 1.0:
        raise OptionError(f"`alpha` must be between 0 and 1, not {alpha:g}.", hint="For example `alpha=0.05`.")
    items, labels = items_and_labels(data, scale, group=group)
    used, numbers, names, caveats = rows_in_use(items, labels["group"])
    n_answered = len(used)
    if method != "irt":
        complete = used.notna().all(axis=1).to_numpy()
        used, numbers = used[complete], numbers[complete]
    numbers, groups = _reference_first(numbers, names, reference)
    sizes = _check_sizes(numbers, groups)
    coded = code_items(used)
    start = _anchor_places(coded.items, anchors)
    values = used.to_numpy(dtype=np.float64)
    detect = _detector(method, GradedGroups(coded, values, numbers, groups), matching)
    found, places, rounds, stable = _purified(detect, start, purify and anchors is None, method, alpha)
    adjusted, names_of_sizes, flagged = _judged(found, method, alpha)
    gaps = {}
    if method == "irt":
        graded = GradedGroups(coded, values, numbers, groups)
        found = with_parts(graded, frozenset(range(len(coded.items))) - frozenset(places), found)
        gaps = _group_gaps(graded, places)
    return Dif(
        items=tuple(found),
        p_adjusted=adjusted,
        sizes=names_of_sizes,
        flagged=flagged,
        anchors=tuple(coded.items[place] for place in places),
        groups=groups,
        rounds=rounds,
        method=method,
        n_obs=len(used),
        group_gaps=gaps,
        provenance=Provenance(
            analysis="differential item functioning (items ordinal)",
            scale=scale,
            n_in=len(items),
            n_used=len(used),
            missing_rule="missing answers left out"
            if method == "irt"
            else "respondents with a missing answer left out",
            options={"method": method, "purify": purify, "matching": matching, "alpha": alpha},
        ),
        caveats=(
            *caveats,
            *dif_caveats(found, sizes, groups, n_answered - len(used), stable),
            *(rest_matching(values, numbers, groups) if matching == "rest" and method != "irt" else ()),
        ),
    )


def _reference_first(numbers: IntArray, names: list[Any], reference: Any) -> tuple[IntArray, tuple[str, ...]]:
    """Renumber the groups so that the reference is 0."""
    labels = [str(name) for name in names]
    if reference is None:
        return numbers, tuple(labels)
    if str(reference) not in labels:
        raise OptionError(f"`reference` must be a group, not `{reference}`.", hint=did_you_mean(str(reference), labels))
    first = labels.index(str(reference))
    order = [first, *(g for g in range(len(labels)) if g != first)]
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place[numbers], tuple(labels[g] for g in order)


def _check_sizes(numbers: IntArray, groups: tuple[str, ...]) -> IntArray:
    """Raise for a group that is too small for any comparison."""
    sizes = np.bincount(numbers, minlength=len(groups)).astype(np.int64)
    if sizes.min() < _SMALLEST_GROUP:
        label = groups[int(sizes.argmin())]
        raise DataError(
            f"Each group must have at least {_SMALLEST_GROUP} respondents, and `{label}` has {sizes.min()}.",
            hint="Leave the group out or join it with another.",
        )
    return sizes


def _anchor_places(items: tuple[str, ...], anchors: Sequence[str] | None) -> list[int]:
    """Places of the anchors; all items when none are named."""
    if anchors is None:
        return list(range(len(items)))
    unknown = [name for name in anchors if name not in items]
    if unknown:
        raise DataError(f"`anchors` must name items, not `{unknown[0]}`.", hint=did_you_mean(unknown[0], items))
    if not anchors:
        raise DataError("`anchors` must name at least one item.", hint="Leave it out to take all items and purify.")
    return [items.index(name) for name in anchors]


def _detector(method: str, data: GradedGroups, matching: Matching) -> Detect:
    """The function that tests all items given the places of the anchors."""
    k = len(data.coded.items)
    if method == "irt":
        return lambda anchors: irt_items(data, frozenset(range(k)) - frozenset(anchors))[0]
    one = logistic_item if method == "logistic" else mantel_item

    def detect(anchors: list[int]) -> list[ItemDif]:
        return [
            one(name, data.values[:, j], data.group, data.groups, matching_score(data.values, j, anchors, matching))
            for j, name in enumerate(data.coded.items)
        ]

    return detect


def _purified(
    detect: Detect, anchors: list[int], purify: bool, method: str, alpha: float
) -> tuple[list[ItemDif], list[int], int, bool]:
    """Results, anchors, rounds and whether the anchors settled."""
    seen: list[list[int]] = []
    found = detect(anchors)
    if not purify:
        return found, anchors, 1, True
    for number in range(1, _ROUNDS + 1):
        _, _, flagged = _judged(found, method, alpha)
        clean = [place for place, entry in enumerate(found) if entry.item not in flagged]
        if clean == anchors:
            return found, anchors, number, True
        if len(clean) < 2 or clean in seen:
            return found, anchors, number, False
        seen.append(clean)
        try:
            found, anchors = detect(clean), clean
        except ConvergenceError:
            return found, anchors, number, False
    return found, anchors, _ROUNDS, False


def _judged(
    found: list[ItemDif], method: str, alpha: float
) -> tuple[dict[str, float], dict[str, str], tuple[str, ...]]:
    """Adjusted p and name of size by item, and the flagged items."""
    adjusted: FloatArray = adjust(np.array([entry.p_value for entry in found]), "bh")
    smallest = SIZE_RULES[method][0].names[0]
    sizes = {entry.item: size_name(method, entry.sizes) if entry.sizes else "" for entry in found}
    flagged = tuple(
        entry.item
        for entry, p in zip(found, adjusted, strict=True)
        if np.isfinite(p) and p < alpha and sizes[entry.item] not in ("", smallest)
    )
    return {entry.item: float(p) for entry, p in zip(found, adjusted, strict=True)}, sizes, flagged


def _group_gaps(data: GradedGroups, anchors: list[int]) -> dict[str, dict[str, float]]:
    """Latent means of the focal groups with all items shared and with the other than anchors free."""
    shared = fit_anchored(data, frozenset())
    anchored = fit_anchored(data, frozenset(range(len(data.coded.items))) - frozenset(anchors), shared)
    return {
        label: {"all_shared": float(shared.group_means[g]), "anchored": float(anchored.group_means[g])}
        for g, label in enumerate(data.groups)
        if g > 0
    }
