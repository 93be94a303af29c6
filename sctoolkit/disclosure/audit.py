"""What a reader can derive: the least and the most that a hidden count can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

Unknown = object
"""Anything hashable that names an unknown count."""
TOLERANCE = 1e-6
"""Of the solver."""

Equation = tuple[Mapping[Unknown, float], float]
"""Coefficients by unknown, and the right-hand side."""
Vector = NDArray[np.float64]


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

    Notes
    -----
    Every solution of the equations is a witness for all unknowns at once: unknowns that solutions show to be wide are
    done with, and only the others have their own least and most computed.
    """
    found = []
    for group, system in _components(equations, lower):
        solve = _System(group, system, lower)
        reach = _Reach(solve, {name: value for name, value in values.items() if name in solve.place})
        if not solve.one_sum and solve.right.size:
            reach.spread(width)
        found += reach.narrower(width)
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
        solved = self.solve(self._aim(place))
        return float(self.lower[place]) if solved is None else float(solved[place])

    def most(self, name: Unknown) -> float:
        """Return the most that an unknown can be."""
        place = self.place[name]
        if not self.right.size:
            return float(np.inf)
        if self.one_sum:
            slack = self.right[0] - self.matrix[0] @ self.lower
            return float(self.lower[place] + slack / self.matrix[0, place])
        solved = self.solve(-self._aim(place))
        return float(np.inf) if solved is None else float(solved[place])

    def solve(self, aim: Vector, upper: Vector | None = None) -> Vector | None:
        """Return unknowns that agree with all equations and make ``aim`` of them least; None where there are none."""
        highest = np.full(len(self.place), np.inf) if upper is None else upper
        bounds = list(zip(self.lower.tolist(), highest.tolist(), strict=True))
        solved: Any = linprog(aim, A_eq=self.matrix, b_eq=self.right, bounds=bounds, method="highs")
        return np.round(solved.x, 6) if solved.status == 0 else None

    def _aim(self, place: int) -> Vector:
        aim = np.zeros(len(self.place))
        aim[place] = 1.0
        return aim


class _Reach:
    """How far some unknowns of a system have been seen to reach: every solution is a witness for all of them."""

    def __init__(self, system: _System, values: Mapping[Unknown, float]) -> None:
        self.system, self.names = system, list(values)
        self.places = np.array([system.place[name] for name in values], dtype=int)
        self.low = np.array(list(values.values()), dtype=float)
        self.high = self.low.copy()

    def spread(self, width: float) -> None:
        """Move all narrow unknowns up together, then down together, for as long as that shows some to be wide."""
        roof = np.full(len(self.system.place), np.inf)
        roof[self.places] = self.low + width
        narrow = self._narrow(width)
        while narrow.any():
            for sign, upper in ((-1.0, roof), (1.0, None)):
                aim = np.zeros(len(self.system.place))
                aim[self.places[self._narrow(width)]] = sign
                self._see(self.system.solve(aim, upper) if aim.any() else None)
            before, narrow = narrow, self._narrow(width)
            if narrow.sum() == before.sum():
                return

    def narrower(self, width: float) -> list[Unknown]:
        """Return the unknowns whose whole interval is narrower than ``width``; intervals of narrow ones are solved."""
        for number, name in enumerate(self.names):
            if self._narrow(width)[number]:
                self.high[number] = self.system.most(name)
            if self._narrow(width)[number]:
                self.low[number] = self.system.least(name)
        return [name for name, narrow in zip(self.names, self._narrow(width), strict=True) if narrow]

    def _narrow(self, width: float) -> NDArray[np.bool_]:
        narrow: NDArray[np.bool_] = self.high - self.low < width - TOLERANCE
        return narrow

    def _see(self, solved: Vector | None) -> None:
        if solved is not None:
            self.low = np.minimum(self.low, solved[self.places])
            self.high = np.maximum(self.high, solved[self.places])
