"""Whether each person's answers hang together under a fitted graded response model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError
from sctoolkit.measurement.irt.grm_result import Grm
from sctoolkit.measurement.items.item_codes import recode_items
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.numerics.irt.grm_likelihood import normal_grid
from sctoolkit.numerics.irt.grm_scores import eap_scores
from sctoolkit.numerics.irt.patterns import distinct_patterns
from sctoolkit.numerics.irt.person_fit import zh
from sctoolkit.result import Caveat, FloatArray, Provenance, Result, read_only, tidy_frame

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PersonFit(Result):
    """Zh of each respondent.

    Attributes
    ----------
    zh : (n,) float array
        Standardised likelihood of the answers; nan for respondents with fewer than two answers.
    theta : (n,) float array
        EAP score at which it was taken.
    n_answered : (n,) int array
        Answered items.
    cut : float
        Values below are called unlikely.
    """

    zh: FloatArray
    theta: FloatArray
    n_answered: npt.NDArray[np.int64]
    cut: float
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "zh", read_only(self.zh))
        object.__setattr__(self, "theta", read_only(self.theta))
        self.n_answered.setflags(write=False)

    def frame(self) -> pd.DataFrame:
        """Return one row a respondent, in the order of the data: ``theta``, ``zh``, ``n_answered``, ``unlikely``."""
        with np.errstate(invalid="ignore"):
            unlikely = self.zh < self.cut
        return pd.DataFrame({"theta": self.theta, "zh": self.zh, "n_answered": self.n_answered, "unlikely": unlikely})

    def tidy(self) -> pd.DataFrame:
        """Return mean, spread and share below the cut; one row each. Persons are in ``frame()``."""
        seen = self.zh[np.isfinite(self.zh)]
        rows = {
            "mean": seen.mean() if seen.size else np.nan,
            "sd": seen.std(ddof=1) if seen.size > 1 else np.nan,
            f"share_below_{self.cut:g}": (seen < self.cut).mean() if seen.size else np.nan,
        }
        return tidy_frame(
            {"term": term, "estimate": float(value), "n_obs": seen.size, "method": "Zh"} for term, value in rows.items()
        )


def person_fit(
    fit: Grm, data: pd.DataFrame | Scores | Responses, *, scale: str | None = None, cut: float = -2.0
) -> PersonFit:
    """Judge how likely each person's answers are at that person's score (Zh).

    Parameters
    ----------
    fit : Grm
        Single-group model.
    data : DataFrame, Scores or Responses
        Keyed items of the model. Missing answers are left out; with fewer than two answers Zh is nan.
    cut : float
        Zh below it is flagged. With estimated scores Zh spreads less than a standard normal, so that fewer than 2.3% of
        people who follow the model fall below -2.

    Returns
    -------
    PersonFit
        A flag is a reason to look, never by itself a reason to exclude a person.

    Raises
    ------
    DataError
        If the model has several groups, an item is absent or an answer is unknown to the model.

    References
    ----------
    Drasgow, Levine & Williams (1985), doi:10.1111/j.2044-8317.1985.tb00817.x.   Oracle: mirt (item sums, LSAT-7).

    Examples
    --------
    >>> from sctoolkit import grm
    >>> rng = np.random.default_rng(1)
    >>> answers = (rng.normal(size=(400, 1)) + rng.logistic(size=(400, 5)) > 0).astype(float)
    >>> items = pd.DataFrame(answers, columns=list("abcde"))
    >>> person_fit(grm(items), items).frame().shape
    (400, 4)
    """
    if len(fit.groups) > 1:
        raise DataError(
            "Person fit must have a model of one group, not of several.",
            where=f"Groups: {', '.join(fit.groups)}.",
            hint="Fit `grm` without `group`, or within one group.",
        )
    frame = keyed_items(data, scale)
    codes = recode_items(frame, fit.items, fit.categories).codes
    found = distinct_patterns(codes)
    items = fit.item_parameters()
    theta, _ = eap_scores(found.codes, items, normal_grid(fit.n_points, fit.bound))
    persons, _ = zh(found.codes, items, theta)
    n_answered = (codes >= 0).sum(axis=1)
    values = np.where(n_answered >= 2, persons[found.inverse], np.nan)
    short = int((n_answered < 2).sum())
    caveats: tuple[Caveat, ...] = ()
    if short:
        caveats = (
            Caveat(
                code="too_few_answers",
                sentence=f"{short} respondents gave fewer than two answers and have no Zh.",
                numbers={"n": short},
            ),
        )
    return PersonFit(
        zh=values,
        theta=theta[found.inverse],
        n_answered=n_answered,
        cut=cut,
        provenance=Provenance(
            analysis="person fit of a graded response model (Zh)",
            scale=scale,
            n_in=len(frame),
            n_used=len(frame) - short,
            missing_rule="missing answers left out",
            options={"cut": cut},
        ),
        caveats=caveats,
    )
