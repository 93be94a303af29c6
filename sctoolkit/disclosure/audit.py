"""What a reader can derive: the least and the most that a hidden count can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linprog

Unknown = object
"""Anything hashable that names an unknown count."""


def feasible_intervals(
    equations: Sequence[tuple[Mapping[Unknown, float], float]],
    lower: Mapping[Unknown, float],
    wanted: Iterable[Unknown],
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
    for group in _components(equations, lower):
        inside = set(group)
        sought = [name for name in targets if name in inside]
        if sought:
            system = [(terms, value) for terms, value in equations if any(name in inside for name in terms)]
            found |= _solve(group, system, lower, sought)
    return {name: found[name] for name in targets}


def _components(
    equations: Sequence[tuple[Mapping[Unknown, float], float]], lower: Mapping[Unknown, float]
) -> list[list[Unknown]]:
    """Return the unknowns in groups that no equation connects."""
    parent: dict[Unknown, Unknown] = {name: name for name in lower}

    def root(name: Unknown) -> Unknown:
        while parent[name] is not name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for terms, _ in equations:
        names = list(terms)
        for name in names[1:]:
            parent[root(name)] = root(names[0])
    groups: dict[Unknown, list[Unknown]] = {}
    for name in lower:
        groups.setdefault(root(name), []).append(name)
    return list(groups.values())


def _solve(
    group: list[Unknown],
    system: list[tuple[Mapping[Unknown, float], float]],
    lower: Mapping[Unknown, float],
    sought: list[Unknown],
) -> dict[Unknown, tuple[float, float]]:
    """Return the intervals of one connected group."""
    if not system:
        return {name: (float(lower[name]), np.inf) for name in sought}
    if len(system) == 1 and all(coefficient > 0 for coefficient in system[0][0].values()):
        return _solve_sum(*system[0], lower, sought)
    place = {name: number for number, name in enumerate(group)}
    matrix = np.zeros((len(system), len(group)))
    for number, (terms, _) in enumerate(system):
        for name, coefficient in terms.items():
            matrix[number, place[name]] = coefficient
    right = np.array([value for _, value in system], dtype=float)
    bounds = [(float(lower[name]), None) for name in group]
    found: dict[Unknown, tuple[float, float]] = {}
    least: Any
    most: Any
    for name in sought:
        aim = np.zeros(len(group))
        aim[place[name]] = 1.0
        least = linprog(aim, A_eq=matrix, b_eq=right, bounds=bounds, method="highs")
        most = linprog(-aim, A_eq=matrix, b_eq=right, bounds=bounds, method="highs")
        low = round(float(least.fun), 6) if least.status == 0 else float(lower[name])
        found[name] = (low, -round(float(most.fun), 6) if most.status == 0 else np.inf)
    return found


def _solve_sum(
    terms: Mapping[Unknown, float], value: float, lower: Mapping[Unknown, float], sought: list[Unknown]
) -> dict[Unknown, tuple[float, float]]:
    """Return the intervals where one sum is all that is known."""
    slack = value - sum(coefficient * lower[name] for name, coefficient in terms.items())
    alone = len(terms) == 1
    found = {}
    for name in sought:
        most = float(lower[name]) + slack / terms[name]
        found[name] = (most if alone else float(lower[name]), most)
    return found
