"""How waves are named in a report."""

from __future__ import annotations


def wave_name(wave: str) -> str:
    """Return how a wave is named in a report: its label, or "wave 2" where that is a short number.

    Examples
    --------
    >>> wave_name("2"), wave_name("2016"), wave_name("baseline")
    ('wave 2', '2016', 'baseline')
    """
    return f"wave {wave}" if wave.isdigit() and len(wave) <= 2 else wave
