"""The parameter table: every parameter of every group with its place, and the arrays that numerics need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

import numpy as np

from sctoolkit.numerics.structure.implied_moments import FloatArray, GroupModel, Kind


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of one group.

    ``value`` is the fixed value, or the starting value given by the user (nan: to be found). ``role`` is "free",
    "fixed", "derived" (residual variance that follows from the scale of an ordered item) or "exogenous" (moments of
    covariates, held at the sample values).
    """

    lhs: str
    op: str
    rhs: str
    group: int
    role: str
    value: float
    label: str = ""
    from_user: bool = False

    @property
    def name(self) -> str:
        """Return `lhs op rhs`."""
        return f"{self.lhs} {self.op} {self.rhs}"


@dataclass(frozen=True, slots=True)
class Variables:
    """Names and kinds of the variables of a model.

    ``position`` is the place of each name, items first, and ``first_threshold`` that of an item's first threshold;
    ``occasion`` maps a name to (name without its wave, number of the wave) in models over waves. ``covariates`` are
    the items on which the moments of the others are conditional.
    """

    items: tuple[str, ...]
    latents: tuple[str, ...]
    ordered: tuple[str, ...]
    n_thresholds: dict[str, int]
    occasion: dict[str, tuple[str, int]]
    covariates: tuple[str, ...] = ()
    position: dict[str, int] = field(init=False)
    first_threshold: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "position", {name: k for k, name in enumerate((*self.items, *self.latents))})
        before = accumulate((self.n_thresholds[name] for name in self.items), initial=0)
        object.__setattr__(self, "first_threshold", dict(zip(self.items, before, strict=False)))


@dataclass(frozen=True, slots=True)
class ParameterTable:
    """Parameters of all groups, with ``parameters[i] = offset[i] + mapping[i] @ z`` for the free ones."""

    variables: Variables
    groups: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    parameterization: str
    mean_structure: bool
    mapping: FloatArray
    offset: FloatArray
    definitions: tuple[tuple[str, str], ...]

    @property
    def n_free(self) -> int:
        """Return the number of free parameters after equalities."""
        return int(self.mapping.shape[1])

    def find(self, lhs: str, op: str, rhs: str, group: int = 0) -> int | None:
        """Return the row of a parameter, or None."""
        for index, entry in enumerate(self.parameters):
            here = (entry.lhs, entry.rhs) == (lhs, rhs) or (op == "~~" and (entry.rhs, entry.lhs) == (lhs, rhs))
            if entry.group == group and entry.op == op and here:
                return index
        return None


def place(variables: Variables, parameter: Parameter) -> tuple[Kind, int, int]:
    """Return the matrix, row and column of a parameter."""
    at = variables.position
    if parameter.op == "=~":
        return Kind.PATH, at[parameter.rhs], at[parameter.lhs]
    if parameter.op == "~~":
        return Kind.COVARIANCE, at[parameter.lhs], at[parameter.rhs]
    if parameter.op == "~*~":
        return Kind.SCALE, at[parameter.lhs], 0
    if parameter.op == "|":
        return Kind.THRESHOLD, variables.first_threshold[parameter.lhs] + int(parameter.rhs[1:]) - 1, 0
    if parameter.rhs == "1":
        return Kind.MEAN, at[parameter.lhs], 0
    return Kind.PATH, at[parameter.lhs], at[parameter.rhs]


def with_values(table: ParameterTable, values: Sequence[float]) -> ParameterTable:
    """Return the table with other values (one a row)."""
    rows = tuple(replace(row, value=float(value)) for row, value in zip(table.parameters, values, strict=True))
    return replace(table, parameters=rows)


def group_models(table: ParameterTable) -> tuple[GroupModel, ...]:
    """Return the arrays of every group."""
    places: list[list[int]] = [[] for _ in table.groups]
    for index, row in enumerate(table.parameters):
        places[row.group].append(index)
    return tuple(_group_model(table, own) for own in places)


def _group_model(table: ParameterTable, own: Sequence[int]) -> GroupModel:
    """Return the arrays of the group whose rows are given."""
    variables = table.variables
    p, v = len(variables.items), len(variables.items) + len(variables.latents)
    ordered = np.array([name in variables.ordered for name in variables.items], dtype=bool)
    widths = [variables.n_thresholds[name] for name in variables.items]
    fixed = {
        Kind.PATH: np.zeros((v, v)),
        Kind.COVARIANCE: np.zeros((v, v)),
        Kind.MEAN: np.zeros((v, 1)),
        Kind.THRESHOLD: np.zeros((sum(widths), 1)),
        Kind.SCALE: np.ones((p, 1)),
    }
    entries: list[tuple[Kind, int, int]] = []
    rows: list[int] = []
    derived: list[int] = []
    for index in own:
        parameter = table.parameters[index]
        kind, row, col = place(variables, parameter)
        if parameter.role == "free":
            entries.append((kind, row, col))
            rows.append(index)
        elif parameter.role == "derived":
            derived.append(row)
        elif parameter.role != "exogenous" or not variables.covariates:
            fixed[kind][row, col] = parameter.value
            if kind == Kind.COVARIANCE:
                fixed[kind][col, row] = parameter.value
    where = np.array(entries, dtype=np.intp).reshape(-1, 3)
    return GroupModel(
        ordered=ordered,
        threshold_item=np.repeat(np.arange(p), widths),
        paths=fixed[Kind.PATH],
        covariances=fixed[Kind.COVARIANCE],
        means=fixed[Kind.MEAN][:, 0],
        thresholds=fixed[Kind.THRESHOLD][:, 0],
        scales=fixed[Kind.SCALE][:, 0],
        kind=where[:, 0],
        row=where[:, 1],
        col=where[:, 2],
        entry_map=table.mapping[rows],
        entry_offset=table.offset[rows],
        derived=np.array(derived, dtype=np.intp),
        mean_structure=table.mean_structure,
        covariates=np.array([variables.position[name] for name in variables.covariates], dtype=np.intp),
    )
