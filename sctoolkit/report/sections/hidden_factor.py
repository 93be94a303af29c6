"""Section "Hidden differences": how easily something unmeasured could undo a comparison."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sctoolkit.disclosure.table import Column, Row, make_table
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.change import followed_key
from sctoolkit.report.sections.one_table import one_table_section
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenFactor:
    """One comparison of groups and what a hidden difference between them would have to be to undo it.

    ``robustness`` and ``robustness_ci`` are the percent of what is left of both sides that it must explain to bring the
    difference, or the nearer end of its interval, to nothing; ``left`` is what one as strong as the score before would
    leave of the difference, in points.
    """

    scale: str
    label: str
    first: str
    last: str
    estimate: float
    robustness: float
    robustness_ci: float
    left: float
    left_low: float
    left_high: float
    n: int
    side: str = ""


def hidden_factor_section(
    factors: Iterable[HiddenFactor], *, level: float = 0.95, caveats: Iterable[Caveat] = ()
) -> Draft:
    """Return the section on hidden differences between groups.

    Parameters
    ----------
    factors : iterable of HiddenFactor
        One a scale.
    level : float
        Level of the intervals.
    caveats : iterable of Caveat
        Remarks of the analysis.
    """
    columns = (
        Column("label", "Scale", row_header=True),
        Column("side", "Side", print_only_if_used=True),
        Column("n", "People", "count"),
        Column("estimate", "Difference, points", "score"),
        Column("robustness", "Undone from, percent", "number", digits=0),
        Column("robustness_ci", "Unclear from, percent", "number", digits=0),
        Column("left", "Left by one as strong as the score before", "score"),
        Column("interval", f"{level:.0%} interval", "interval"),
    )
    rows = [
        Row(
            {
                "label": one.label, "side": one.side, "n": one.n, "estimate": one.estimate,
                "robustness": one.robustness, "robustness_ci": one.robustness_ci, "left": one.left,
                "interval": (one.left_low, one.left_high),
            },
            followed_key(one.scale, one.first, one.last, one.side),
            one.n,
        )
        for one in factors
    ]  # fmt: skip
    table = make_table("hidden-factor", "What a hidden difference between the groups would have to be", columns, rows)
    return one_table_section(
        table,
        heading="Hidden differences",
        lead=phrase("hidden_factor.lead"),
        after=phrase("hidden_factor.errors"),
        caveats=caveats,
    )
