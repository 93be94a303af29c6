"""What a reader can derive: the least and the most that a hidden count can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linprog

Unknown = object
"""Anything hashable that names an unknown count."""
TOLERANCE = 1e-6
"""Of the solver."""

Equation = tuple[Mapping[Unknown, float], float]
"""Coefficients by unknown, and the right-hand side."""


def feasible_intervals(
    equations: Sequence[Equation], lower: Mapping[Unknown, float], wanted: Iterable[Unknown]
) -> dict[Unknown, tuple[float, float]]:
    """Return the least and greatest value of each wanted unknown, by linear programming.

    Parameters
    ----------
    equations : sequence of (coefficients by unknown, right-hand side)
        What is known: sums of unknowns.
    lower : mapping
        Known lower bound of every unknown; 0 for a hidden count.
    wanted : iterable
        The unknowns of interest.

    Returns
    -------
    dict
        (least, greatest); the greatest is inf where nothing bounds it.

    Examples
    --------
    >>> feasible_intervals([({"a": 1, "b": 1}, 14.0)], {"a": 0, "b": 0}, ["a"])
    {'a': (0.0, 14.0)}
    """
    targets = list(wanted)
    found: dict[Unknown, tuple[float, float]] = {}
    for group, system in _components(equations, lower):
        solve = _System(group, system, lower)
        found |= {name: (solve.least(name), solve.most(name)) for name in targets if name in solve.place}
    return {name: found[name] for name in targets}


def narrower_than(
    width: float, equations: Sequence[Equation], lower: Mapping[Unknown, float], values: Mapping[Unknown, float]
) -> list[Unknown]:
    """Return the unknowns whose feasible interval is narrower than ``width``.

    Parameters
    ----------
    width : float
        What an interval must reach.
    equations, lower
        As in `feasible_intervals`.
    values : mapping
        The unknowns of interest with their true values, which lie in their intervals and so save half of the work.
    """
    found = []
    for group, system in _components(equations, lower):
        solve = _System(group, system, lower)
        for name in (name for name in values if name in solve.place):
            most = solve.most(name)
            if most - values[name] < width - TOLERANCE and most - solve.least(name) < width - TOLERANCE:
                found.append(name)
    return found


def _components(
    equations: Sequence[Equation], lower: Mapping[Unknown, float]
) -> list[tuple[list[Unknown], list[Equation]]]:
    """Return the unknowns in groups that no equation connects, each with its equations."""
    parent: dict[Unknown, Unknown] = {name: name for name in lower}

    def root(name: Unknown) -> Unknown:
        while parent[name] is not name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for terms, _ in equations:
        first, *others = terms
        for name in others:
            parent[root(name)] = root(first)
    groups: dict[Unknown, tuple[list[Unknown], list[Equation]]] = {}
    for name in lower:
        groups.setdefault(root(name), ([], []))[0].append(name)
    for terms, value in equations:
        groups[root(next(iter(terms)))][1].append((terms, value))
    return list(groups.values())


class _System:
    """One connected group of unknowns with its equations."""

    def __init__(self, group: list[Unknown], system: list[Equation], lower: Mapping[Unknown, float]) -> None:
        self.place = {name: number for number, name in enumerate(group)}
        self.lower = np.array([lower[name] for name in group], dtype=float)
        self.matrix = np.zeros((len(system), len(group)))
        for number, (terms, _) in enumerate(system):
            for name, coefficient in terms.items():
                self.matrix[number, self.place[name]] = coefficient
        self.right = np.array([value for _, value in system], dtype=float)
        self.one_sum = len(system) == 1 and bool((self.matrix > 0).all())

    def least(self, name: Unknown) -> float:
        """Return the least that an unknown can be."""
        place = self.place[name]
        if (self.one_sum and len(self.place) > 1) or not self.right.size:
            return float(self.lower[place])
        solved = self._minimum(place, 1.0)
        return float(self.lower[place]) if solved is None else solved

    def most(self, name: Unknown) -> float:
        """Return the most that an unknown can be."""
        place = self.place[name]
        if not self.right.size:
            return float(np.inf)
        if self.one_sum:
            slack = self.right[0] - self.matrix[0] @ self.lower
            return float(self.lower[place] + slack / self.matrix[0, place])
        solved = self._minimum(place, -1.0)
        return float(np.inf) if solved is None else -solved

    def _minimum(self, place: int, sign: float) -> float | None:
        """Return the least of plus or minus one unknown; None where there is none."""
        aim = np.zeros(len(self.place))
        aim[place] = sign
        bounds = [(float(bound), None) for bound in self.lower]
        solved: Any = linprog(aim, A_eq=self.matrix, b_eq=self.right, bounds=bounds, method="highs")
        return round(float(solved.fun), 6) if solved.status == 0 else None
