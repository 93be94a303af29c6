"""Any result becomes a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

from sctoolkit.disclosure.protect import protect
from sctoolkit.disclosure.table import Column, Row, make_table
from sctoolkit.report.numbers import format_cell
from sctoolkit.report.table_text import table_text
from sctoolkit.report.tables import to_table
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Made(Result):
    """A result with rows set by hand."""

    rows: Sequence[dict[str, Any]]
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        return tidy_frame(self.rows)


def _made(*rows: dict[str, Any], n_used: int | None = None) -> Made:
    return Made(rows=rows, provenance=Provenance(analysis="made by hand", n_used=n_used))


def test_columns_kinds_and_interval() -> None:
    row = dict(  # noqa: C408
        scale="bonding", term="post", estimate=0.284, std_error=0.11, dof=36.0, p_value=0.0142, ci_low=0.05,
        ci_high=0.512, ci_level=0.9, n_obs=37, n_clusters=8, method="CR2",
    )  # fmt: skip
    table = to_table(_made(row))
    assert [column.key for column in table.columns] == [
        "scale", "term", "estimate", "std_error", "interval", "dof", "p_value", "n_obs", "n_clusters", "method"
    ]  # fmt: skip
    written = [format_cell(cell, column) for cell, column in zip(table.rows[0], table.columns, strict=True)]
    assert written == ["bonding", "post", "0.28", "0.11", "0.05 to 0.51", "36", ".014", "37", "8", "CR2"]
    assert table.columns[4].label == "90% interval"
    assert table.caption == "made by hand"


def test_rows_know_their_people() -> None:
    rows = [{"side": "a", "estimate": 1.0, "n_obs": 4}, {"side": "b", "estimate": 2.0, "n_obs": 40}]
    table = protect([to_table(_made(*rows))]).tables[0]
    assert [cell.hidden for cell in table.column("estimate")] == [True, False]


def test_rows_without_people_are_hidden_unless_the_result_knows() -> None:
    row = {"term": "a", "estimate": 1.0}
    assert protect([to_table(_made(row))]).tables[0].column("estimate")[0].hidden
    assert not protect([to_table(_made(row, n_used=50))]).tables[0].column("estimate")[0].hidden


def test_undefined_numbers_are_marked() -> None:
    table = to_table(
        _made({"term": "a", "estimate": float("nan"), "n_obs": 50}, {"term": "b", "estimate": 1.0, "n_obs": 50})
    )
    text = table_text(table, "uk-tre-10")
    assert text.rows[0][1].text == "n/a"
    assert "n/a: the figure is not defined for these answers." in text.notes


def test_columns_that_say_one_thing_are_said_once() -> None:
    rows = [{"term": name, "wave": "1", "estimate": 1.0, "n_obs": 50} for name in "ab"]
    text = table_text(to_table(_made(*rows)), "uk-tre-10")
    assert [head.text for head in text.heads] == ["Term", "Estimate", "People"]
    assert "Wave: 1." in text.notes


def test_types_can_register_their_own() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True, eq=False)
    class Own(Made):
        pass

    @to_table.register(Own)
    def _(result: Own, *, id: str = "", caption: str = "") -> object:
        return "own"

    assert to_table(Own(rows=(), provenance=Provenance(analysis="x"))) == "own"


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "{{7*7}}", "=1+1"])
def test_names_stay_as_they_are(hostile: str) -> None:
    assert to_table(_made({"term": hostile, "estimate": 1.0, "n_obs": 50})).rows[0][0].value == hostile


def test_leading_names_span_their_rows_and_the_last_of_them_never_does():
    columns = (Column("scale", "Scale", row_header=True), Column("side", "Side"), Column("what", "Gain"))
    rows = [Row({"scale": "T", "side": side, "what": what}) for side, what in zip("aabb", "uvvv", strict=True)]
    text = table_text(make_table("t", "T", (*columns, Column("n", "People", "plain")), rows), "none")
    assert [[cell.span for cell in row[:3] if not cell.again] for row in text.rows] == [[4, 2, 1], [1], [2, 1], [1]]


def test_a_table_never_loses_all_but_its_heads():
    columns = (Column("rule", "Rule", row_header=True), Column("n", "Factors", "plain"))
    table = make_table("t", "T", columns, [Row({"rule": name, "n": 9}) for name in ("one", "other")])
    assert [head.text for head in table_text(table, "none").heads] == ["Rule", "Factors"]
