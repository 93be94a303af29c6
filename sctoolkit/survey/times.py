"""How long answering took, from the two times that a layout gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

LONGEST = 24 * 3600.0
"""Longer than this, a form was left open: no duration is derived."""


def durations(start: pd.Series[Any], end: pd.Series[Any]) -> pd.Series[Any]:
    """Return seconds from start to end as text, "" where a time cannot be read, runs backwards or exceeds a day."""
    began, ended = _times(start), _times(end)
    seconds = (ended - began).dt.total_seconds().to_numpy(dtype=np.float64, na_value=np.nan)
    sound = np.isfinite(seconds) & (seconds >= 0) & (seconds <= LONGEST)
    texts = [f"{value:g}" if good else "" for value, good in zip(seconds, sound, strict=True)]
    return pd.Series(texts, dtype=object)


def days(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return the day of each time as ISO text, as written and not moved to another zone; "" where it cannot be read."""
    texts = column.astype(str)
    iso = texts.str.extract(r"^(\d{4}-\d{2}-\d{2})", expand=False)
    rest = pd.to_datetime(texts.where(iso.isna()), errors="coerce", format="mixed", utc=True).dt.strftime("%Y-%m-%d")
    return iso.fillna(rest).fillna("").astype(object)


def _times(column: pd.Series[Any]) -> pd.Series[Any]:
    texts = column.astype(str).str.replace(r"\bGMT(?=[+-])", "", regex=True)
    return pd.Series(pd.to_datetime(texts, errors="coerce", format="mixed", utc=True))
