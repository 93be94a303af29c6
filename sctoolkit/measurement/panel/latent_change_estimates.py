"""What a latent change score model says: moments of changes, and the changes expected of the score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sctoolkit.measurement.structure.model_fit import GroupMatrices, ModelFit, group_matrices
from sctoolkit.numerics.structure.dmacs import ItemParameters, expected_response, normal_quadrature
from sctoolkit.numerics.structure.implied_moments import FloatArray, evaluate

N_FIGURES = 8
MEAN, VARIANCE, WITH_START, STABILITY, EXPECTED, PEOPLE, DRIFT, WITH_BEFORE = range(N_FIGURES)


@dataclass(frozen=True, slots=True)
class ChangeFigures:
    """Figures of every group and pair of waves with their covariance.

    ``pairs`` (start, end) of every change: neighbouring waves first, then later waves against the first; ``value``
    (groups, pairs, 8); ``spread`` covariance of the flattened ``value``.
    """

    pairs: tuple[tuple[int, int], ...]
    value: FloatArray
    spread: FloatArray

    def at(self, group: int, pair: int, figure: int) -> int:
        """Return the place of a figure in ``spread``."""
        return (group * len(self.pairs) + pair) * N_FIGURES + figure


def wave_pairs(n_waves: int) -> tuple[tuple[int, int], ...]:
    """Return the pairs of waves that are compared.

    Examples
    --------
    >>> wave_pairs(3)
    ((0, 1), (1, 2), (0, 2))
    """
    return (*((t - 1, t) for t in range(1, n_waves)), *((0, t) for t in range(2, n_waves)))


def change_figures(fit: ModelFit, items: tuple[str, ...], waves: tuple[str, ...]) -> ChangeFigures:
    """Return the figures of a (partially) scalar model with delta-method covariance.

    Parameters
    ----------
    fit : ModelFit
        One latent variable a wave, in the order of the waves.
    items : tuple of str
        Names without wave.
    waves : tuple of str

    Notes
    -----
    With f_t = f_s + Delta: E(Delta) = kappa_t - kappa_s, Var(Delta) = psi_ss + psi_tt - 2 psi_st, Cov(Delta, f_s) =
    psi_st - psi_ss. Means are divided by the standard deviation at the first wave, variances by its square, pooled over
    groups by their sizes, which count as known. The change expected of the mean item is the sum of what people's
    standing makes (items answered as at the start of the change) and of what items make.
    """
    pairs = wave_pairs(len(waves))
    value = _values(fit, items, waves, pairs, fit.z)
    slope = np.empty((value.size, fit.z.size))
    for k in range(fit.z.size):
        step = np.zeros(fit.z.size)
        step[k] = 1e-5 * max(1.0, abs(float(fit.z[k])))
        ahead, behind = (_values(fit, items, waves, pairs, fit.z + sign * step) for sign in (1.0, -1.0))
        slope[:, k] = (ahead - behind).ravel() / (2.0 * step[k])
    return ChangeFigures(pairs, value, slope @ fit.vcov @ slope.T)


def _values(
    fit: ModelFit, items: tuple[str, ...], waves: tuple[str, ...], pairs: tuple[tuple[int, int], ...], z: FloatArray
) -> FloatArray:
    """Return (groups, pairs, 8) figures at free parameters ``z``."""
    groups = [group_matrices(model, evaluate(model, z)) for model in fit.models]
    unit = float(np.average([own.factor_covariance[0, 0] for own in groups], weights=fit.data.n))
    return np.array([_group_values(fit, own, items, waves, pairs, unit) for own in groups])


def _group_values(
    fit: ModelFit,
    own: GroupMatrices,
    items: tuple[str, ...],
    waves: tuple[str, ...],
    pairs: tuple[tuple[int, int], ...],
    unit: float,
) -> list[list[float]]:
    """Return the figures of one group; ``unit`` is the variance of the first wave."""
    mean, psi = own.factor_mean, own.factor_covariance
    answers = _expected_scores(fit, own, items, waves)
    rows = []
    for start, end in pairs:
        change = np.zeros(len(waves))
        change[start], change[end] = -1.0, 1.0
        variance = float(change @ psi @ change)
        before = np.zeros(len(waves))
        if end == start + 1 and start > 0:
            before[start - 1], before[start] = -1.0, 1.0
        with np.errstate(invalid="ignore", divide="ignore"):
            with_start = (psi[start, end] - psi[start, start]) / np.sqrt(psi[start, start] * variance)
            stability = psi[start, end] / np.sqrt(psi[start, start] * psi[end, end])
            with_before = (change @ psi @ before) / np.sqrt(variance * (before @ psi @ before))
        people, drift = answers[start, end] - answers[start, start], answers[end, end] - answers[start, end]
        rows.append(
            [(mean[end] - mean[start]) / np.sqrt(unit), variance / unit, with_start, stability, people + drift, people,
             drift, with_before]
        )  # fmt: skip
    return rows


def _expected_scores(fit: ModelFit, own: GroupMatrices, items: tuple[str, ...], waves: tuple[str, ...]) -> FloatArray:
    """Return (waves, waves) expected mean items: items as at the wave of the row, people as at that of the column."""
    found = np.zeros((len(waves), len(waves)))
    parameters = [[_parameters(fit, own, f"{item}.{wave}", t) for item in items] for t, wave in enumerate(waves)]
    for people in range(len(waves)):
        eta, weight = normal_quadrature(float(own.factor_mean[people]), float(own.factor_covariance[people, people]))
        for answering, row in enumerate(parameters):
            found[answering, people] = sum(float(weight @ expected_response(item, eta)) for item in row) / len(items)
    return found


def _parameters(fit: ModelFit, own: GroupMatrices, column: str, factor: int) -> ItemParameters:
    """Return the parameters of an item at a wave."""
    at = fit.items.index(column)
    return ItemParameters(
        float(own.loadings[at, factor]),
        float(own.intercepts[at]),
        float(own.residuals[at, at]),
        own.thresholds[at],
        np.array(fit.data.categories.get(column, ()), dtype=np.float64),
    )
