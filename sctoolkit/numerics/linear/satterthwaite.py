"""Degrees of freedom of a sandwich variance by matching two moments (Bell and McCaffrey).

``satterthwaite_dof(parts, contrast)`` takes what `numerics.vcov.cluster_parts` keeps of each cluster.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class QuadraticForm:
    """The (G, G) matrix P = diag(d) - a b' - b a' + a Q a' of one pair of contrasts, never formed.

    ``d`` (G,), ``a`` and ``b`` (G, p) belong to the left contrast, ``a_right`` and ``b_right`` to the right one.
    """

    d: FloatArray
    a: FloatArray
    b: FloatArray
    a_right: FloatArray
    b_right: FloatArray
    middle: FloatArray

    def factors(self) -> tuple[FloatArray, FloatArray]:
        """Return U and T with P = diag(d) + U T'."""
        left = np.hstack([self.a, self.b])
        right = np.hstack([self.a_right @ self.middle.T - self.b_right, -self.a_right])
        return left, right

    def trace(self) -> float:
        """Return the sum of the diagonal."""
        left, right = self.factors()
        return float(self.d.sum() + (left * right).sum())


def inner(first: QuadraticForm, second: QuadraticForm) -> float:
    """Return the sum of the elementwise product of two such matrices."""
    u, t = first.factors()
    v, s = second.factors()
    diagonals = first.d @ second.d + first.d @ (v * s).sum(axis=1) + second.d @ (u * t).sum(axis=1)
    return float(diagonals + ((u.T @ v) * (t.T @ s)).sum())


def dof_of(form: QuadraticForm) -> float:
    """Return (tr P)^2 / tr(P^2); nan where the variance is identically zero.

    References
    ----------
    Bell and McCaffrey (2002), Survey Methodology 28:169-181.   Oracle: tests/oracle/small_sample.R (clubSandwich).
    """
    square = inner(form, form)
    return form.trace() ** 2 / square if square > 0 else float("nan")
