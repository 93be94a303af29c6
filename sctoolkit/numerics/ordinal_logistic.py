"""Proportional-odds regression of an ordinal answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.special import expit, log_expit

from sctoolkit.errors import ConvergenceError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OrdinalLogit:
    """Estimates of P(Y >= c) = logistic(d_c + x'b).

    Attributes
    ----------
    intercepts : (K - 1,) float array
        d_1 > d_2 > ...
    coefficients : (p,) float array
    vcov : (K - 1 + p, K - 1 + p) float array
        Intercepts first.
    loglik, loglik_null : float
        With and without the predictors.
    n_obs : int
    """

    intercepts: FloatArray
    coefficients: FloatArray
    vcov: FloatArray
    loglik: float
    loglik_null: float
    n_obs: int

    @property
    def nagelkerke(self) -> float:
        """Nagelkerke's R squared, between 0 and 1."""
        n = self.n_obs
        return float(np.expm1(-2.0 * (self.loglik - self.loglik_null) / n) / np.expm1(2.0 * self.loglik_null / n))

    @property
    def mcfadden(self) -> float:
        """McFadden's R squared, between 0 and 1."""
        return 1.0 - self.loglik / self.loglik_null


def ordinal_logit(answers: IntArray, predictors: FloatArray, max_iterations: int = 100) -> OrdinalLogit:
    """Fit a proportional-odds model by Newton steps.

    Parameters
    ----------
    answers : (n,) int array
        Categories 0 .. K - 1, all of which occur.
    predictors : (n, p) float array
        Without a constant; p may be 0.

    Raises
    ------
    ConvergenceError
        If predictors separate the categories or repeat each other.

    References
    ----------
    McCullagh (1980), doi:10.1111/j.2517-6161.1980.tb01109.x; Nagelkerke (1991), doi:10.1093/biomet/78.3.691.
    Oracle: tests/oracle/dif.R (MASS::polr).

    Examples
    --------
    >>> fit = ordinal_logit(np.array([0, 0, 1, 1]), np.zeros((4, 0)))
    >>> round(fit.loglik, 6), fit.coefficients.size
    (-2.772589, 0)
    """
    n = answers.size
    n_steps = int(answers.max())
    share = np.array([(answers > c).mean() for c in range(n_steps)])
    spread = predictors.std(axis=0) if predictors.size else np.ones(predictors.shape[1])
    centre = predictors.mean(axis=0) if predictors.size else np.zeros(predictors.shape[1])
    scale = np.where(spread > 0.0, spread, 1.0)
    x = (predictors - centre) / scale
    theta = np.concatenate([np.log(share) - np.log1p(-share), np.zeros(x.shape[1])])
    counts = np.bincount(answers, minlength=n_steps + 1)
    null = float(counts @ np.log(counts / n))
    lower = np.arange(1, n_steps + 1) == answers[:, None]
    upper = np.arange(n_steps) == answers[:, None]
    loglik, score, information = _state(theta, x, lower, upper, counts)
    for _ in range(max_iterations):
        step = _solve(information, score)
        if float(step @ score) < 1e-16 * max(1.0, abs(loglik)):
            break
        theta, state = _advance(theta, step, loglik, x, lower, upper, counts)
        if state[0] - loglik < 1e-13 * abs(loglik) and float(step @ score) < 1e-9:
            loglik, score, information = state
            break
        loglik, score, information = state
    else:
        raise ConvergenceError(
            f"An ordinal regression must reach its maximum, and did not in {max_iterations} steps.",
            hint="A predictor that orders the answers perfectly has no finite effect.",
        )
    back = np.eye(theta.size)
    back[n_steps:, n_steps:] = np.diag(1.0 / scale)
    back[:n_steps, n_steps:] = -centre / scale
    vcov = back @ np.linalg.inv(information) @ back.T
    theta = back @ theta
    return OrdinalLogit(theta[:n_steps], theta[n_steps:], vcov, loglik, null, n)


def _advance(
    theta: FloatArray, step: FloatArray, loglik: float, x: FloatArray, lower: npt.NDArray[np.bool_],
    upper: npt.NDArray[np.bool_], counts: IntArray,
) -> tuple[FloatArray, tuple[float, FloatArray, FloatArray]]:  # fmt: skip
    """Halve the step until intercepts fall and the likelihood rises."""
    n_steps = lower.shape[1]
    for _ in range(40):
        trial = theta + step
        if (np.diff(trial[:n_steps]) < 0.0).all():
            state = _state(trial, x, lower, upper, counts)
            if state[0] >= loglik - 1e-12 * abs(loglik):
                return trial, state
        step = 0.5 * step
    return theta, _state(theta, x, lower, upper, counts)


def _state(
    theta: FloatArray, x: FloatArray, lower: npt.NDArray[np.bool_], upper: npt.NDArray[np.bool_], counts: IntArray
) -> tuple[float, FloatArray, FloatArray]:
    """Log-likelihood, score and observed information."""
    n_steps = lower.shape[1]
    logits = theta[:n_steps] + (x @ theta[n_steps:])[:, None]
    chance = expit(logits)
    gaps = -np.diff(theta[:n_steps])
    middle = counts[1:-1]
    loglik = float(log_expit(logits)[lower].sum() + log_expit(-logits)[upper].sum() + middle @ np.log(-np.expm1(-gaps)))
    slope = lower * (1.0 - chance) - upper * chance
    weight = (lower | upper) * chance * (1.0 - chance)
    pull = middle / np.expm1(gaps)
    score = np.concatenate([slope.sum(axis=0), x.T @ slope.sum(axis=1)])
    score[: n_steps - 1] += pull
    score[1:n_steps] -= pull
    information = np.zeros((theta.size, theta.size))
    information[np.arange(n_steps), np.arange(n_steps)] = weight.sum(axis=0)
    tie = middle * 0.25 / np.sinh(0.5 * gaps) ** 2
    for c in range(n_steps - 1):
        information[c, c] += tie[c]
        information[c + 1, c + 1] += tie[c]
        information[c, c + 1] -= tie[c]
        information[c + 1, c] -= tie[c]
    cross = weight.T @ x
    information[:n_steps, n_steps:] = cross
    information[n_steps:, :n_steps] = cross.T
    information[n_steps:, n_steps:] = (x * weight.sum(axis=1)[:, None]).T @ x
    return loglik, score, information


def _solve(information: FloatArray, score: FloatArray) -> FloatArray:
    """Newton step; an error where predictors repeat each other."""
    try:
        return np.asarray(cho_solve(cho_factor(information), score))
    except (LinAlgError, ValueError):
        raise ConvergenceError(
            "An ordinal regression must have a highest likelihood, and these predictors give none.",
            hint="They order the answers perfectly, repeat each other, or do not vary.",
        ) from None
