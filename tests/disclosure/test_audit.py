"""What a reader can derive."""

from __future__ import annotations

import math

from sctoolkit.disclosure.audit import feasible_intervals


def test_one_sum() -> None:
    assert feasible_intervals([({"a": 1, "b": 1}, 14.0)], {"a": 0, "b": 3}, ["a", "b"]) == {"a": (0, 11), "b": (3, 14)}


def test_one_unknown_alone_is_known() -> None:
    assert feasible_intervals([({"a": 1}, 4.0)], {"a": 0}, ["a"]) == {"a": (4, 4)}


def test_two_sums_that_cross() -> None:
    """a + b = 10, b + c = 12, a + c = 6: all are known (a = 2, b = 8, c = 4)."""
    sums = [({"a": 1, "b": 1}, 10.0), ({"b": 1, "c": 1}, 12.0), ({"a": 1, "c": 1}, 6.0)]
    found = feasible_intervals(sums, {"a": 0, "b": 0, "c": 0}, ["a", "b", "c"])
    assert found == {"a": (2, 2), "b": (8, 8), "c": (4, 4)}


def test_a_hidden_whole_has_no_upper_end() -> None:
    assert feasible_intervals([({"part": 1, "whole": -1}, 0.0)], {"part": 0, "whole": 0}, ["whole"])["whole"] == (
        0,
        math.inf,
    )


def test_no_equation_at_all() -> None:
    assert feasible_intervals([], {"a": 5}, ["a"]) == {"a": (5, math.inf)}
