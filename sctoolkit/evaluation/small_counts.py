"""Errors that become remarks: the numbers in their text may count people, so they are treated as if they did."""

from __future__ import annotations

import re


def smallest_count(text: str) -> int | None:
    """Return the smallest whole number of a sentence that does not name a wave; None where there is none.

    Examples
    --------
    >>> smallest_count("At least 3 respondents must count at wave 1, not 2 of 54."), smallest_count("p = 0.05")
    (2, None)
    """
    counts = re.findall(r"(?<!wave )(?<![\w.])\d+(?![\w.]*\d)", text)
    return min(map(int, counts), default=None)
