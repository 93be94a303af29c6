"""Scale means with and without the rows that were flagged as careless."""

from __future__ import annotations

import pandas as pd

from sctoolkit.errors import DataError
from sctoolkit.scoring.scores import Scores
from sctoolkit.survey.quality import Quality, with_and_without


def flag_sensitivity(scores: Scores, quality: Quality) -> pd.DataFrame:
    """Compare scale means over all rows with those without the flagged rows.

    Parameters
    ----------
    scores : Scores
        Scores of the rows that were looked at.
    quality : Quality
        Flags of the same rows, as `check` returns them.

    Returns
    -------
    DataFrame
        ``scale, n_all, n_without, mean_all, mean_without, difference, std_difference``: in the scale's points; the
        difference is without minus all, standardised by the SD of all.

    Raises
    ------
    DataError
        If scores and flags are not of the same rows.
    """
    if len(quality.flagged) != len(scores.values):
        raise DataError(
            f"Scores and flags must be of the same rows; they are of {len(scores.values)} and {len(quality.flagged)}.",
            hint="Check and score the same answers.",
        )
    rows = [
        {"scale": name, **with_and_without(scores.values[:, place], quality.flagged)}
        for place, name in enumerate(scores.scales)
    ]
    return pd.DataFrame(rows)
