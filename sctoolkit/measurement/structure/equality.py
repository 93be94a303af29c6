"""Equalities between parameters: shared labels, `==` lines, and the linear map from free to all parameters."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.linalg import null_space

from sctoolkit.errors import ModelSyntaxError, did_you_mean
from sctoolkit.measurement.structure.parameter_table import Parameter
from sctoolkit.numerics.structure.implied_moments import FloatArray

_FUNCTIONS: dict[str, Callable[..., complex]] = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt}
_BINARY: dict[type[ast.operator], Callable[[complex, complex], complex]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


def evaluate_expression(text: str, values: Mapping[str, complex]) -> complex:
    """Return the value of an expression of labels: + - * / ^, exp, log, sqrt.

    Raises
    ------
    ModelSyntaxError
        If it is not such an expression or names an unknown label.

    Examples
    --------
    >>> evaluate_expression("a*b + 1", {"a": 2.0, "b": 3.0})
    7.0
    """
    try:
        tree = ast.parse(text.replace("^", "**"), mode="eval")
    except (SyntaxError, RecursionError, MemoryError):
        raise _not_an_expression(text) from None
    try:
        return _value(tree.body, values, text)
    except (ZeroDivisionError, OverflowError):
        raise ModelSyntaxError(
            f"An expression must have a value, and `{text}` divides by zero or grows beyond all numbers.",
            hint="Correct the expression, or start its labels elsewhere: `start(0.5)*item`.",
        ) from None


def _not_an_expression(text: str) -> ModelSyntaxError:
    return ModelSyntaxError(
        f"An expression must be made of labels, numbers and + - * / ^, found `{text[:60]}`.",
        hint="`exp`, `log` and `sqrt` take one expression in parentheses.",
    )


def _value(node: ast.expr, values: Mapping[str, complex], text: str) -> complex:
    """Return the value of a node."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return float(node.value)
    if isinstance(node, ast.Name):
        if node.id not in values:
            raise ModelSyntaxError(
                f"An expression must use labels of the model, and `{node.id}` is none.",
                where=f"In `{text}`.",
                hint=did_you_mean(node.id, values),
            )
        return values[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        inner = _value(node.operand, values, text)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return _BINARY[type(node.op)](_value(node.left, values, text), _value(node.right, values, text))
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        function = _FUNCTIONS.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if function is not None:
            return function(_value(node.args[0], values, text))
    raise _not_an_expression(text)


def free_map(parameters: Sequence[Parameter], equalities: Sequence[tuple[str, str]]) -> tuple[FloatArray, FloatArray]:
    """Return (mapping, offset) with parameters = offset + mapping @ z.

    Parameters
    ----------
    parameters : sequence of Parameter
    equalities : sequence of (left, right)
        Linear expressions of labels.

    Returns
    -------
    mapping : (n, q) float array
        Zero rows for parameters that are not free.
    offset : (n,) float array
    """
    columns: dict[str, int] = {}
    place: list[int] = []
    for index, row in enumerate(parameters):
        if row.role != "free":
            place.append(-1)
            continue
        key = row.label or f"\0{index}"
        place.append(columns.setdefault(key, len(columns)))
    mapping = np.zeros((len(parameters), len(columns)))
    for index, column in enumerate(place):
        if column >= 0:
            mapping[index, column] = 1.0
    offset = np.zeros(len(parameters))
    if not equalities:
        return mapping, offset
    labels = {row.label: column for row, column in zip(parameters, place, strict=True) if row.label and column >= 0}
    matrix, constant = _linear_system(equalities, labels, len(columns))
    base = np.linalg.lstsq(matrix, constant, rcond=None)[0]
    if not np.allclose(matrix @ base, constant, atol=1e-10):
        raise ModelSyntaxError(
            "Equalities must not contradict each other.",
            where=[f"{a} == {b}" for a, b in equalities],
            hint="Keep one of them.",
        )
    return mapping @ null_space(matrix), mapping @ base


def _linear_system(
    equalities: Sequence[tuple[str, str]], labels: Mapping[str, int], size: int
) -> tuple[FloatArray, FloatArray]:
    """Return R, r with R x = r."""
    matrix, constant = np.zeros((len(equalities), size)), np.zeros(len(equalities))
    for line, (left, right) in enumerate(equalities):
        text = f"({left}) - ({right})"

        def gap(point: Mapping[str, complex], text: str = text) -> float:
            return float(np.real(evaluate_expression(text, point)))

        origin = dict.fromkeys(labels, 0.0)
        at_zero = gap(origin)
        for label, column in labels.items():
            matrix[line, column] = gap({**origin, label: 1.0}) - at_zero
        trial = {label: 0.3 + 0.7 * math.sin(position + 1) for position, label in enumerate(labels)}
        if abs(gap(trial) - at_zero - sum(matrix[line, labels[key]] * value for key, value in trial.items())) > 1e-9:
            raise ModelSyntaxError(
                "Equalities must be linear in the labels.",
                where=f"`{left} == {right}`.",
                hint="Define the quantity with `:=` to get its estimate and standard error.",
            )
        constant[line] = -at_zero
    return matrix, constant
