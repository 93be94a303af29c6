"""Names made from other names."""

from __future__ import annotations


def row_name(wave: str, side: str) -> str:
    """Return how a wave and side are named beside a bar.

    Examples
    --------
    >>> row_name("wave 1", "community"), row_name("", "")
    ('community, wave 1', 'all')
    """
    return ", ".join(part for part in (side, wave) if part) or "all"
