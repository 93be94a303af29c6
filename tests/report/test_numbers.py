"""How figures are written."""

from __future__ import annotations

import math

import pytest

from sctoolkit.disclosure.table import Cell, Column
from sctoolkit.report.numbers import format_cell, format_interval, format_number, format_people, format_signed


@pytest.mark.parametrize(
    ("value", "kind", "digits", "written"),
    [
        (0.0004, "p_value", None, "<.001"),
        (0.031, "p_value", None, ".031"),
        (0.9999, "p_value", None, ">.999"),
        (1.0, "p_value", None, ">.999"),
        (0.001, "p_value", None, ".001"),
        (0.0, "p_value", None, "<.001"),
        (0.791, "proportion", None, ".79"),
        (-0.4, "proportion", None, "−.40"),
        (1.0, "proportion", None, "1.00"),
        (0.999, "proportion", None, "1.00"),
        (1.25, "number", None, "1.25"),
        (-0.001, "number", None, "0.00"),
        (-0.005001, "number", None, "−0.01"),
        (1234567, "count", None, "1,234,567"),
        (33.4, "percent", None, "33%"),
        (0.0, "percent", None, "0%"),
        (8.41, "dof", None, "8.4"),
        (9.0, "dof", None, "9"),
        (3, "plain", None, "3"),
        (2.5, "plain", None, "2.5"),
        (math.nan, "score", None, "n/a"),
        (math.inf, "number", None, "∞"),
        (-math.inf, "number", None, "−∞"),
        (12.345, "score", 1, "12.3"),
    ],
)
def test_numbers(value: float, kind: str, digits: int | None, written: str) -> None:
    assert format_number(value, kind, digits) == written


def test_cells() -> None:
    people, mean = Column("n", "People", "count"), Column("m", "Mean", "score")
    assert format_cell(Cell(None, state="hidden"), mean) == "[c]"
    assert format_cell(Cell(None), mean) == ""
    assert format_cell(Cell(45, state="at_least"), people) == "45+"
    assert format_cell(Cell((0.05, 0.512)), Column("i", "I", "interval")) == "0.05 to 0.51"
    assert format_cell(Cell((math.nan, math.nan)), Column("i", "I", "interval")) == "n/a"
    assert format_cell(Cell((math.nan, 1.0)), Column("i", "I", "interval")) == "n/a to 1.00"
    assert format_cell(Cell("=1+1"), Column("t", "T")) == "=1+1"


def test_signs_and_intervals() -> None:
    assert [format_signed(v) for v in (0.3, -0.3, 0.0, -0.0001, math.nan)] == ["+0.30", "−0.30", "0.00", "0.00", "n/a"]
    assert format_interval(-1.0, -0.5) == "−1.00 to −0.50"


def test_people_in_sentences() -> None:
    assert format_people(Cell(1)) == "1 person"
    assert format_people(Cell(35, state="rounded")) == "about 35 people"
    assert format_people(Cell(None, state="hidden")) == "a number of people that is not shown"
