"""Which items stand side by side on one response scale, as they are asked in one grid."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from sctoolkit.instrument.model import Instrument


def item_blocks(instrument: Instrument, items: Sequence[str]) -> list[list[str]]:
    """Return runs of neighbouring items with one response scale, in the order of the instrument."""
    ordered = [code for code in instrument.item_codes if code in set(items)]
    return [list(run) for _, run in groupby(ordered, key=lambda code: instrument.by_code[code].response)]


def turned_blocks(instrument: Instrument, items: Sequence[str]) -> list[list[str]]:
    """Return the blocks that hold items of both directions: giving one answer throughout contradicts itself there."""
    return [
        block
        for block in item_blocks(instrument, items)
        if {1, -1} <= {instrument.by_code[code].keying for code in block}
    ]


def halvable_scales(instrument: Instrument, items: Sequence[str]) -> list[list[str]]:
    """Return the items of scales with two or more of them on one response scale, no item in two scales."""
    used: set[str] = set()
    found = []
    for scale in instrument.scale.values():
        codes = [code for code in scale.items if code in items and instrument.by_code[code].keyed]
        if scale.rule == "indicators" or len(codes) < 2 or used & set(codes):
            continue
        if len({instrument.by_code[code].response for code in codes}) == 1:
            found.append(codes)
            used |= set(codes)
    return found
