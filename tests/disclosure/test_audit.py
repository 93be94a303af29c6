"""What a reader can derive."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sctoolkit.disclosure.audit import TOLERANCE, feasible_intervals, narrower_than


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


@pytest.mark.parametrize("seed", range(40))
def test_the_narrow_are_those_whose_own_interval_is_narrow(seed):
    """Random tables of counts, some shown, some bounded: shared solutions against the interval of each unknown."""
    rng = np.random.default_rng(seed)
    table = rng.poisson(rng.choice([2, 8, 20]), size=(rng.integers(2, 5), rng.integers(2, 5)))
    counts = {(i, j): float(n) for (i, j), n in np.ndenumerate(table)}
    shown = {key for key in counts if rng.random() < 0.4}
    lower = {key: float(5 * (n // 5)) if rng.random() < 0.3 else 0.0 for key, n in counts.items() if key not in shown}
    equations = []
    for line in [[k for k in counts if k[0] == i] for i in range(table.shape[0])] + [
        [k for k in counts if k[1] == j] for j in range(table.shape[1])
    ]:
        terms = {key: 1.0 for key in line if key not in shown}
        total = sum(counts[key] for key in terms)
        if terms and rng.random() < 0.8:
            equations.append((terms, float(total)))
    intervals = feasible_intervals(equations, lower, list(lower))
    narrow = {key for key, (least, most) in intervals.items() if most - least < 10 - TOLERANCE}
    assert set(narrower_than(10, equations, lower, {key: counts[key] for key in lower})) == narrow
