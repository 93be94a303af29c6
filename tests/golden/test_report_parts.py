"""Parts of a report, from numbers set by hand, against texts that were read and found good.

To renew after a wanted change: ``python tests/golden/test_report_parts.py``; then read the difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sctoolkit.disclosure.protect import protect
from sctoolkit.disclosure.table import Column, Row, make_table, who
from sctoolkit.report.document import Paragraph, build_report
from sctoolkit.report.render_csv import render_csv
from sctoolkit.report.render_html import environment, render_html
from sctoolkit.report.sections.change import ScaleChange, change_section, headlines
from sctoolkit.report.sections.what_may_be_said import Claim, what_may_be_said
from sctoolkit.report.table_text import table_text
from sctoolkit.result import Caveat

EXPECTED = Path(__file__).parent / "expected"

CHANGES = [
    ScaleChange(scale="bo", label="Bonding", first="wave 1", last="wave 2", side=side, estimate=estimate, ci_low=low,
                ci_high=high, n=n, low=1, high=5, p_value=p, dof=dof, method="CR2, Satterthwaite")
    for side, estimate, low, high, n, p, dof in (
        ("community", 0.284, 0.052, 0.516, 37, 0.0174, 8.42), ("statutory", -0.11, -0.5, 0.28, 8, 0.6, 3.0),
    )
]  # fmt: skip


def _table() -> str:
    columns = (Column("scale", "Scale", row_header=True), Column("wave", "Wave"), Column("n", "People", "count"),
               Column("mean", "Mean", "score"), Column("alpha", "Alpha", "proportion"),
               Column("interval", "95% interval", "interval"))  # fmt: skip
    rows = [
        Row({"scale": "Trust <b>", "wave": str(wave), "n": n, "mean": 3.456, "alpha": alpha, "interval": (0.7, 0.861)},
            who(wave=wave), n)
        for wave, n, alpha in ((1, 1234, 0.791), (2, 4, 0.5), (3, 60, float("nan")))
    ]  # fmt: skip
    table = protect([make_table("t", "Reliability", columns, rows, notes=["A note."])]).tables[0]
    macro = environment().get_template("table.html.j2").module.table
    return f"{macro(table_text(table, 'uk-tre-10'), 't-t')}\n{render_csv(table)}"


def _summary() -> str:
    page = render_html(build_report([change_section(CHANGES)], title="T", summary=headlines(), claim="A claim."))
    return re.search(r"<section class=\"summary\".*?</section>", page, re.DOTALL).group() + "\n"


def _claim() -> str:
    caveats = [Caveat(code="few", sentence="Ten organisations took part; `site` was used."),
               Caveat(code="one", sentence="Row 41 holds 7.", n_people=1)]  # fmt: skip
    page = render_html(build_report([what_may_be_said(Claim(rung="L1"), caveats=caveats)], title="T"))
    return re.search(r"<main.*</main>", page, re.DOTALL).group() + "\n"


def _sentences() -> str:
    section = build_report([change_section(CHANGES)], title="T").sections[0]
    figure = next(block for block in section.blocks if not isinstance(block, Paragraph))
    texts = [block.text for block in section.blocks if isinstance(block, Paragraph)]
    return "\n".join([*texts, figure.caption, figure.alt, figure.description]) + "\n"


PARTS: dict[str, Callable[[], str]] = {
    "table.html": _table, "summary.html": _summary, "claim.html": _claim, "change.txt": _sentences,
}  # fmt: skip


@pytest.mark.parametrize("name", list(PARTS))
def test_part(name: str) -> None:
    assert PARTS[name]() == (EXPECTED / name).read_bytes().decode("utf-8")


if __name__ == "__main__":
    for name, make in PARTS.items():
        (EXPECTED / name).write_bytes(make().encode("utf-8"))
