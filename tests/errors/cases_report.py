"""Errors of disclosure control and reports."""

from sctoolkit.disclosure.presets import get_preset
from sctoolkit.disclosure.protect import protect
from sctoolkit.disclosure.table import Column, Row, make_table, who
from sctoolkit.report.document import build_report
from sctoolkit.report.sections.change import ScaleChange, change_section
from sctoolkit.report.sections.what_may_be_said import Claim, what_may_be_said
from sctoolkit.report.words import rule


def _people(id: str, n: int):
    return make_table(id, "People", [Column("n", "People", "count")], [Row({"n": n}, who(wave=1, side="community"), n)])


def _change():
    return change_section(
        [ScaleChange(scale="bo", label="Bonding", first="1", last="2", estimate=0.2, ci_low=0.1, ci_high=0.3, n=40,
                     low=1, high=5)]
    )  # fmt: skip


CASES = {
    "disclosure-preset": lambda: get_preset("uk-tre10"),
    "disclosure-contradiction": lambda: protect([_people("returns", 58), _people("scores", 57)]),
    "report-table-twice": lambda: build_report([_change(), _change()], title="T"),
    "report-rung": lambda: what_may_be_said(Claim(rung="B")),
    "report-cut-off": lambda: rule("reliability_nunally"),
}
