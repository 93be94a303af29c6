"""What a model text leaves unsaid: variances, covariances, intercepts, thresholds and the scale of latent variables."""

from __future__ import annotations

import math
from itertools import combinations

from sctoolkit.errors import ModelSyntaxError, NotIdentifiedError, did_you_mean
from sctoolkit.measurement.structure.model_syntax import Syntax, Term
from sctoolkit.measurement.structure.parameter_table import Parameter, Variables

NAN = math.nan


def default_parameters(
    syntax: Syntax,
    variables: Variables,
    n_groups: int,
    *,
    parameterization: str,
    std_lv: bool,
    mean_structure: bool,
    fixed_x: bool,
) -> list[Parameter]:
    """Return the parameters of all groups: those written, then those implied.

    Notes
    -----
    The rules are lavaan's for ``cfa`` and ``sem``: exogenous latent variables covary, dependent variables that predict
    nothing covary, items have residual variances, covariates are held at their sample moments (``fixed_x``). With
    ``std_lv`` a latent variable has variance 1 unless the text fixes one of its loadings or its variance; without, its
    first loading is 1.
    """
    _check_terms(syntax, variables, n_groups)
    rows: list[Parameter] = []
    for group in range(n_groups):
        written = [_written(term, group) for term in syntax.terms]
        known = {(row.lhs, row.op, row.rhs) for row in written}
        known |= {(row.rhs, row.op, row.lhs) for row in written if row.op == "~~"}
        own = _loadings_with_scale(syntax, written, std_lv)
        for row in _implied(syntax, variables, group, parameterization, std_lv, mean_structure, fixed_x, own):
            if (row.lhs, row.op, row.rhs) not in known:
                own.append(row)
        rows.extend(_residuals_of_single_items(syntax, variables, own))
    return rows


def _entry(values: tuple[float | None, ...], group: int) -> float | None:
    """Return the value for a group."""
    return values[group] if len(values) > 1 else values[0]


def _written(term: Term, group: int) -> Parameter:
    """Return the parameter that a term asks for in a group."""
    fixed, start = _entry(term.fixed, group), _entry(term.start, group)
    label = term.label[group] if len(term.label) > 1 else term.label[0]
    is_fixed = fixed is not None and not math.isnan(fixed)
    freed = fixed is not None and math.isnan(fixed)
    value = fixed if fixed is not None and is_fixed else NAN if start is None else start
    role = "fixed" if is_fixed else "free"
    return Parameter(term.lhs, term.op, term.rhs, group, role, value, label, freed or is_fixed or bool(label))


def _loadings_with_scale(syntax: Syntax, written: list[Parameter], std_lv: bool) -> list[Parameter]:
    """Return the written parameters; without ``std_lv`` the first loading of a latent variable is 1."""
    rows = list(written)
    if std_lv:
        return rows
    for latent in syntax.latents:
        first = next(index for index, row in enumerate(rows) if row.op == "=~" and row.lhs == latent)
        row = rows[first]
        if not row.from_user and math.isnan(row.value):
            rows[first] = Parameter(row.lhs, row.op, row.rhs, row.group, "fixed", 1.0)
    return rows


def _has_own_scale(latent: str, rows: list[Parameter]) -> bool:
    """Say whether a loading of the latent variable is fixed to a number other than zero."""
    return any(row.op == "=~" and row.lhs == latent and row.role == "fixed" and row.value != 0.0 for row in rows)


def _implied(
    syntax: Syntax,
    variables: Variables,
    group: int,
    parameterization: str,
    std_lv: bool,
    mean_structure: bool,
    fixed_x: bool,
    rows: list[Parameter],
) -> list[Parameter]:
    """Return every default parameter of a group, written or not."""
    dependent = {term.lhs for term in syntax.terms if term.op == "~" and term.rhs != "1"}
    predictors = {term.rhs for term in syntax.terms if term.op == "~" and term.rhs != "1"}
    indicators = {term.rhs for term in syntax.terms if term.op == "=~"}
    covariates = [name for name in variables.items if name in predictors - dependent - indicators]
    moments = "exogenous" if fixed_x else "free"
    found: list[Parameter] = []

    def add(lhs: str, op: str, rhs: str, role: str, value: float = NAN) -> None:
        found.append(Parameter(lhs, op, rhs, group, role, value))

    for name in variables.items:
        if name in covariates and name not in variables.ordered:
            add(name, "~~", name, moments)
        elif name not in variables.ordered:
            add(name, "~~", name, "free")
        elif parameterization == "delta":
            add(name, "~~", name, "derived")
        else:
            add(name, "~~", name, "fixed", 1.0)
    for latent in variables.latents:
        standard = std_lv and not _has_own_scale(latent, rows)
        add(latent, "~~", latent, "fixed" if standard else "free", 1.0 if standard else NAN)
    for pair in combinations(covariates, 2):
        add(*_around("~~", pair), moments)
    exogenous = [name for name in variables.latents if name not in dependent | indicators]
    outcomes = [name for name in (*variables.items, *variables.latents) if name in dependent - predictors - indicators]
    for pair in (*combinations(exogenous, 2), *combinations(outcomes, 2)):
        add(*_around("~~", pair), "free")
    for name in variables.items:
        for number in range(variables.n_thresholds[name]):
            add(name, "|", f"t{number + 1}", "free")
        if name in variables.ordered:
            add(name, "~", "1", "fixed", 0.0)
            if parameterization == "delta":
                add(name, "~*~", name, "fixed", 1.0)
        elif mean_structure:
            add(name, "~", "1", moments if name in covariates else "free")
    for latent in variables.latents:
        add(latent, "~", "1", "fixed", 0.0)
    return found


def _around(op: str, pair: tuple[str, str]) -> tuple[str, str, str]:
    """Return (first, op, second)."""
    return pair[0], op, pair[1]


def _residuals_of_single_items(syntax: Syntax, variables: Variables, rows: list[Parameter]) -> list[Parameter]:
    """Fix at zero the unwritten residual variance of an item that alone measures a latent variable."""
    out = list(rows)
    for latent in syntax.latents:
        own = [row for row in rows if row.op == "=~" and row.lhs == latent]
        if len(own) != 1 or own[0].rhs in variables.ordered or own[0].rhs in variables.latents:
            continue
        item = own[0].rhs
        written = any(term.op == "~~" and term.lhs == term.rhs == item for term in syntax.terms)
        shared = sum(row.op == "=~" and row.rhs == item for row in rows) > 1
        if not written and not shared:
            out = [
                Parameter(item, "~~", item, row.group, "fixed", 0.0)
                if (row.lhs, row.op, row.rhs) == (item, "~~", item)
                else row
                for row in out
            ]
    return out


def _check_terms(syntax: Syntax, variables: Variables, n_groups: int) -> None:
    """Raise where a statement cannot hold for these variables."""
    known = (*variables.items, *variables.latents)
    for term in syntax.terms:
        for name, values in (("fixed values", term.fixed), ("labels", term.label), ("starting values", term.start)):
            if len(values) not in (1, n_groups):
                raise ModelSyntaxError(
                    f"`c()` must hold one entry for each of {n_groups} group(s), found {len(values)} {name}.",
                    where=f"Line {term.line} of the model, at `{term.lhs} {term.op} {term.rhs}`.",
                    hint="Write one entry a group, in the order of the groups, or a plain number or label for all.",
                )
        if term.op in ("|", "~*~") and term.lhs not in variables.ordered:
            raise ModelSyntaxError(
                f"`{term.op}` must stand after an ordered item, and `{term.lhs}` is not ordered.",
                where=f"Line {term.line} of the model.",
                hint=did_you_mean(term.lhs, variables.ordered)
                or "Take the line out, or fit the items as ordinal: `ordered=True`.",
            )
        if term.op == "|" and term.rhs not in [f"t{n + 1}" for n in range(variables.n_thresholds[term.lhs])]:
            count = variables.n_thresholds[term.lhs]
            raise ModelSyntaxError(
                f"Thresholds of `{term.lhs}` must be `t1` to `t{count}`, found `{term.rhs}`.",
                where=f"Line {term.line} of the model.",
                hint=f"Answers in use: {count + 1}, so take the line out or number it up to {count}.",
            )
        if term.op in ("~", "=~") and term.lhs == term.rhs:
            verb = "predict" if term.op == "~" else "measure"
            raise ModelSyntaxError(
                f"`{term.lhs}` must not {verb} itself.",
                where=f"Line {term.line} of the model.",
                hint=f"Take `{term.lhs}` off the right side; its variance is written `{term.lhs} ~~ {term.lhs}`.",
            )
    for latent in syntax.latents:
        own = [term for term in syntax.terms if term.op == "=~" and term.lhs == latent]
        if len(own) == 1 and all(value is None for value in own[0].fixed) and own[0].rhs in known:
            raise NotIdentifiedError(
                f"A factor must have two items or more, or a fixed loading, and `{latent}` has only `{own[0].rhs}`.",
                where=f"Line {own[0].line} of the model.",
                hint=f"To use one item as it is, write `{latent} =~ 1*{own[0].rhs}`.",
            )
