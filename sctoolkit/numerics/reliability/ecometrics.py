"""Reliability of the score of a place that several people describe by several items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.lmm import fit_lmm
from sctoolkit.numerics.linear.random_terms import RandomTerm

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PlaceModel:
    """Estimates of y_kij = item_k + u_i + w_j + e, answer k of person i in place j.

    Attributes
    ----------
    item_means : (K,) float array
    mean, mean_variance : float
        Mean of the item means and its sampling variance.
    var_place, var_person, var_residual : float
        w^2, u^2 and e^2. Without repeated answers of a person u^2 is 0 and e^2 holds both.
    effects : (J,) float array
        Best linear unbiased predictions of w_j.
    information : (J,) float array
        h_j, sum over people of 1 / (u^2 + e^2 / K_i), K_i answers each: what the place's people say about w_j.
    deviance, deviance_without : float
        REML criteria with and without places.
    """

    item_means: FloatArray
    mean: float
    mean_variance: float
    var_place: float
    var_person: float
    var_residual: float
    effects: FloatArray
    information: FloatArray
    deviance: float
    deviance_without: float


def fit_places(answers: FloatArray, person: IntArray, place: IntArray) -> PlaceModel:
    """Estimate the three-level model of answers in people in places by REML.

    Parameters
    ----------
    answers : (n, K) float array
        nan where missing; every item is answered by somebody.
    person, place : (n,) int arrays
        Numbers from 0; a person belongs to one place, and several rows of a person are further answers.

    Raises
    ------
    NotIdentifiedError
        If there is only one place, or no place with two people.

    References
    ----------
    Raudenbush & Sampson (1999), doi:10.1111/0081-1750.00059.   Oracle: tests/oracle/ecometrics.R (lme4).
    """
    row, item = np.nonzero(np.isfinite(answers))
    outcome, who, where = answers[row, item], person[row], place[row]
    design = (item[:, None] == np.arange(answers.shape[1])).astype(np.float64)
    n_places = int(place.max()) + 1
    people = np.bincount(place[np.unique(person, return_index=True)[1]], minlength=n_places)
    if n_places < 2 or people.max() < 2:
        raise NotIdentifiedError(
            "Places must be at least two, and one of them must have two people or more.",
            where=f"Places: {n_places}; most people in one: {people.max()}.",
            hint="Name a wider place, such as the district, or use `reliability` for scores of people.",
        )
    ones = np.ones((outcome.size, 1))
    repeated = np.bincount(who).max() > 1
    terms = [RandomTerm(who, ones)] if repeated else []
    fit = fit_lmm(design, outcome, [*terms, RandomTerm(where, ones)])
    without = fit_lmm(design, outcome, terms).deviance if repeated else _ols_criterion(design, outcome)
    var_person = float(fit.covariances[0][0, 0]) if repeated else 0.0
    average = np.full(answers.shape[1], 1.0 / answers.shape[1])
    counts = np.bincount(who, minlength=int(person.max()) + 1).astype(np.float64)
    home = np.zeros(counts.size, dtype=np.int64)
    home[person] = place
    answered = counts > 0
    precision = 1.0 / (var_person + fit.sigma2 / counts[answered])
    return PlaceModel(
        item_means=fit.coef,
        mean=float(average @ fit.coef),
        mean_variance=float(average @ fit.vcov @ average),
        var_place=float(fit.covariances[-1][0, 0]),
        var_person=var_person,
        var_residual=fit.sigma2,
        effects=np.asarray(fit.blups[-1][:, 0]),
        information=np.bincount(home[answered], weights=precision, minlength=n_places).astype(np.float64),
        deviance=fit.deviance,
        deviance_without=without,
    )


def place_reliability(var_place: float, information: FloatArray) -> FloatArray:
    """Return lambda_j = w^2 / (w^2 + 1 / h_j), between 0 and 1.

    With n_j people who answered K items each, 1 / h_j = (u^2 + e^2 / K) / n_j.

    Examples
    --------
    >>> place_reliability(0.1, np.array([10 / 0.9]))
    array([0.526...])
    """
    return np.asarray(var_place * information / (1.0 + var_place * information))


def prediction_variance(model: PlaceModel) -> FloatArray:
    """Return the error variance of mean + w_j as predicted, (J,): w^2 (1 - lambda_j) + (1 - lambda_j)^2 var(mean)."""
    shrink = 1.0 - place_reliability(model.var_place, model.information)
    return np.asarray(model.var_place * shrink + shrink**2 * model.mean_variance)


def people_needed(var_place: float, var_within: float, reliability: float) -> float:
    """Return the people a place needs for a reliability: lambda / (1 - lambda) times within over between variance.

    Examples
    --------
    >>> round(people_needed(0.075, 0.925, 0.7)), round(people_needed(0.01, 0.99, 0.7))
    (29, 231)
    """
    return reliability / (1.0 - reliability) * var_within / var_place if var_place > 0.0 else float("inf")


def _ols_criterion(design: FloatArray, outcome: FloatArray) -> float:
    """REML criterion of the model without random effects."""
    coef, *_ = np.linalg.lstsq(design, outcome, rcond=None)
    rest = outcome - design @ coef
    free = outcome.size - design.shape[1]
    logdet = float(np.linalg.slogdet(design.T @ design)[1])
    return float(free * (1.0 + np.log(2.0 * np.pi * float(rest @ rest) / free)) + logdet)
