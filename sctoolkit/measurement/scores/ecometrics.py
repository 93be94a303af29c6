"""Ecometrics: what people's answers say about the place or organisation that they share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2 as chi2_distribution

from sctoolkit.errors import DataError, OptionError, did_you_mean
from sctoolkit.measurement.items.membership import Labels, items_and_labels, level_names
from sctoolkit.measurement.scores.ecometrics_result import Ecometrics, normal_interval
from sctoolkit.numerics.reliability.aggregation import group_variance, rwg_j
from sctoolkit.numerics.reliability.ecometrics import PlaceModel, fit_places, place_reliability, prediction_variance
from sctoolkit.result import Caveat, FloatArray, Provenance

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

IntArray = npt.NDArray[np.int64]

_FEW_PLACES = 10


def ecometrics(
    data: pd.DataFrame | Scores | Responses,
    *,
    place: str | Sequence[Any],
    items: Sequence[str] | None = None,
    scale: str | None = None,
    person: str | Sequence[Any] | None = None,
    categories: int | None = None,
    threshold: float = 0.7,
    ci_level: float = 0.95,
) -> Ecometrics:
    """Estimate scores of places from the answers of their people, with the reliability of each score.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed items. Missing answers are left out of the likelihood (right when they are missing at random).
    place : str or sequence
        Column or labels of places (sites, organisations, neighbourhoods).
    items : sequence of str, optional
        Columns to use; all that are not labels when left out. A single column is a score of each person.
    scale : str, optional
        Scale of the instrument; for `Scores` and `Responses`.
    person : str or sequence, optional
        Labels of people when a person has several rows; each row is a person when left out.
    categories : int, optional
        Categories of an answer, for the agreement index; the range of the answers plus one when left out.
    threshold : float
        Reliability below which `Ecometrics.ranks` refuses. 0.7 is the house rule for describing places.
    ci_level : float
        Level of the normal intervals of place scores.

    Returns
    -------
    Ecometrics

    Raises
    ------
    DataError
        If items are unknown, or a person belongs to two places.
    NotIdentifiedError
        If there is one place only, or no place with two people.
    OptionError
        If ``threshold`` or ``ci_level`` is not between 0 and 1.

    Notes
    -----
    y_kij = item_k + u_i + w_j + e_kij; lambda_j = w^2 / (w^2 + (u^2 + e^2 / K) / n_j); the shrunken score is the mean
    plus the best linear unbiased prediction of w_j, with error w^2 (1 - lambda_j) + (1 - lambda_j)^2 var(mean).

    References
    ----------
    Raudenbush & Sampson (1999), doi:10.1111/0081-1750.00059; O'Brien (1990), doi:10.1177/0049124190018004004.
    Oracle: tests/oracle/ecometrics.R (lme4, multilevel).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> site = np.repeat(list("ABCDEFGHIJKL"), 20)
    >>> tendency = np.repeat(rng.normal(size=12), 20)[:, None] + rng.normal(size=(240, 1)) + rng.normal(size=(240, 4))
    >>> ecometrics(pd.DataFrame(tendency, columns=list("wxyz")), place=site).glance()["rankable"].item()
    True
    """
    for name, value in (("threshold", threshold), ("ci_level", ci_level)):
        if not 0.0 < value < 1.0:
            raise OptionError(
                f"`{name}` must be between 0 and 1, not {value:g}.",
                hint=f"A share, such as `{name}={0.7 if name == 'threshold' else 0.95}`.",
            )
    answers, labels = items_and_labels(data, scale, place=place, person=person)
    answers = _chosen(answers, items)
    keep, left_out = _rows(answers, labels["place"], labels["person"])
    values = answers.to_numpy(dtype=np.float64)[keep]
    assert labels["place"] is not None
    where, names = _numbers(labels["place"], keep)
    people = labels["person"]
    who = np.arange(len(values)) if people is None else _numbers(people, keep)[0]
    _check_home(who, where)
    model = fit_places(values, who, where)
    n_people = np.bincount(where[np.unique(who, return_index=True)[1]], minlength=len(names)).astype(np.int64)
    scores = model.mean + model.effects
    errors = np.sqrt(prediction_variance(model))
    low, high = normal_interval(scores, errors, ci_level)
    deviations, people_means, home = _person_means(values, who, where, model)
    spread = float(np.nanmax(values) - np.nanmin(values)) + 1.0 if categories is None else float(categories)
    return Ecometrics(
        places=tuple(map(str, names)),
        n_people=n_people,
        means=model.mean + np.bincount(home, weights=deviations) / np.bincount(home),
        scores=scores,
        std_error=errors,
        ci_low=low,
        ci_high=high,
        reliability=place_reliability(model.var_place, model.information),
        agreement=rwg_j(values, where, (spread**2 - 1.0) / 12.0),
        mean=model.mean,
        anova=group_variance(people_means, home, level=ci_level),
        threshold=threshold,
        ci_level=ci_level,
        n_items=values.shape[1],
        provenance=Provenance(
            analysis="scores of places (items in people in places)",
            scale=scale,
            n_in=len(answers),
            n_used=len(values),
            missing_rule="missing answers left out of the likelihood",
            options={"threshold": threshold, "ci_level": ci_level, "categories": spread},
        ),
        **_shares(model, values, who),
        caveats=tuple(_caveats(model, n_people, left_out)),
    )


def _chosen(answers: pd.DataFrame, items: Sequence[str] | None) -> pd.DataFrame:
    """The columns asked for, without those that hold nothing."""
    if items is not None:
        unknown = [name for name in items if name not in answers.columns]
        if unknown:
            raise DataError(
                f"`items` must name columns of the data, not `{unknown[0]}`.",
                hint=did_you_mean(unknown[0], map(str, answers.columns)),
            )
        answers = answers[list(items)]
    empty = [str(name) for name in answers.columns if answers[name].notna().sum() == 0]
    if empty or answers.shape[1] == 0:
        found = f"and `{empty[0]}` has none" if empty else "and there are none"
        raise DataError(
            f"Items must have answers, {found}.",
            hint=f"Leave `{empty[0]}` out of `items`."
            if empty
            else "Name the columns of the items: `items=['a', 'b']`.",
        )
    return answers


def _rows(
    answers: pd.DataFrame, place: Labels | None, person: Labels | None
) -> tuple[npt.NDArray[np.bool_], dict[str, int]]:
    """Rows with an answer, a place and a person, and how many were left out for what."""
    answered = answers.notna().any(axis=1).to_numpy()
    placed = _there(place, len(answers))
    known = _there(person, len(answers))
    keep = answered & placed & known
    return keep, {
        "no answers": int((~answered).sum()),
        "no place": int((answered & ~placed).sum()),
        "no person": int((answered & placed & ~known).sum()),
    }


def _there(labels: Labels | None, n: int) -> npt.NDArray[np.bool_]:
    """Which labels are not missing."""
    return np.ones(n, dtype=bool) if labels is None else np.array([label is not None for label in labels], dtype=bool)


def _numbers(labels: Labels, keep: npt.NDArray[np.bool_]) -> tuple[IntArray, list[Any]]:
    """Number of each kept label, and the labels."""
    names = level_names(labels[keep])
    places = {name: number for number, name in enumerate(names)}
    return np.array([places[label] for label in labels[keep]], dtype=np.int64), names


def _check_home(who: IntArray, where: IntArray) -> None:
    """Raise for a person in two places."""
    first = np.unique(who, return_index=True)[1]
    home = where[first][np.unique(who, return_inverse=True)[1].reshape(-1)]
    if (home != where).any():
        n = int(np.unique(who[home != where]).size)
        raise DataError(
            "A person must belong to one place.",
            where=f"{n} people are in two places or more.",
            hint="Take one wave at a time, or label people within places.",
        )


def _person_means(
    values: FloatArray, who: IntArray, where: IntArray, model: PlaceModel
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Deviation of each person from the items' means, mean answer on that footing, and place."""
    deviations = values - model.item_means
    seen = np.isfinite(values)
    totals = np.bincount(who, weights=np.where(seen, deviations, 0.0).sum(axis=1))
    counts = np.bincount(who, weights=seen.sum(axis=1))
    mean = totals / counts
    home = where[np.unique(who, return_index=True)[1]]
    return mean, model.mean + mean, home


def _shares(model: PlaceModel, values: FloatArray, who: IntArray) -> dict[str, float]:
    """Variances, shares and reliability of a person's mean."""
    answers = np.bincount(who, weights=np.isfinite(values).sum(axis=1))
    per_person = answers.size / float((1.0 / answers).sum())
    repeated = bool(answers.max() > 1)
    noise = model.var_residual / per_person if repeated else model.var_residual
    total = model.var_place + model.var_person + noise
    undefined = float("nan")
    statistic = max(model.deviance_without - model.deviance, 0.0)
    return {
        "var_place": model.var_place,
        "var_person": model.var_person if repeated else undefined,
        "var_residual": model.var_residual,
        "icc": model.var_place / total,
        "icc_true": _ratio(model.var_place, model.var_person) if repeated else undefined,
        "person_reliability": model.var_person / (model.var_person + noise) if repeated else undefined,
        "place_p_value": 0.5 * float(chi2_distribution.sf(statistic, 1)) if statistic > 0.0 else 1.0,
    }


def _ratio(part: float, rest: float) -> float:
    """Share of a part in a whole; nan for nothing in nothing."""
    return part / (part + rest) if part + rest > 0.0 else float("nan")


def _caveats(model: PlaceModel, n_people: IntArray, left_out: dict[str, int]) -> list[Caveat]:
    """What a reader of place scores has to know."""
    caveats = []
    if any(left_out.values()):
        reasons = ", ".join(f"{n} for {reason}" for reason, n in left_out.items() if n)
        caveats.append(Caveat(code="rows_left_out", sentence=f"Rows left out: {reasons}.", numbers=left_out))
    if model.var_place <= 1e-8 * (model.var_person + model.var_residual):
        caveats.append(
            Caveat(
                code="places_do_not_differ",
                sentence="The variance between places is estimated as zero: every shrunken score is the overall mean.",
            )
        )
    if n_people.size < _FEW_PLACES:
        caveats.append(
            Caveat(
                code="few_places",
                sentence=f"{n_people.size} places: their variance, and so every reliability, is uncertain.",
                numbers={"n_places": int(n_people.size)},
            )
        )
    alone = int((n_people < 2).sum())
    if alone:
        caveats.append(
            Caveat(
                code="one_person_places",
                sentence=f"{alone} places are described by one person each.",
                numbers={"n": alone},
                n_people=1,
            )
        )
    return caveats
