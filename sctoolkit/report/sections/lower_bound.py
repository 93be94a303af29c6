"""Numbers of people as lower bounds: for parts that other tables count otherwise, so that no difference tells a few."""

from __future__ import annotations

from sctoolkit.disclosure.presets import Preset
from sctoolkit.disclosure.suppression import STEP
from sctoolkit.disclosure.table import Cell


def lower_bound(n: int, rules: Preset) -> Cell:
    """Return a count of people as a bound that holds for the next few smaller numbers as well.

    Examples
    --------
    >>> from sctoolkit.disclosure.presets import get_preset
    >>> [lower_bound(n, get_preset("uk-tre-10")).value for n in (12, 37, 40)]
    [10, 25, 30]
    >>> lower_bound(37, get_preset("none")).value
    37
    """
    if not rules.hide_below or n < rules.hide_below:
        return Cell(n, None, n)
    bound = max(rules.hide_below, (n - rules.hide_below) // STEP * STEP)
    return Cell(bound, None, n, state="at_least")
