"""The items of a scale as a frame of keyed numbers, whatever the caller holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sctoolkit.errors import DataError

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses


def keyed_items(data: pd.DataFrame | Scores | Responses, scale: str | None = None) -> pd.DataFrame:
    """Return keyed item values: respondents in rows, items in columns, missing answers as nan.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        A frame is taken as it is: its columns are the items, already keyed.
    scale : str, optional
        Scale of the instrument; needed for `Scores` and `Responses`, refused for a frame.

    Raises
    ------
    DataError
        If a column is not numeric, holds an infinity, or bears a name twice.
    """
    if not isinstance(data, pd.DataFrame):
        from sctoolkit.scoring.keying import keyed_frame

        if not (hasattr(data, "responses") or hasattr(data, "instrument")):
            raise DataError(
                f"Items must be a frame, `Scores` or `Responses`, not `{type(data).__name__}`.",
                hint="Make a frame of an array: `pandas.DataFrame(array, columns=[...])`.",
            )
        return keyed_frame(data, scale)
    if scale is not None:
        raise DataError(
            f"`scale` must be left out when the data are a frame, not `{scale}`.",
            hint="Pass the columns of the scale, or pass `Responses` or `Scores`.",
        )
    repeated = list(dict.fromkeys(data.columns[data.columns.duplicated()]))
    if repeated:
        raise DataError(
            f"Items must have names of their own, not twice {', '.join(f'`{name}`' for name in repeated)}.",
            hint=f"Rename or drop one of the columns `{repeated[0]}`.",
        )
    text = [str(name) for name, column in data.items() if not pd.api.types.is_numeric_dtype(column)]
    if text:
        raise DataError(
            f"Items must be numbers, not text: {', '.join(f'`{name}`' for name in text[:5])}.",
            hint="Score the file with its instrument first, or turn labels into codes.",
        )
    values = data.to_numpy(dtype=np.float64, na_value=np.nan)
    infinite = [str(name) for name, bad in zip(data.columns, np.isinf(values).any(axis=0), strict=True) if bad]
    if infinite:
        raise DataError(
            f"Items must be finite, not infinite: {', '.join(f'`{name}`' for name in infinite[:5])}.",
            hint="Set such values to missing: `data.replace([numpy.inf, -numpy.inf], numpy.nan)`.",
        )
    return pd.DataFrame(values, columns=[str(name) for name in data.columns], index=data.index)
