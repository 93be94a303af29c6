"""A damped scoring iteration: Newton steps with an approximate Hessian, shortened until the objective falls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotrs

from sctoolkit.numerics.structure.implied_moments import FloatArray

Objective = Callable[[FloatArray], float]
Derivatives = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True)
class Solution:
    """End of an iteration; ``decrement`` is the squared Newton decrement (gradient' H^-1 gradient)."""

    z: FloatArray
    objective: float
    decrement: float
    n_iterations: int
    converged: bool


def minimise(
    objective: Objective,
    derivatives: Derivatives,
    start: FloatArray,
    *,
    max_iterations: int = 400,
    tolerance: float = 1e-13,
) -> Solution:
    """Minimise a smooth objective with Levenberg-Marquardt damping.

    Parameters
    ----------
    objective : callable
        Value at ``z``; nan or infinite where it is not defined.
    derivatives : callable
        Gradient and a positive semidefinite approximation of the Hessian at ``z``.
    start : (q,) float array
    max_iterations : int
    tolerance : float
        The iteration ends when half the squared Newton decrement falls below ``tolerance * (1 + objective)``, or when
        rounding keeps the objective from falling.

    Returns
    -------
    Solution
        At the end of the last step, which is taken on trust where the iteration came to rest. ``converged`` is False
        when steps ran out or no direction was left while the gradient was not flat.
    """
    z = np.array(start, dtype=np.float64)
    value = _safe(objective, z)
    damping, decrement, iteration = 0.0, np.inf, 0
    if not np.isfinite(value) or z.size == 0:
        return Solution(z, value, 0.0, 0, z.size == 0)
    for iteration in range(1, max_iterations + 1):
        gradient, hessian = derivatives(z)
        scale = np.maximum(np.diag(hessian), 1e-12)
        accepted = False
        for _ in range(40):
            step = _step(hessian, scale, gradient, damping)
            if step is None:
                damping = max(10.0 * damping, 1e-4)
                continue
            decrement = float(gradient @ step)
            if 0.5 * decrement <= tolerance * (1.0 + abs(value)):
                return Solution(z - step, value - 0.5 * decrement, decrement, iteration, True)
            candidate = z - step
            new = _safe(objective, candidate)
            if new < value:
                accepted = True
                break
            if decrement <= 1e-13 * (1.0 + abs(value)):
                return Solution(z, value, decrement, iteration, True)
            damping = max(10.0 * damping, 1e-4)
        if not accepted:
            break
        z, value = candidate, new
        damping = 0.0 if damping <= 1e-6 else damping / 10.0
    return Solution(z, value, decrement, iteration, bool(decrement <= 1e-10 * (1.0 + abs(value))))


def _step(hessian: FloatArray, scale: FloatArray, gradient: FloatArray, damping: float) -> FloatArray | None:
    """Return the damped Newton step, or None when the damped Hessian is not positive definite."""
    damped = hessian + np.diag(damping * scale) if damping else hessian
    factor, info = dpotrf(damped, lower=1)
    if info != 0:
        return None
    step: FloatArray = dpotrs(factor, gradient, lower=1)[0]
    return step if bool(np.all(np.isfinite(step))) else None


def _safe(objective: Objective, z: FloatArray) -> float:
    """Return the objective, infinite where it is not defined."""
    try:
        value = objective(z)
    except np.linalg.LinAlgError:
        return float("inf")
    return value if np.isfinite(value) else float("inf")
