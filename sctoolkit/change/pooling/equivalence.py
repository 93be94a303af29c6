"""Whether a change is large enough to matter: two one-sided tests against a smallest change set beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sctoolkit.change.route.estimate_change import Change
from sctoolkit.change.route.estimates import Estimate
from sctoolkit.change.route.told import in_points, told
from sctoolkit.errors import DesignError, OptionError
from sctoolkit.numerics.change.equivalence import Equivalence, tost
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeTest:
    """One change against the smallest one that matters."""

    estimate: Estimate
    test: Equivalence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SizeTests(Result):
    """Changes against the smallest one that matters; intervals are those of the tests, 1 - 2 alpha."""

    tests: tuple[SizeTest, ...]
    smallest: float
    alpha: float
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row a change; ``term`` is the class it falls in, ``p_value`` that of equivalence."""
        return tidy_frame(
            {
                **one.estimate.row(), "term": one.test.verdict, "statistic": np.nan, "p_value": one.test.p_value,
                "ci_low": one.test.ci_low, "ci_high": one.test.ci_high, "ci_level": 1 - 2 * self.alpha,
                "method": f"two one-sided tests against {self.smallest:g}; {one.estimate.method}",
            }
            for one in self.tests
        )  # fmt: skip

    def glance(self) -> pd.DataFrame:
        """Return one row: the smallest change that matters and the class of the last change told."""
        row = {"smallest": self.smallest, "alpha": self.alpha, "n_tests": len(self.tests)}
        return pd.DataFrame([{**row, "verdict": self.tests[-1].test.verdict}])


def equivalence(change: Change, *, smallest: float, alpha: float = 0.05) -> SizeTests:
    """Judge changes against the smallest one that matters.

    Parameters
    ----------
    change : Change
        What `estimate_change` returned; with two sides each side's own change is judged, then the gap's.
    smallest : float
        Smallest change that matters, in points of the scale, above zero; set before the data were seen.
    alpha : float, optional
        Level of each one-sided test, between 0 and 0.5.

    Returns
    -------
    SizeTests
        The class of each change: rose beyond the smallest change that matters; rose, size unclear; equivalent;
        unclear; and so downwards.

    Raises
    ------
    OptionError
        If ``smallest`` or ``alpha`` is out of its range.
    DesignError
        If no change with a standard error was estimated.

    Notes
    -----
    TOST with the estimate's own degrees of freedom. Absence of significance is not equivalence: an interval that
    covers zero and a bound is "unclear". Missing answers were treated as the change was estimated.

    References
    ----------
    Schuirmann (1987), doi:10.1007/BF01068419; Lakens (2017), doi:10.1177/1948550617697177. Oracle: sleep_paired.

    Examples
    --------
    >>> from sctoolkit import estimate_change
    >>> scores = pd.DataFrame({"id": [1, 2, 3, 4] * 2, "wave": [1] * 4 + [2] * 4, "trust": [2, 3, 3, 2, 4, 4, 5, 4.0]})
    >>> change = estimate_change(scores, outcome="trust", unit="id", wave="wave")
    >>> equivalence(change, smallest=0.5).glance()["verdict"].tolist()
    ['rose beyond the smallest change that matters']
    """
    if not (np.isfinite(smallest) and smallest > 0):
        raise OptionError(
            f"Option `smallest` must be above 0, not {smallest:g}.",
            hint="It is the smallest change that matters, in points of the scale.",
        )
    if not 0 < alpha < 0.5:
        raise OptionError(
            f"Option `alpha` must lie between 0 and 0.5, not {alpha:g}.", hint="0.05 makes a 90% interval."
        )
    found = [one.estimate for one in told(change) if one.estimate.std_error > 0 and one.estimate.dof > 0]
    found = [one for one in found if in_points(one)]
    if not found:
        raise DesignError(
            "A change in points with a standard error is needed to judge its size, and there is none.",
            hint="See the change itself: its caveats say why. Shares and ratios have no smallest change in points.",
        )
    tests = [SizeTest(estimate=one, test=tost(one.estimate, one.std_error, one.dof, smallest, alpha)) for one in found]
    return SizeTests(
        tests=tuple(tests), smallest=float(smallest), alpha=float(alpha),
        provenance=Provenance(
            analysis=f"size of the change in {change.provenance.scale}", scale=change.provenance.scale,
            waves=change.provenance.waves, n_in=change.provenance.n_in, n_used=change.provenance.n_used,
            options={"smallest": smallest, "alpha": alpha},
        ),
    )  # fmt: skip
