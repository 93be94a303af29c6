"""The keyed items of a scale as a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sctoolkit.errors import DataError, did_you_mean
from sctoolkit.instrument.keying import item_values, keyed_values

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses


def keyed_frame(data: Scores | Responses, scale: str | None) -> pd.DataFrame:
    """Return the keyed items of a scale (all items that the data have, without ``scale``), one row a row of the data.

    Raises
    ------
    DataError
        If the instrument has no such scale, or none of its items are in the data.
    """
    responses = data.responses if hasattr(data, "responses") else data
    instrument = responses.instrument
    if scale is not None and scale not in instrument.scale:
        raise DataError(
            f"`scale` must be a scale of `{instrument.id}`, not `{scale}`.", hint=did_you_mean(scale, instrument.scale)
        )
    wanted = responses.items if scale is None else instrument.scale[scale].items
    present = [code for code in wanted if code in responses.items]
    if not present:
        raise DataError(
            f"The data must hold items of scale `{scale}`, and they hold none.",
            where=f"Its items: {', '.join(wanted)}.",
            hint="Take another scale, or read the file again with `columns={'item': 'your column'}`.",
        )
    as_answered = scale is not None and not instrument.scale[scale].keyed
    values_of = item_values if as_answered else keyed_values
    columns = {code: values_of(instrument, code, responses.codes[:, responses.items.index(code)]) for code in present}
    return pd.DataFrame(columns)
