"""What `ecometrics` returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sctoolkit.errors import DesignError
from sctoolkit.numerics.reliability.aggregation import GroupVariance
from sctoolkit.numerics.reliability.ecometrics import people_needed
from sctoolkit.result import Caveat, FloatArray, Provenance, Result, read_only, tidy_frame

METHOD = "items in people in places, REML"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ecometrics(Result):
    """Scores of places (organisations, sites, neighbourhoods) and how far they can be told apart.

    Attributes
    ----------
    places : tuple of str
        Names of the J places.
    n_people : (J,) int array
        People with an answer.
    means : (J,) float array
        Means of people's answers, adjusted for which items they answered, in points of the answer.
    scores, std_error, ci_low, ci_high : (J,) float arrays
        Shrunken (empirical Bayes) scores in the same points, and how far they may be off.
    reliability : (J,) float array
        lambda_j of each place's score, 0 to 1.
    agreement : (J,) float array
        r_wg(J) against answers given at random; nan where fewer than two people answered every item.
    var_place, var_person, var_residual : float
        Variance between places, between people of a place, and of single answers. ``var_person`` is nan where a person
        gave one answer only; ``var_residual`` then holds both.
    icc : float
        Share of the variance of people's mean answers that lies between places.
    icc_true : float
        The same without error of measurement: var_place / (var_place + var_person).
    person_reliability : float
        Reliability of a person's mean within places.
    place_p_value : float
        Of the likelihood-ratio test that places do not differ.
    anova : GroupVariance
        Classical figures from people's mean answers: F, ICC(1) with interval, ICC(2).
    threshold : float
        Reliability that ranks must have.
    """

    places: tuple[str, ...]
    n_people: npt.NDArray[np.int64]
    means: FloatArray
    scores: FloatArray
    std_error: FloatArray
    ci_low: FloatArray
    ci_high: FloatArray
    reliability: FloatArray
    agreement: FloatArray
    mean: float
    var_place: float
    var_person: float
    var_residual: float
    icc: float
    icc_true: float
    person_reliability: float
    place_p_value: float
    anova: GroupVariance
    threshold: float
    ci_level: float
    n_items: int
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        for name in ("means", "scores", "std_error", "ci_low", "ci_high", "reliability", "agreement"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        self.n_people.setflags(write=False)

    @property
    def overall_reliability(self) -> float:
        """Mean of the places' reliabilities."""
        return float(self.reliability.mean())

    @property
    def people_needed(self) -> float:
        """People a place needs for the threshold reliability, if they answer as many items as people do now."""
        within = self.var_place / self.icc - self.var_place if self.icc > 0.0 else 1.0
        return people_needed(self.var_place, within, self.threshold)

    def frame(self) -> pd.DataFrame:
        """Return one row a place, in alphabetical order, never in order of score."""
        return pd.DataFrame(
            {
                "place": self.places,
                "n_people": self.n_people,
                "mean": self.means,
                "score": self.scores,
                "std_error": self.std_error,
                "ci_low": self.ci_low,
                "ci_high": self.ci_high,
                "reliability": self.reliability,
                "agreement": self.agreement,
            }
        )

    def ranks(self, *, n_draws: int = 10_000, seed: int = 0) -> pd.DataFrame:
        """Return the rank of each place (1 is highest) with an interval, if the scores can bear it.

        Raises
        ------
        DesignError
            If the mean reliability is below the threshold: the order would be mostly chance.

        Notes
        -----
        Places are drawn from their normal posteriors; the interval holds ``ci_level`` of the ranks drawn (Goldstein &
        Spiegelhalter, 1996, doi:10.2307/2983325).
        """
        if not self.overall_reliability >= self.threshold:
            needed = self.people_needed
            more = f"About {np.ceil(needed):.0f} people in every place would be needed" if np.isfinite(needed) else ""
            raise DesignError(
                f"Ranks must have scores of reliability {self.threshold:.2f}, and these have "
                f"{self.overall_reliability:.2f}.",
                where=f"{len(self.places)} places with {self.n_people.mean():.1f} people on average; {self.icc:.1%} of "
                "the variance of people's answers lies between places.",
                hint=(
                    "Show shrunken scores with their intervals, in alphabetical order, or report the whole only.",
                    *((f"{more}.",) if more else ()),
                ),
            )
        draws = self.scores + self.std_error * np.random.default_rng(seed).normal(size=(n_draws, len(self.places)))
        ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
        tail = 50.0 * (1.0 - self.ci_level)
        low, high = np.percentile(ranks, [tail, 100.0 - tail], axis=0)
        return pd.DataFrame(
            {"place": self.places, "expected_rank": ranks.mean(axis=0), "rank_low": low, "rank_high": high}
        )

    def tidy(self) -> pd.DataFrame:
        """Return variance components, shares and reliabilities, then one row a place (``term`` score)."""
        n = int(self.n_people.sum())
        whole: list[tuple[str, float]] = [
            ("mean", self.mean),
            ("var_place", self.var_place),
            ("var_person", self.var_person),
            ("var_residual", self.var_residual),
            ("icc", self.icc),
            ("icc_true", self.icc_true),
            ("reliability_place", self.overall_reliability),
            ("reliability_person", self.person_reliability),
            ("people_needed", self.people_needed),
        ]
        rows: list[dict[str, Any]] = [
            {"term": term, "estimate": value, "n_obs": n, "n_clusters": len(self.places), "method": METHOD}
            for term, value in whole
        ]
        rows[1] |= {"p_value": self.place_p_value}
        anova = self.anova
        rows.append(
            {
                "term": "icc1", "estimate": anova.icc1, "statistic": anova.statistic, "dof": anova.dof_within,
                "ci_low": anova.icc1_low, "ci_high": anova.icc1_high, "ci_level": self.ci_level, "n_obs": n,
                "n_clusters": len(self.places), "method": "one-way analysis of variance, corrected size",
            }
        )  # fmt: skip
        for j, name in enumerate(self.places):
            rows.append(
                {
                    "group": name, "term": "score", "estimate": self.scores[j], "std_error": self.std_error[j],
                    "ci_low": self.ci_low[j], "ci_high": self.ci_high[j], "ci_level": self.ci_level,
                    "n_obs": int(self.n_people[j]), "method": METHOD,
                }
            )  # fmt: skip
        return tidy_frame(rows)

    def __str__(self) -> str:
        """Return the shares and reliabilities, then places in alphabetical order."""
        lines = [
            f"Scores of {len(self.places)} places from {int(self.n_people.sum())} people and {self.n_items} items",
            f"icc {self.icc:.3f} (without error {self.icc_true:.3f}); p of no differences {self.place_p_value:.3f}",
            f"reliability of place scores {self.overall_reliability:.2f}, ranks need {self.threshold:.2f}; "
            f"of a person's mean {self.person_reliability:.2f}",
        ]
        table = self.frame().drop(columns=["std_error", "agreement"])
        lines += (
            table.head(14).to_string(index=False, na_rep="", float_format=lambda value: f"{value:.2f}").splitlines()
        )
        if len(table) > 14:
            lines.append(f"... {len(table) - 14} more places in frame()")
        lines += [f"! {caveat.sentence}" for caveat in self.caveats]
        return "\n".join(line if len(line) <= 88 else line[:85] + "..." for line in lines[:25])

    def glance(self) -> pd.DataFrame:
        """Return one row: people, places, items, shares and reliabilities."""
        return pd.DataFrame(
            [
                {
                    "n_obs": int(self.n_people.sum()),
                    "n_places": len(self.places),
                    "n_items": self.n_items,
                    "icc": self.icc,
                    "icc_true": self.icc_true,
                    "reliability_place": self.overall_reliability,
                    "people_needed": self.people_needed,
                    "rankable": bool(self.overall_reliability >= self.threshold),
                }
            ]
        )


def normal_interval(centre: FloatArray, error: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Return the bounds of normal intervals."""
    reach = float(norm.ppf(0.5 + level / 2.0)) * error
    return centre - reach, centre + reach
