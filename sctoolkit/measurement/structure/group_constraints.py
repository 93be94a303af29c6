"""Equality over groups and waves by kind of parameter, and what it frees (Wu & Estabrook 2016 for ordered items).

A *block* is a group, a wave, or a group at a wave. The first block is the reference.

=================  ============================================  ==========================================
kind               equal over blocks                             freed outside the reference
=================  ============================================  ==========================================
thresholds         thresholds of ordered items                   intercepts (from 1 equal threshold) and
                                                                 scales or residuals (from 2) of the items
loadings           loadings                                      variances of standardised factors
intercepts         intercepts; zero for ordered items            means of factors
residuals          residual variances; 1 for ordered (theta)
=================  ============================================  ==========================================
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace

from sctoolkit.errors import OptionError, did_you_mean
from sctoolkit.measurement.structure.parameter_table import Parameter, Variables

KINDS = (
    "thresholds",
    "loadings",
    "intercepts",
    "residuals",
    "regressions",
    "residual_covariances",
    "lv_variances",
    "lv_covariances",
    "means",
)


def check_kinds(kinds: Sequence[str], variables: Variables, parameterization: str) -> tuple[str, ...]:
    """Return the kinds with dots read as underscores, or raise for one that is not offered."""
    clean = tuple(kind.replace(".", "_") for kind in kinds)
    for kind in clean:
        if kind not in KINDS:
            raise OptionError(
                f"`group_equal` must hold kinds of parameters, and `{kind}` is none.", hint=did_you_mean(kind, KINDS)
            )
    if "residuals" in clean and variables.ordered and parameterization == "delta":
        raise OptionError(
            "Equal residual variances of ordered items must be asked for under the theta parameterization.",
            hint='Use `parameterization="theta"`.',
        )
    return clean


def constrain_blocks(
    parameters: Sequence[Parameter],
    variables: Variables,
    kinds: Collection[str],
    partial: Collection[str] = (),
    *,
    parameterization: str = "delta",
) -> list[Parameter]:
    """Return the parameters with equal ones labelled and the freed ones free.

    Parameters
    ----------
    parameters : sequence of Parameter
    variables : Variables
    kinds : collection of str
        From `KINDS`.
    partial : collection of str
        Names of parameters left free in every block (`f =~ item2`, `item3 | t1`, `item1 ~ 1`), without the wave.
    parameterization : {"delta", "theta"}
    """
    exempt = {_squeeze(name) for name in partial}
    kept_equal: dict[str, int] = defaultdict(int)
    rows: list[Parameter] = []
    for row in parameters:
        base = base_name(row, variables)
        if row.role == "free" and not row.label and kind_of(row, variables) in kinds and _squeeze(base) not in exempt:
            row = replace(row, label=f".{base}")
            if row.op == "|" and block(row, variables) == (0, 0):
                kept_equal[_base(row.lhs, variables)] += 1
        rows.append(row)
    return [_freed(row, variables, kinds, exempt, kept_equal, parameterization) for row in rows]


def block(row: Parameter, variables: Variables) -> tuple[int, int]:
    """Return (group, wave) of a parameter; parameters between waves belong to the later one."""
    waves = [variables.occasion[name][1] for name in (row.lhs, row.rhs) if name in variables.occasion]
    return row.group, max(waves, default=0)


def _freed(
    row: Parameter,
    variables: Variables,
    kinds: Collection[str],
    exempt: Collection[str],
    kept_equal: dict[str, int],
    parameterization: str,
) -> Parameter:
    """Return a parameter, freed where equalities of other kinds make it estimable."""
    if block(row, variables) == (0, 0) or row.role != "fixed" or row.from_user:
        return row
    base, name = _squeeze(base_name(row, variables)), _base(row.lhs, variables)
    free = False
    if row.lhs in variables.latents and row.op == "~~" and row.lhs == row.rhs:
        free = "loadings" in kinds and ("lv_variances" not in kinds or base in exempt)
    elif row.lhs in variables.latents and row.op == "~" and row.rhs == "1":
        free = "intercepts" in kinds and ("means" not in kinds or base in exempt)
    elif row.lhs in variables.ordered and row.op == "~" and row.rhs == "1":
        free = kept_equal[name] >= 1 and ("intercepts" not in kinds or base in exempt)
    elif row.lhs in variables.ordered and row.op in ("~~", "~*~") and row.lhs == row.rhs:
        free = kept_equal[name] >= 2 and ("residuals" not in kinds or _squeeze(f"{name} ~~ {name}") in exempt)
    return replace(row, role="free", value=float("nan")) if free else row


def kind_of(row: Parameter, variables: Variables) -> str:
    """Return the kind of a parameter."""
    latent = row.lhs in variables.latents
    if row.op == "=~":
        return "loadings"
    if row.op == "|":
        return "thresholds"
    if row.op == "~":
        return ("means" if latent else "intercepts") if row.rhs == "1" else "regressions"
    if row.op == "~~" and row.lhs == row.rhs:
        return "lv_variances" if latent else "residuals"
    if row.op == "~~":
        return "lv_covariances" if latent else "residual_covariances"
    return ""


def _base(name: str, variables: Variables) -> str:
    """Return a name without its wave."""
    return variables.occasion[name][0] if name in variables.occasion else name


def base_name(row: Parameter, variables: Variables) -> str:
    """Return `lhs op rhs` without waves; pairs of different waves keep them."""
    waves = {variables.occasion[name][1] for name in (row.lhs, row.rhs) if name in variables.occasion}
    if len(waves) > 1:
        return row.name
    return f"{_base(row.lhs, variables)} {row.op} {_base(row.rhs, variables)}"


def _squeeze(name: str) -> str:
    """Return a name without blanks."""
    return name.replace(" ", "")
