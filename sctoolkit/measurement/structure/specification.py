"""From a parsed model and data to the parameter table."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.measurement.structure.default_parameters import default_parameters
from sctoolkit.measurement.structure.equality import free_map
from sctoolkit.measurement.structure.group_constraints import check_kinds, constrain_blocks
from sctoolkit.measurement.structure.model_data import ModelData
from sctoolkit.measurement.structure.model_syntax import Syntax
from sctoolkit.measurement.structure.parameter_table import Parameter, ParameterTable, Variables
from sctoolkit.numerics.structure.implied_moments import FloatArray


def specify(
    syntax: Syntax,
    data: ModelData,
    *,
    ordered: bool,
    parameterization: str,
    std_lv: bool,
    mean_structure: bool,
    fixed_x: bool,
    kinds: Sequence[str] = (),
    partial: Collection[str] = (),
    occasion: Mapping[str, tuple[str, int]] | None = None,
) -> ParameterTable:
    """Return the parameter table of a model.

    Parameters
    ----------
    syntax : Syntax
    data : ModelData
    ordered : bool
        Whether the items named in ``data.ordered`` are treated as ordinal.
    parameterization : {"delta", "theta"}
    std_lv, mean_structure, fixed_x : bool
    kinds : sequence of str
        Kinds of parameters that are equal over groups and waves.
    partial : collection of str
        Parameters exempt from that.
    occasion : mapping, optional
        Name without wave and number of the wave of every item and latent variable, in models over waves.
    """
    variables = Variables(
        items=data.items,
        latents=syntax.latents,
        ordered=data.ordered if ordered else (),
        n_thresholds={name: len(data.categories[name]) - 1 if name in data.ordered else 0 for name in data.items},
        occasion=dict(occasion or {}),
        covariates=data.covariates,
    )
    rows: list[Parameter] = default_parameters(
        syntax,
        variables,
        len(data.groups),
        parameterization=parameterization,
        std_lv=std_lv,
        mean_structure=mean_structure,
        fixed_x=fixed_x,
    )
    if kinds:
        clean = check_kinds(kinds, variables, parameterization)
        rows = constrain_blocks(rows, variables, clean, partial, parameterization=parameterization)
    mapping, offset = free_map(rows, syntax.equalities)
    return ParameterTable(
        variables=variables,
        groups=data.groups,
        parameters=tuple(rows),
        parameterization=parameterization,
        mean_structure=mean_structure,
        mapping=mapping,
        offset=offset,
        definitions=syntax.definitions,
    )


def with_sample_covariates(
    table: ParameterTable, mean: Sequence[FloatArray], spread: Sequence[FloatArray]
) -> ParameterTable:
    """Return the table with the moments of covariates at their sample values."""
    at = table.variables.position

    def filled(row: Parameter) -> Parameter:
        if row.role != "exogenous":
            return row
        if row.op == "~":
            return replace(row, value=float(mean[row.group][at[row.lhs]]))
        return replace(row, value=float(spread[row.group][at[row.lhs], at[row.rhs]]))

    return replace(table, parameters=tuple(filled(row) for row in table.parameters))


def count_exogenous(table: ParameterTable) -> int:
    """Return the number of modelled moments held at their sample values, over groups."""
    if table.variables.covariates:
        return 0
    return sum(row.role == "exogenous" for row in table.parameters)


def covariates(table: ParameterTable) -> tuple[str, ...]:
    """Return the items that only predict."""
    paths = [row for row in table.parameters if row.op == "~" and row.rhs != "1"]
    explained = {row.lhs for row in paths} | {row.rhs for row in table.parameters if row.op == "=~"}
    predictors = {row.rhs for row in paths} - explained
    return tuple(name for name in table.variables.items if name in predictors)


def check_counts(n_moments: int, table: ParameterTable) -> int:
    """Return the degrees of freedom, or raise when there are more parameters than moments."""
    dof = n_moments - count_exogenous(table) - table.n_free
    if dof < 0:
        raise NotIdentifiedError(
            f"A model must not have more parameters than moments, and this one has {table.n_free} for "
            f"{n_moments - count_exogenous(table)}.",
            where=f"{len(table.variables.items)} items, {len(table.groups)} group(s).",
            hint="Give the factors more items, fix or equate parameters.",
        )
    return dof


def describe_direction(table: ParameterTable, direction: FloatArray) -> str:
    """Return the names of the parameters that a flat direction moves most."""
    size = np.abs(table.mapping @ direction)
    order = np.argsort(-size)[:6]
    names = [table.parameters[index].name for index in order if size[index] > 0.2 * size.max()]
    return ", ".join(f"`{name}`" for name in dict.fromkeys(names))
