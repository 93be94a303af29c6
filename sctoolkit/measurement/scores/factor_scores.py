"""Factor scores of people under a fitted model, with their errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError
from sctoolkit.measurement.irt.grm_result import Grm
from sctoolkit.measurement.items.item_codes import recode_items
from sctoolkit.measurement.items.membership import group_numbers, items_and_labels
from sctoolkit.measurement.scores.confirmatory_scores import confirmatory_scores
from sctoolkit.measurement.scores.exploratory_scores import ExploratorySolution, exploratory_scores
from sctoolkit.measurement.scores.factor_scores_result import FactorScores, scored_result
from sctoolkit.measurement.scores.mixed_scores import mixed_scores
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.numerics.irt.grm_likelihood import normal_grid
from sctoolkit.numerics.irt.grm_scores import eap_scores, map_scores
from sctoolkit.numerics.irt.patterns import distinct_patterns
from sctoolkit.options import check_option

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

IntArray = npt.NDArray[np.int64]

METHODS: dict[str, tuple[str, ...]] = {
    "ordinal": ("ebm", "eap"),
    "mixed": ("ebm",),
    "continuous": ("regression", "bartlett", "ten_berge"),
    "graded": ("eap", "map"),
    "exploratory": ("regression", "bartlett", "ten_berge"),
}
"""Methods by kind of model; the first is the default."""


def factor_scores(
    fit: CfaResult | Grm | ExploratorySolution,
    data: pd.DataFrame | Scores | Responses | None = None,
    *,
    method: str | None = None,
    scale: str | None = None,
    group: str | Sequence[Any] | None = None,
) -> FactorScores:
    """Score people on the factors of a fitted model.

    Parameters
    ----------
    fit : CfaResult, Grm or Factors
        From `cfa`, `grm` or `efa`.
    data : DataFrame, Scores or Responses, optional
        Keyed items of the people to score; the data of the fit when left out (`grm` and `efa` do not keep them).
        Missing answers are left out of a person's score; a person without any answer gets nan.
    method : str, optional
        Ordinal `cfa`: ``ebm`` (posterior mode, as lavaan and Mplus) or ``eap`` (posterior mean, up to four factors);
        ``ebm`` alone where continuous items or covariates stand beside the ordered ones, and the covariates count.
        Continuous `cfa`: ``regression``, ``bartlett`` (unbiased for each person) or ``ten_berge`` (keeps the factors'
        covariances), and so for `efa`, on items standardised within ``data``. `grm`: ``eap`` or ``map``.
    scale : str, optional
        Scale of the instrument; for `Scores` and `Responses`.
    group : str or sequence, optional
        Column or labels of groups; needed with ``data`` when the model has several groups.

    Returns
    -------
    FactorScores
        ``frame()`` has one row a person; ``tidy()`` reliability and determinacy. Scores shrink towards the mean of the
        group (all but Bartlett), so that differences between groups of scores are smaller than between factors: compare
        groups by the model, not by its scores.

    Raises
    ------
    DataError
        If items are absent, answers unknown to the model, or groups do not match it.
    NotIdentifiedError
        If an item has no residual variance, so that no score has a finite likelihood.
    OptionError
        If the method does not belong to the model, or ``eap`` is asked for more than four factors.

    References
    ----------
    Thurstone (1935); Bartlett (1937); ten Berge et al. (1999), doi:10.1016/S0024-3795(97)10007-6; Bock & Mislevy
    (1982), doi:10.1177/014662168200600405; Grice (2001), doi:10.1037/1082-989X.6.4.430.
    Oracle: tests/oracle/factor_scores.R (lavaan, psych).

    Examples
    --------
    >>> from sctoolkit import grm
    >>> rng = np.random.default_rng(1)
    >>> answers = (rng.normal(size=(300, 1)) + rng.logistic(size=(300, 5)) > 0).astype(float)
    >>> items = pd.DataFrame(answers, columns=list("abcde"))
    >>> factor_scores(grm(items), items).frame().columns.tolist()
    ['theta', 'theta_std_error']
    """
    if isinstance(fit, Grm):
        return _graded(fit, data, _method("graded", method), scale, group)
    if isinstance(fit, CfaResult) and fit.fit.mixed:
        return mixed_scores(fit.fit, data, _method("mixed", method), scale, group)
    if isinstance(fit, CfaResult):
        kind = "ordinal" if fit.fit.ordered else "continuous"
        return confirmatory_scores(fit.fit, data, _method(kind, method), scale, group)
    if data is None:
        raise DataError(
            "Scores of an exploratory solution must be given the items to score: `efa` does not keep them.",
            hint="Pass the data as well: `factor_scores(fit, data)`.",
        )
    return exploratory_scores(fit, data, _method("exploratory", method), scale)


def _method(kind: str, method: str | None) -> str:
    """The method asked for, or the default of the kind of model."""
    if method is not None:
        check_option("method", method, METHODS[kind])
    return method or METHODS[kind][0]


def _graded(fit: Grm, data: Any, method: str, scale: str | None, group: Any) -> FactorScores:
    """Scores under a graded response model."""
    if data is None:
        raise DataError(
            "Scores of a graded response model must be given the items to score: `grm` does not keep them.",
            hint="Pass the data as well: `factor_scores(fit, data)`.",
        )
    items, labels = items_and_labels(data, scale, group=group)
    member = group_numbers(fit.groups, labels["group"], len(items))
    codes = recode_items(items, fit.items, fit.categories).codes
    grid = normal_grid(fit.n_points, fit.bound)
    values, errors = np.full((len(items), 1), np.nan), np.full((len(items), 1), np.nan)
    answered = (codes >= 0).any(axis=1)
    for g in range(len(fit.groups)):
        rows = np.flatnonzero((member == g) & answered)
        found = distinct_patterns(codes[rows])
        mean, sd = float(fit.estimates.group_means[g]), float(fit.estimates.group_sds[g])
        own = fit.item_parameters(g)
        theta, error = (
            eap_scores(found.codes, own, grid, mean, sd) if method == "eap" else map_scores(found.codes, own, mean, sd)
        )
        values[rows, 0], errors[rows, 0] = theta[found.inverse], error[found.inverse]
    nothing = np.full((len(fit.groups), 1), np.nan)
    return scored_result(("theta",), values, errors, fit.groups, member, nothing, method, scale, ())
