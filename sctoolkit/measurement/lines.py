"""Printed results: at most 25 lines of 88 characters, caveats wrapped rather than cut."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from sctoolkit.result import Caveat

WIDTH = 88
HEIGHT = 25


def caveat_lines(lines: Sequence[str], caveats: Sequence[Caveat]) -> list[str]:
    """Lines with the caveats below them, as far as a terminal has room; what is left out is counted."""
    shown = [line if len(line) <= WIDTH else line[: WIDTH - 1] + "…" for line in lines][:HEIGHT]
    for at, caveat in enumerate(caveats):
        wrapped = textwrap.wrap(f"! {caveat.sentence}", WIDTH, subsequent_indent="  ")
        last = at == len(caveats) - 1
        if len(shown) + len(wrapped) + (0 if last else 1) > HEIGHT:
            shown = shown[: HEIGHT - 1]
            return [*shown, f"! {len(caveats) - at} more caveats in `caveats`"]
        shown += wrapped
    return shown
