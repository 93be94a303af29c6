"""Items on one side, the group, place or person that each row belongs to on the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError, did_you_mean
from sctoolkit.measurement.keyed import keyed_items

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

Labels = npt.NDArray[Any]
IntArray = npt.NDArray[np.int64]


def items_and_labels(
    data: pd.DataFrame | Scores | Responses,
    scale: str | None,
    **columns: str | Sequence[Any] | npt.NDArray[Any] | None,
) -> tuple[pd.DataFrame, dict[str, Labels | None]]:
    """Return keyed items and, by option name, a label a row (None where there is none).

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        In a frame, columns named by ``columns`` are set apart and all others are items.
    **columns : str or sequence
        Name of a column (of a frame), role or kept column (of `Responses`), or one value a row. A missing label comes
        back as None.

    Raises
    ------
    DataError
        If a name is unknown, or a sequence has another length than the data.
    """
    if isinstance(data, pd.DataFrame):
        known: dict[str, Any] = {str(name): data[name] for name in data.columns if (data.columns == name).sum() == 1}
        names = [value for value in columns.values() if isinstance(value, str)]
        items = data.drop(columns=[name for name in data.columns if str(name) in names])
    else:
        responses = data.responses if hasattr(data, "responses") else data
        known = {**responses.roles, **responses.extra}
        items = None
    found: dict[str, Labels | None] = {}
    for option, value in columns.items():
        found[option] = None if value is None else _labels(option, value, known, data)
    return (keyed_items(data, scale) if items is None else keyed_items(items, scale)), found


def _labels(option: str, value: Any, known: dict[str, Any], data: Any) -> Labels:
    """One option as an object array; missing labels are None."""
    if isinstance(value, str):
        if value not in known:
            raise DataError(
                f"`{option}` must name a column of the data, not `{value}`.", hint=did_you_mean(value, known)
            )
        value = known[value]
    elif isinstance(value, pd.Series) and isinstance(data, pd.DataFrame) and not value.index.equals(data.index):
        raise DataError(
            f"`{option}` must have the index of the data when it is a Series.",
            hint="Pass a column name, or `.to_numpy()` when the order of rows is the same.",
        )
    labels = pd.Series(np.asarray(value), dtype=object)
    n = len(data) if isinstance(data, pd.DataFrame) else next(iter(known.values())).shape[0] if known else len(labels)
    if len(labels) != n:
        raise DataError(
            f"`{option}` must hold one value a row: {n} rows, {len(labels)} values.",
            hint=f"Put it into the data as a column and pass its name: `{option}='name'`.",
        )
    missing = labels.isna() | (labels == "")
    out = labels.to_numpy(dtype=object, copy=True)
    out[missing.to_numpy()] = None
    whole = [label for label in out if isinstance(label, float)]
    if whole and all(label.is_integer() for label in whole):
        out[:] = [int(label) if isinstance(label, float) else label for label in out]
    return out


def level_names(labels: Labels) -> list[Any]:
    """Return the distinct labels in order: sorted when they can be, else as they come; missing ones left out."""
    distinct = list(dict.fromkeys(label for label in labels if label is not None))
    try:
        return sorted(distinct)
    except TypeError:
        return distinct


def group_numbers(groups: tuple[str, ...], labels: Labels | None, n: int) -> IntArray:
    """Return the number of the model's group of each row, (n,); -1 where the label is missing.

    Raises
    ------
    DataError
        If labels are needed and absent, or are none of the model's.
    """
    if len(groups) == 1:
        return np.zeros(n, dtype=np.int64)
    if labels is None:
        raise DataError(
            f"The data must say to which of the model's {len(groups)} groups each row belongs.",
            where=f"Groups: {', '.join(groups)}.",
            hint="Name the column of the groups in the data: `group='side'`, for instance.",
        )
    numbers = {name: g for g, name in enumerate(groups)}
    strange = [str(label) for label in labels if label is not None and str(label) not in numbers]
    if strange:
        raise DataError(
            f"Groups of the data must be groups of the model, not `{strange[0]}`.",
            where=f"Groups: {', '.join(groups)}.",
            hint=did_you_mean(strange[0], groups),
        )
    return np.array([-1 if label is None else numbers[str(label)] for label in labels], dtype=np.int64)
