"""A planned study in numbers: the standard error and degrees of freedom of its estimate, in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sctoolkit.numerics.change.power import design_factor, ordered_answer_attenuation

Comparison = Literal["none", "organisations", "people"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The numbers of a planned study."""

    n_people: float
    n_organisations: int | None
    comparison: Comparison
    share_treated: float
    correlation: float
    icc: float
    size_cv: float
    linked: float
    attrition: float
    n_categories: int | None

    def std_error(self) -> float:
        """Return the standard error of the estimate in standard deviations of the first wave."""
        change = self._people()
        if self.n_organisations is None:
            variance = 2 * change if self.comparison == "people" else change
        else:
            total = 2 * (1 - self.correlation) * self.icc + (1 - self.icc) * change * self._unequal()
            if self.comparison == "organisations":
                variance = total / (self.n_organisations * self.share_treated * (1 - self.share_treated))
            elif self.comparison == "people":
                variance = 4 * (1 - self.icc) * change * self._unequal() / self.n_organisations
            else:
                variance = total / self.n_organisations
        return float(np.sqrt(variance)) / self._kept()

    def _people(self) -> float:
        """Return the variance of the mean change of the people of one organisation, total variance within 1."""
        n, m = self.n_people, self.n_people * (1 - self.attrition)
        apart = 1 / n + 1 / m - 2 * self.correlation * self.linked * m / (n * m)
        if self.linked == 1:  # the pairs alone may say more than all records compared
            return min(apart, 2 * (1 - self.correlation) / m)
        return apart

    def mixed_model_gain(self) -> float:
        """Return the standard error of a mixed model over that of the estimate, at most 1, for people alone."""
        n, m, r = self.n_people, self.n_people * (1 - self.attrition), self.correlation
        pairs = self.linked * m
        own, cross = pairs / (1 - r**2), -r * pairs / (1 - r**2)
        information = np.array([[own + n - pairs, cross], [cross, own + m - pairs]])
        contrast = np.array([-1.0, 1.0])
        best = float(contrast @ np.linalg.solve(information, contrast))
        return float(np.sqrt(min(best / self._people(), 1.0)))

    def _unequal(self) -> float:
        """Return the inflation by unequal sizes of organisations over equal ones, of the part within them."""
        if self.size_cv == 0:
            return 1.0
        return design_factor(self.n_people, self.icc, self.size_cv) / design_factor(self.n_people, self.icc)

    def _kept(self) -> float:
        """Return how much of a difference the answer format keeps."""
        if self.n_categories is None:
            return 1.0
        return ordered_answer_attenuation([1 / self.n_categories] * self.n_categories)

    def dof(self) -> float:
        """Return the degrees of freedom."""
        g = self.n_organisations
        if g is not None:
            return float(g - 2 if self.comparison == "organisations" else g - 1)
        m = self.n_people * (1 - self.attrition)
        if self.comparison == "people":
            return 2 * m - 2
        return m - 1 if self.linked == 1 else self.n_people + m - 2 - self.linked * (m - 1)
