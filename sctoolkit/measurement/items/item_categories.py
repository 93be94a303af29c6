"""Categories of ordered items, common to all groups and waves; joined on request where some lack one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import DataError
from sctoolkit.numerics.structure.implied_moments import FloatArray

CodeArray = npt.NDArray[np.int8]


def _codes_in_use(column: FloatArray) -> FloatArray:
    """Return the distinct answers, lowest first; by counting where they are small whole numbers."""
    missing = np.isnan(column)
    seen = column[~missing] if missing.any() else column
    whole = seen.astype(np.int64)
    if whole.size and np.array_equal(whole, seen) and whole.min() > -1000 and whole.max() < 1000:
        low = int(whole.min())
        return np.asarray(np.flatnonzero(np.bincount(whole - low)) + float(low))
    return np.unique(seen)


def item_categories(
    values: Sequence[FloatArray],
    items: Sequence[str],
    ordered: Sequence[str],
    labels: Sequence[str],
    empty_categories: str,
    same_item: Mapping[str, str],
) -> tuple[dict[str, dict[float, float]], tuple[str, ...]]:
    """Return the category of every code of every ordered item, and what was collapsed."""
    mappings: dict[str, dict[float, float]] = {}
    notes: list[str] = []
    families: dict[str, list[int]] = {}
    for index, name in enumerate(items):
        if name in ordered:
            families.setdefault(same_item.get(name, name), []).append(index)
    answers = [np.ascontiguousarray(part.T) for part in values]
    for family, columns in families.items():
        cells = [
            (_codes_in_use(part[column]).tolist(), items[column], label)
            for part, label in zip(answers, labels, strict=True)
            for column in columns
        ]
        codes = sorted({code for cell in cells for code in cell[0]})
        if len(codes) > 30:
            raise DataError(
                f"Ordered items must have at most 30 categories, and `{family}` has {len(codes)}.",
                hint="Use `ordered=False` for continuous items, or name the ordered ones in a list (`cfa`).",
            )
        mapping = {code: code for code in codes}
        for present, name, label in cells:
            absent = [code for code in codes if code not in present]
            if absent and empty_categories == "refuse":
                _refuse(name, label, absent)
        if empty_categories == "collapse":
            mapping = _collapsed(codes, [cell[0] for cell in cells])
            merged = {code: to for code, to in mapping.items() if code != to}
            notes.extend(f"`{family}`: {code:g} joined to {to:g}" for code, to in merged.items())
        mappings.update({items[column]: mapping for column in columns})
    return mappings, tuple(notes)


def _refuse(name: str, label: str, absent: Sequence[float]) -> None:
    """Raise for a category that nobody in a group or wave chose."""
    listed = ", ".join(f"{code:g}" for code in absent)
    where = f"group `{label}`" if label else "this wave"
    raise DataError(
        f"Every category must be used in every group and wave, and nobody in {where} answered {listed} on `{name}`.",
        where="A threshold between an unused category and its neighbour is not determined there.",
        hint='Use `empty_categories="collapse"` to join it to its neighbour in all groups; the report says so.',
    )


def _collapsed(codes: Sequence[float], present: Sequence[Sequence[float]]) -> dict[float, float]:
    """Return a common mapping under which every cell uses every category."""
    mapping = {code: code for code in codes}
    for _ in range(len(codes)):
        kept = sorted(set(mapping.values()))
        used = [{mapping[code] for code in cell} for cell in present]
        lacking = [code for code in kept if any(code not in cell for cell in used)]
        if not lacking:
            break
        code = lacking[0]
        place = kept.index(code)
        neighbour = kept[place + 1] if place < len(kept) / 2 and place + 1 < len(kept) else kept[place - 1]
        mapping = {key: neighbour if value == code else value for key, value in mapping.items()}
    return mapping


def coded(
    part: FloatArray, items: Sequence[str], ordered: Sequence[str], categories: Mapping[str, Mapping[float, float]]
) -> CodeArray:
    """Return category numbers from 0, -1 where missing."""
    codes = np.full(part.shape[::-1], -1, dtype=np.int8)
    for index, (name, column) in enumerate(zip(items, np.ascontiguousarray(part.T), strict=True)):
        if name not in ordered:
            continue
        mapping = categories[name]
        known = np.array(sorted(mapping))
        kept = sorted(set(mapping.values()))
        number = np.array([kept.index(mapping[code]) for code in known], dtype=np.int8)
        seen = ~np.isnan(column)
        if (
            known[-1] - known[0] == known.size - 1
            and bool((np.diff(known) == 1.0).all())
            and number[-1] == known.size - 1
        ):
            codes[index] = np.where(seen, column - known[0], -1.0)
        else:
            codes[index, seen] = number[np.searchsorted(known, column[seen])]
    return np.ascontiguousarray(codes.T)
