"""Texts made comparable: case, width, white space and typographic marks are folded away."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

_MARKS = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u2032": "'", "\u0060": "'", "\u00b4": "'",
        "\u201c": '"', "\u201d": '"', "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-",
        "\u2212": "-", "\u200b": None, "\u200e": None, "\u200f": None, "\ufeff": None, "\u00ad": None,
    }
)  # fmt: skip
_TAGS = re.compile(r"<[^<>]{1,200}>")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return ``text`` as it is compared: NFKC, lower case, single spaces, plain quotes and dashes, no final stop.

    Examples
    --------
    >>> fold("  Don\u2019t\u00a0KNOW. ")
    "don't know"
    """
    plain = unicodedata.normalize("NFKC", text).translate(_MARKS).casefold()
    return " ".join(plain.split()).rstrip(".:;* ")


@lru_cache(maxsize=65_536)
def fold_question(text: str) -> str:
    """Return a question's text as it is compared: `fold` without mark-up and without its number in front."""
    return re.sub(r"^(q?\d+[a-z]?[.)\]:]\s*)+", "", fold(_TAGS.sub(" ", text)))


def as_text(value: Any) -> str:
    """Return a cell as text: whole floats without their point, None and nan as the empty string.

    Examples
    --------
    >>> as_text(4.0), as_text(" 007 "), as_text(None)
    ('4', '007', '')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, np.floating):
        value = float(value)
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    text = str(value)
    return "" if text in {"NaT", "<NA>", "nan"} else text.strip()


def as_number(text: str) -> float | None:
    """Return the number that ``text`` writes, with a point or a comma for decimals; None for anything else.

    Examples
    --------
    >>> as_number("4.0"), as_number("2,5"), as_number("4 - agree"), as_number("inf")
    (4.0, 2.5, None, None)
    """
    if re.fullmatch(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?", text) is None:
        return None
    return float(text.replace(",", "."))


def column_texts(column: pd.Series[Any], to_text: Callable[[Any], str] = as_text) -> npt.NDArray[Any]:
    """Return the cells of a column as text, (n,) of str; each distinct cell is turned once."""
    places, distinct = pd.factorize(column, use_na_sentinel=True)
    words = np.array([*(to_text(cell) for cell in np.asarray(distinct, dtype=object)), ""], dtype=object)
    return np.asarray(words[places], dtype=object)
