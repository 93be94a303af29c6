"""From a frame of keyed items to the codes that ordinal statistics need, with every decision reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError
from sctoolkit.numerics.ordinal.contingency import MISSING, CodeArray
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]
MAX_CATEGORIES = 30


@dataclass(frozen=True, slots=True)
class OrdinalItems:
    """Items as codes 0, 1, ...: ``values[j]`` are the answers that the codes of item j stand for."""

    names: tuple[str, ...]
    codes: CodeArray
    values: tuple[FloatArray, ...]
    caveats: tuple[Caveat, ...]

    @property
    def n_categories(self) -> npt.NDArray[np.int64]:
        """Categories in use of every item."""
        return np.array([answers.size for answers in self.values], dtype=np.int64)


def ordinal_items(
    items: pd.DataFrame,
    *,
    categories: Mapping[str, Sequence[float]] | Sequence[float] | None = None,
    collapse_unused: bool = False,
    rows: npt.NDArray[np.bool_] | None = None,
) -> OrdinalItems:
    """Code keyed items by the categories in use.

    Parameters
    ----------
    items : DataFrame
        Keyed items, missing answers as nan.
    categories : sequence, or mapping of item to sequence, optional
        Answers that were offered. Left out, the answers found are taken as the categories.
    collapse_unused : bool
        Whether an offered category that nobody used is merged with its neighbour; the default is an error.
    rows : (n,) bool array, optional
        Rows that will be used; a category used outside of them only counts as unused.

    Raises
    ------
    DataError
        If an item is constant or empty, has more than 30 categories, holds an answer that was not offered, or an
        offered category is unused and `collapse_unused` is off.
    """
    names = tuple(str(name) for name in items.columns)
    table = items.to_numpy(dtype=np.float64)
    used = table if rows is None else table[rows]
    small = _small_codes(table)
    codes = np.full(table.shape, MISSING, dtype=np.int8)
    values: list[FloatArray] = []
    unused: dict[str, list[float]] = {}
    for j, name in enumerate(names):
        if small is None:
            found = np.unique(used[~np.isnan(used[:, j]), j])
        else:
            column = small[:, j] if rows is None else small[rows, j]
            found = np.flatnonzero(np.bincount(column)[1:]).astype(np.float64)
        _check_found(name, found)
        offered = _offered(categories, name)
        if offered is not None:
            strange = np.setdiff1d(found, offered)
            if strange.size:
                raise DataError(
                    f"Item `{name}` must hold the offered categories {_listed(offered)}, not {_listed(strange)}.",
                    hint="Set these answers to missing, or add them to `categories` if they were offered.",
                )
        expected = _whole_range(found) if offered is None else offered
        if expected.size > found.size:
            unused[name] = np.setdiff1d(expected, found).tolist()
        values.append(found)
        codes[:, j] = _coded(table[:, j], found) if small is None else _looked_up(small[:, j], found)
    if unused and categories is not None and not collapse_unused:
        raise DataError(
            "Every offered category must be used by someone.",
            where=[f"`{name}`: nobody used {_listed(gap)}." for name, gap in list(unused.items())[:5]],
            hint="Pass `collapse_unused=True` to merge unused categories with their neighbours; it is reported.",
        )
    return OrdinalItems(names, codes, tuple(values), _unused_caveats(unused))


def _small_codes(table: FloatArray) -> npt.NDArray[np.uint8] | None:
    """Answers plus one, 0 where missing, where all are whole numbers from 0 to 250; else None."""
    filled = np.where(np.isnan(table), -1.0, table)
    if bool(np.any(table < 0.0)):
        return None
    with np.errstate(invalid="ignore"):
        whole = (filled + 1.0).astype(np.uint8)
    same = bool(np.all(whole == filled + 1.0)) and bool(filled.size) and float(filled.max()) <= 250.0
    return np.asfortranarray(whole) if same else None


def _looked_up(column: npt.NDArray[np.uint8], found: FloatArray) -> CodeArray:
    """Positions of small answers (plus one) among the categories in use."""
    lookup = np.full(256, MISSING, dtype=np.int8)
    lookup[found.astype(np.int64) + 1] = np.arange(found.size, dtype=np.int8)
    return lookup[column]


def _coded(column: FloatArray, found: FloatArray) -> CodeArray:
    """Positions of the answers among the categories in use; `MISSING` where there is none of them."""
    place = np.searchsorted(found, column)
    near = found[np.minimum(place, found.size - 1)]
    return np.where(near == column, place, MISSING).astype(np.int8)


def _check_found(name: str, found: FloatArray) -> None:
    """Raise unless an item has between two and thirty categories in use."""
    if found.size < 2:
        what = "has no answers" if found.size == 0 else f"is constant: everyone answered {found[0]:g}"
        raise DataError(
            f"Item `{name}` must have at least two categories in use, but it {what}.",
            hint=f"Leave `{name}` out: it says nothing about differences between people.",
        )
    if found.size > MAX_CATEGORIES:
        raise DataError(
            f"Item `{name}` must have at most {MAX_CATEGORIES} categories to be ordinal, not {found.size}.",
            hint="Treat it as continuous: `ordered=False`, or name it under `continuous` in `polychoric`.",
        )


def _offered(categories: Mapping[str, Sequence[float]] | Sequence[float] | None, name: str) -> FloatArray | None:
    """Offered categories of an item, sorted."""
    if categories is None:
        return None
    offered = categories.get(name) if isinstance(categories, Mapping) else categories
    return None if offered is None else np.unique(np.asarray(offered, dtype=np.float64))


def _whole_range(found: FloatArray) -> FloatArray:
    """All whole numbers between the extremes, where answers are whole numbers; else the answers."""
    if float(found[-1] - found[0]) == found.size - 1:
        return found
    if bool(np.all(found == np.floor(found))) and float(found[-1] - found[0]) < MAX_CATEGORIES:
        return np.arange(found[0], found[-1] + 1.0)
    return found


def _unused_caveats(unused: Mapping[str, list[float]]) -> tuple[Caveat, ...]:
    """One caveat that names the items with categories that nobody used."""
    if not unused:
        return ()
    named = ", ".join(f"`{name}` ({_listed(gap)})" for name, gap in list(unused.items())[:5])
    more = f" and {len(unused) - 5} more items" if len(unused) > 5 else ""
    return (
        Caveat(
            code="unused_categories",
            sentence=f"Categories that nobody used were merged with their neighbours: {named}{more}.",
            numbers={"unused": dict(unused)},
        ),
    )


def _listed(values: npt.ArrayLike) -> str:
    """Numbers as a short list."""
    entries = [f"{value:g}" for value in np.asarray(values, dtype=np.float64)]
    return ", ".join(entries[:8]) + (", ..." if len(entries) > 8 else "")
