"""Keyed ordinal answers as category numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError, did_you_mean

MOST_CATEGORIES = 15


@dataclass(frozen=True, slots=True)
class ItemCodes:
    """Category numbers from 0 (-1 missing), (n, k); and for each item the answers that the numbers stand for."""

    codes: npt.NDArray[np.int64]
    items: tuple[str, ...]
    categories: tuple[tuple[float, ...], ...]

    @property
    def n_categories(self) -> npt.NDArray[np.int64]:
        """Number of categories of each item, (k,)."""
        return np.array([len(values) for values in self.categories], dtype=np.int64)


def code_items(items: pd.DataFrame) -> ItemCodes:
    """Return answers as numbers of the categories that occur.

    Raises
    ------
    DataError
        If there are fewer than two items or respondents, an item holds one category only, or more than 15.
    """
    if items.shape[1] < 2:
        raise DataError(
            f"There must be at least two items, not {items.shape[1]}.", hint="Pass all columns of the scale."
        )
    values = items.to_numpy(dtype=np.float64)
    if np.isfinite(values).any(axis=1).sum() < 2:
        raise DataError(
            f"There must be at least two respondents with an answer, not {int(np.isfinite(values).any(axis=1).sum())}.",
            hint="Check that these are the columns of the items, and that their answers were read as numbers.",
        )
    names = tuple(map(str, items.columns))
    categories: list[tuple[float, ...]] = []
    codes = np.full(values.shape, -1, dtype=np.int64)
    for place, name in enumerate(names):
        seen = np.isfinite(values[:, place])
        levels, numbers = np.unique(values[seen, place], return_inverse=True)
        if levels.size < 2:
            found = "no answer" if levels.size == 0 else f"only the answer {levels[0]:g}"
            raise DataError(
                f"Item `{name}` must hold at least two different answers, and holds {found}.",
                hint=f"Leave `{name}` out: an item that does not vary says nothing about differences.",
            )
        if levels.size > MOST_CATEGORIES:
            raise DataError(
                f"Item `{name}` must be ordinal with at most {MOST_CATEGORIES} categories, not {levels.size}.",
                hint="Scores and amounts are continuous; only answers on a response scale belong here.",
            )
        codes[seen, place] = numbers
        categories.append(tuple(map(float, levels)))
    return ItemCodes(codes, names, tuple(categories))


def recode_items(items: pd.DataFrame, names: tuple[str, ...], categories: tuple[tuple[float, ...], ...]) -> ItemCodes:
    """Return answers of new data as the category numbers of a fitted model.

    Raises
    ------
    DataError
        If an item of the model is absent, or an answer was not among the model's categories.
    """
    columns = list(map(str, items.columns))
    absent = [name for name in names if name not in columns]
    if absent:
        raise DataError(
            f"The data must hold every item of the model, and lack `{absent[0]}`.",
            where=f"{len(absent)} of {len(names)} items are absent." if len(absent) > 1 else (),
            hint=did_you_mean(absent[0], columns),
        )
    values = items.set_axis(columns, axis=1)[list(names)].to_numpy(dtype=np.float64)
    codes = np.full(values.shape, -1, dtype=np.int64)
    for place, (name, levels) in enumerate(zip(names, categories, strict=True)):
        known = np.asarray(levels)
        seen = np.isfinite(values[:, place])
        at = np.searchsorted(known, values[seen, place]).clip(0, known.size - 1)
        strange = np.unique(values[seen, place][known[at] != values[seen, place]])
        if strange.size:
            found = ", ".join(f"{value:g}" for value in strange[:5])
            raise DataError(
                f"Item `{name}` must hold answers that the model knows, not {found}.",
                where=f"Known: {', '.join(f'{v:g}' for v in levels)}.",
                hint="Fit the model on data in which every category occurs, or leave these answers out.",
            )
        codes[seen, place] = at
    return ItemCodes(codes, names, categories)


def item_values(items: pd.DataFrame, names: tuple[str, ...]) -> npt.NDArray[np.float64]:
    """Return the values of the items of a model, (n, k); nan where missing.

    Raises
    ------
    DataError
        If an item is absent.
    """
    absent = [name for name in names if name not in items.columns]
    if absent:
        raise DataError(
            f"The data must hold every item of the model, and lack `{absent[0]}`.",
            hint=did_you_mean(absent[0], map(str, items.columns)),
        )
    return items[list(names)].to_numpy(dtype=np.float64)
