"""From a frame to what a model is fitted to: rows in use, groups, categories, weights, clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError
from sctoolkit.measurement.items.item_categories import CodeArray, coded, item_categories
from sctoolkit.numerics.structure.implied_moments import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelData:
    """Rows in use, one entry a group.

    Attributes
    ----------
    items : tuple of str
    groups : tuple of str
        Labels in sorted order; one empty label without groups.
    values : tuple of (n_g, p) float arrays
        As given; nan where missing.
    codes : tuple of (n_g, p) int8 arrays
        Categories from 0, -1 where missing; empty for continuous items.
    categories : dict
        Original codes of each ordered item's categories, lowest first.
    rows : tuple of (n_g,) int arrays
        Positions in the caller's frame.
    weights : tuple of (n_g,) float arrays, or None
        Sampling weights, rescaled to a mean of 1 in each group.
    clusters : tuple of (n_g,) int arrays, or None
    n_rows : int
        Rows of the caller's frame.
    n_dropped : int
        Rows left out: missing answers, or no group, weight or cluster.
    missing : str
    collapsed : tuple of str
        What was collapsed on request, in words.
    ordered, covariates : tuple of str
        Ordered items; covariates on which the moments of ordered items are conditional.
    """

    items: tuple[str, ...]
    groups: tuple[str, ...]
    values: tuple[FloatArray, ...]
    codes: tuple[CodeArray, ...]
    categories: dict[str, tuple[float, ...]]
    rows: tuple[IntArray, ...]
    weights: tuple[FloatArray, ...] | None
    clusters: tuple[IntArray, ...] | None
    n_rows: int
    n_dropped: int
    missing: str
    collapsed: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    covariates: tuple[str, ...] = ()

    @property
    def n(self) -> tuple[int, ...]:
        """Return the rows in use of every group."""
        return tuple(rows.size for rows in self.rows)


def model_data(
    frame: pd.DataFrame,
    items: Sequence[str],
    *,
    ordered: Sequence[str],
    group: str | None,
    weights: str | None,
    cluster: str | None,
    missing: str,
    empty_categories: str,
    same_item: Mapping[str, str] | None = None,
    covariates: Sequence[str] = (),
) -> ModelData:
    """Return the data of a model, or an error that names what is wrong with them.

    Parameters
    ----------
    frame : DataFrame
        Items and the columns named by the other arguments.
    items : sequence of str
    ordered : sequence of str
        Items to be coded by category.
    group, weights, cluster : str or None
        Columns of ``frame``.
    missing : {"listwise", "pairwise", "fiml"}
    empty_categories : {"refuse", "collapse"}
        What to do when a group or wave lacks a category that another one has.
    same_item : mapping, optional
        Item of each column in models over waves; categories are then common to its columns.
    covariates : sequence of str
        Items that must be known for a row to count, whatever the missing rule.
    """
    table = frame[list(items)].to_numpy(dtype=np.float64, na_value=np.nan)
    keep = _rows_in_use(frame, table, group, weights, cluster, missing)
    if covariates:
        keep &= _covariates_known(table, items, covariates, keep)
    labels, members = _members(frame, group, keep)
    values = tuple(table[rows] for rows in members)
    _check_enough(values, items, labels)
    categories, collapsed = item_categories(values, items, ordered, labels, empty_categories, same_item or {})
    codes = tuple(coded(part, items, ordered, categories) for part in values) if ordered else ()
    shown = {name: tuple(sorted(set(mapping.values()))) for name, mapping in categories.items()}
    return ModelData(
        items=tuple(items),
        groups=labels,
        values=values,
        codes=codes,
        categories=shown,
        rows=members,
        weights=_weights(frame, weights, members),
        clusters=_clusters(frame, cluster, members),
        n_rows=len(frame),
        n_dropped=len(frame) - sum(rows.size for rows in members),
        missing=missing,
        collapsed=collapsed,
        ordered=tuple(ordered),
        covariates=tuple(covariates),
    )


def _covariates_known(
    table: FloatArray, items: Sequence[str], covariates: Sequence[str], keep: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Return the rows that know every covariate and answered at least one item."""
    held = np.array([name in covariates for name in items])
    seen = ~np.isnan(table)
    known = np.asarray(seen[:, held].all(axis=1) & seen[:, ~held].any(axis=1))
    if not (known & keep).any():
        raise DataError(
            f"At least one row must be usable, and none of {len(table)} is.",
            where=f"Every row misses all answers or a covariate: {', '.join(f'`{name}`' for name in covariates)}.",
            hint="Leave out the covariate that nobody gave.",
        )
    return known


def _rows_in_use(
    frame: pd.DataFrame,
    table: FloatArray,
    group: str | None,
    weights: str | None,
    cluster: str | None,
    missing: str,
) -> npt.NDArray[np.bool_]:
    """Return which rows count."""
    seen = ~np.isnan(table)
    keep = np.asarray(seen.all(axis=1) if missing == "listwise" else seen.any(axis=1))
    for name in (group, cluster):
        if name is not None:
            keep &= (frame[name].notna() & (frame[name] != "")).to_numpy(dtype=bool)
    if weights is not None:
        column = frame[weights].to_numpy(dtype=np.float64, na_value=np.nan)
        if bool(np.any(column < 0.0)) or bool(np.isinf(column).any()):
            raise DataError(
                f"Weights must be finite and at least 0, and `{weights}` holds others.",
                hint="Correct the weights; a row that should not count has the weight 0.",
            )
        keep &= column > 0.0
    if not keep.any():
        raise DataError(
            f"At least one row must be usable, and none of {len(frame)} is.",
            where="Every row misses an answer, a group, a weight or a cluster.",
            hint='Use `missing="pairwise"` (ordered) or `missing="fiml"` (continuous).'
            if missing == "listwise"
            else (),
        )
    return keep


def _members(
    frame: pd.DataFrame, group: str | None, keep: npt.NDArray[np.bool_]
) -> tuple[tuple[str, ...], tuple[IntArray, ...]]:
    """Return labels of groups and their rows."""
    if group is None:
        return ("",), (np.flatnonzero(keep),)
    column = frame[group]
    labels = sorted(column[keep].unique().tolist(), key=_sort_key)
    if len(labels) < 2:
        raise DataError(
            f"`{group}` must name at least two groups, and it names only `{labels[0]}`.",
            hint="Leave `group` out for one group, or check that the others have answers.",
        )
    members = tuple(np.flatnonzero(keep & (column == label).to_numpy(dtype=bool)) for label in labels)
    return tuple(_label(label) for label in labels), members


def _sort_key(label: Any) -> tuple[int, float, str]:
    """Return numbers before text, each in its order."""
    return (0, float(label), "") if isinstance(label, (int, float)) else (1, 0.0, str(label))


def _label(label: Any) -> str:
    """Return whole numbers without a decimal point."""
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)


def _check_enough(values: Sequence[FloatArray], items: Sequence[str], labels: Sequence[str]) -> None:
    """Raise where a group is too small, an item constant or two items identical."""
    for part, label in zip(values, labels, strict=True):
        where = f"Group `{label}`." if label else ()
        if part.shape[0] < 3:
            raise DataError(
                f"A model must have more than two people to learn from, and there are {part.shape[0]}.",
                where=where,
                hint="Leave the group out, or an item that most people skipped; `missing` tells what gaps do.",
            )
        low, high = np.fmin.reduce(part, axis=0), np.fmax.reduce(part, axis=0)
        for name, least, most in zip(items, low, high, strict=True):
            if not most > least:
                what = "nobody answered it" if not np.isfinite(least) else f"everybody answered {least:g}"
                raise DataError(
                    f"Items must vary, and `{name}` does not: {what}.",
                    where=where,
                    hint=f"Leave `{name}` out: it says nothing about differences between people.",
                )
        pair = _identical(part)
        if pair is not None:
            raise DataError(
                f"Items must differ, and `{items[pair[0]]}` and `{items[pair[1]]}` hold the same answers in every row.",
                where=where,
                hint="Leave one of them out.",
            )


def _identical(part: FloatArray) -> tuple[int, int] | None:
    """Return two columns with the same answers; a random sum of each column rules the other pairs out."""
    key = np.random.default_rng(1).random(part.shape[0]) @ np.where(np.isnan(part), -0.5, part)
    order = np.argsort(key, kind="stable")
    for first, second in pairwise(order.tolist()):
        close = abs(key[first] - key[second]) <= 1e-9 * (1.0 + abs(key[first]))
        if close and np.array_equal(part[:, first], part[:, second], equal_nan=True):
            return min(first, second), max(first, second)
    return None


def _weights(frame: pd.DataFrame, name: str | None, members: Sequence[IntArray]) -> tuple[FloatArray, ...] | None:
    """Return weights with mean 1 in each group."""
    if name is None:
        return None
    column = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
    return tuple(column[rows] * (rows.size / column[rows].sum()) for rows in members)


def _clusters(frame: pd.DataFrame, name: str | None, members: Sequence[IntArray]) -> tuple[IntArray, ...] | None:
    """Return cluster numbers, common to all groups."""
    if name is None:
        return None
    numbers, _ = pd.factorize(frame[name])
    if any(np.unique(numbers[rows]).size < 2 for rows in members):
        raise DataError(
            f"`{name}` must hold at least 2 clusters{'' if len(members) == 1 else ' in every group'}, and holds fewer.",
            hint="Leave `cluster` out: what lies between clusters cannot be told from one of them.",
        )
    return tuple(numbers[rows].astype(np.intp) for rows in members)
