"""The one place through which every shareable output passes."""

from __future__ import annotations

import math

import pytest

from sctoolkit.disclosure.presets import get_preset, presets
from sctoolkit.disclosure.protect import HIDDEN_CAVEAT, Log, protect
from sctoolkit.disclosure.table import Cell, Column, Row, Table, key_of, make_table, who
from sctoolkit.errors import DisclosureError, OptionError
from sctoolkit.result import Caveat

COLUMNS = (
    Column("side", "Side"), Column("n", "People", "count"), Column("mean", "Mean", "score"),
    Column("interval", "Interval", "interval"), Column("share", "Share", "percent"), Column("dof", "df", "dof"),
)  # fmt: skip


def _table(*sizes: int, id: str = "t") -> Table:
    total = sum(sizes)
    rows = []
    for k, n in enumerate(sizes):
        people = who(side=f"s{k}")
        share = Cell(100.0 * n / max(total, 1), people, n, base=total)
        values = {"side": f"s{k}", "n": n, "mean": 3.1, "interval": (2.9, 3.3), "dof": n - 1.0, "share": share}
        rows.append(Row(values, people, n))
    return make_table(id, "T", COLUMNS, rows)


def test_everything_about_few_people_is_hidden() -> None:
    table = protect([_table(31, 4)]).tables[0]
    assert [cell.state for cell in table.rows[1]] == ["shown", *["hidden"] * 5]
    assert all(cell.value is None and cell.n is None for cell in table.rows[1][1:])
    assert [cell.state for cell in table.rows[0]] == ["shown"] * 6


def test_secondary_hiding_takes_the_statistics_with_it() -> None:
    total = make_table("all", "All", COLUMNS[1:2], [Row({"n": 35}, who(), 35)])
    table = protect([_table(31, 4), total]).tables[0]
    assert all(cell.hidden for row in table.rows for cell in row[1:])


def test_presets_differ_as_their_sources_say() -> None:
    given = [_table(33, 8, 5, 0)]
    states = {name: [row[1].state for row in protect(given, preset=name).tables[0].rows] for name in presets()}
    assert states["uk-tre-10"] == ["shown", "hidden", "hidden", "hidden"]
    assert states["nhs-hes"] == ["rounded", "rounded", "hidden", "rounded"]
    assert states["nhs-legacy-5"] == ["shown", "shown", "hidden", "shown"]
    assert states["safetab-5"] == ["hidden"] * 4
    assert states["scotland-nes"] == ["shown", "hidden", "hidden", "shown"]
    assert states["none"] == ["shown"] * 4


def test_nhs_rounds_counts_and_percentages() -> None:
    table = protect([_table(33, 8)], preset="nhs-hes").tables[0]
    assert [cell.value for cell in table.column("n")] == [35, 10]
    assert table.column("share")[0].number == pytest.approx(100 * 35 / 40)
    assert table.column("mean")[1].number == 3.1


def test_acro_wants_ten_degrees_of_freedom() -> None:
    rows = [Row({"side": "a", "n": 40, "mean": 3.0, "interval": (1.0, 5.0), "dof": 8.4}, who(side="a"), 40)]
    table = protect([make_table("t", "T", COLUMNS, rows)], preset="acro").tables[0]
    assert [cell.hidden for cell in table.rows[0]][:4] == [False, False, True, True]


def test_degrees_of_freedom_go_with_a_bounded_count() -> None:
    whole = make_table("w", "W", COLUMNS[1:2], [Row({"n": 58}, who(wave=1), 58)])
    part = make_table("p", "P", COLUMNS, [Row({"n": 52, "mean": 3.0, "dof": 51.0}, who(wave=1, linked="yes"), 52)])
    table = protect([whole, part]).tables[1]
    assert table.column("n")[0] == Cell(45, who(wave=1, linked="yes"), 45, state="at_least")
    assert table.column("dof")[0].hidden
    assert table.column("mean")[0].number == 3.0


def test_remarks_about_few_people_are_hidden() -> None:
    caveats = [Caveat(code="a", sentence="Row 41 holds 7.", n_people=1), Caveat(code="b", sentence="Fine.")]
    safe = protect([], caveats=caveats)
    assert [caveat.sentence for caveat in safe.caveats] == [HIDDEN_CAVEAT, "Fine."]
    assert safe.log.n_remarks == 1


def test_the_log_holds_counts_only() -> None:
    total = make_table("all", "All", COLUMNS[1:2], [Row({"n": 35}, who(), 35)])
    assert protect([_table(31, 4), total]).log == Log(preset="uk-tre-10", n_small=1, n_derived=1, n_statistics=8)


def test_none_leaves_everything_and_says_so() -> None:
    table = _table(31, 4)
    safe = protect([table], preset="none")
    assert safe.tables == (table,)
    assert safe.log == Log(preset="none")


def test_hidden_is_hidden_whatever_the_value() -> None:
    rows = [Row({"side": "a", "n": 3, "mean": math.nan, "interval": (math.nan, math.nan)}, who(side="a"), 3)]
    table = protect([make_table("t", "T", COLUMNS, rows)]).tables[0]
    assert all(cell.hidden for cell in table.rows[0][1:4])


def test_contradiction_between_tables_is_an_error() -> None:
    with pytest.raises(DisclosureError, match="31 and another 30"):
        protect([_table(31), _table(30, id="u")])


def test_unknown_preset() -> None:
    with pytest.raises(OptionError, match="uk-tre-10"):
        get_preset("uk-tre")


@pytest.mark.parametrize("name", list(presets()))
def test_every_preset_names_its_source(name: str) -> None:
    assert len(presets()[name].source) > 20


def test_nobody_new_is_shown_where_nobody_is_told():
    new = key_of({"wave": 2, "came from:1": "new"})
    table = make_table("new", "New", [Column("n", "New", "count")], [Row({"n": 0}, new, 0)])
    assert protect([table]).tables[0].column("n")[0].value == 0
