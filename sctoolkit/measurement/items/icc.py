"""Agreement over raters and stability over occasions: intraclass correlations and test-retest reliability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.errors import DataError, OptionError
from sctoolkit.measurement.exploration.polychoric_result import fisher_interval
from sctoolkit.measurement.items.item_checks import dropped_rows, few_people, usable_rows
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.measurement.lines import caveat_lines
from sctoolkit.numerics.reliability.icc import Icc, intraclass_correlations
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

METHODS = {
    "ICC1": "one-way, single",
    "ICC2": "two-way, absolute agreement, single",
    "ICC3": "two-way, consistency, single",
    "ICC1k": "one-way, mean of columns",
    "ICC2k": "two-way, absolute agreement, mean of columns",
    "ICC3k": "two-way, consistency, mean of columns",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agreement(Result):
    """Intraclass correlations, and for two occasions the test-retest figures.

    ``forms`` holds the six forms of Shrout and Fleiss; ``retest_r`` the correlation of two columns with its interval,
    ``mean_difference`` of the second less the first, and ``std_error_measurement`` (the root of the residual mean
    square of two occasions, in score units); nan with more than two columns.
    """

    columns: tuple[str, ...]
    forms: tuple[Icc, ...]
    retest_r: float
    retest_ci: tuple[float, float]
    mean_difference: float
    std_error_measurement: float
    ci_level: float
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def tidy(self) -> pd.DataFrame:
        """Return one row a coefficient."""
        return tidy_frame(self._rows())

    def _rows(self) -> list[dict[str, Any]]:
        """The rows of the table."""
        shared = {"ci_level": self.ci_level, "n_obs": self.provenance.n_used}
        rows: list[dict[str, Any]] = [
            {"term": form.name, "estimate": form.estimate, "ci_low": form.ci_low, "ci_high": form.ci_high,
             "method": f"{METHODS[form.name]}; F interval", **shared}
            for form in self.forms
        ]  # fmt: skip
        if len(self.columns) == 2:
            low, high = self.retest_ci
            rows += [
                {"term": "retest_r", "estimate": self.retest_r, "ci_low": low, "ci_high": high,
                 "method": "product-moment; Fisher interval", **shared},
                {"term": "mean_difference", "estimate": self.mean_difference, "method": "second less first", **shared},
                {"term": "std_error_measurement", "estimate": self.std_error_measurement,
                 "method": "root of the residual mean square", **shared},
            ]  # fmt: skip
        return rows

    def __str__(self) -> str:
        lines = [f"Agreement of {', '.join(self.columns[:4])}: {self.provenance.n_used} people"]
        for row in self._rows():
            low, high = row.get("ci_low", np.nan), row.get("ci_high", np.nan)
            interval = f"{low:.3f} to {high:.3f}" if np.isfinite(low) else ""
            lines.append(f"{row['term']:24}{row['estimate']:8.3f}  {interval:18} {row['method'].split(';')[0]}")
        return "\n".join(caveat_lines(lines, self.caveats))


def icc(data: pd.DataFrame, *, level: float = 0.95) -> Agreement:
    """Intraclass correlations of people (rows) over raters or occasions (columns).

    Parameters
    ----------
    data : DataFrame
        One score a person and rater or occasion; people with a missing score are left out.
    level : float
        Confidence level.

    Returns
    -------
    Agreement
        Six forms with F intervals; for two columns also the test-retest correlation, the mean difference and the
        standard error of measurement, both in score units.

    Raises
    ------
    DataError
        If fewer than five people are complete or nothing varies.

    Notes
    -----
    For test-retest of one scale read ICC2 (agreement: a general rise counts against it) beside ICC3 (consistency: it
    does not). Shrout and Fleiss (1979), doi:10.1037/0033-2909.86.2.420. Oracle: tests/oracle/reliability.R
    (psych::ICC).

    Examples
    --------
    >>> scores = pd.DataFrame({"first": [1, 2, 3, 4, 5], "second": [1, 2, 3, 5, 4]})
    >>> round(icc(scores).retest_r, 1)
    0.9
    """
    if not 0.5 <= level < 1.0:
        raise OptionError(f"Option `level` must be from 0.5 to below 1, not {level}.", hint="`level=0.95`.")
    frame = keyed_items(data)
    rows = usable_rows(frame, "listwise", at_least=5)
    table = frame.to_numpy(dtype=np.float64)[rows]
    if float(np.ptp(table)) == 0.0:
        raise DataError(
            "Scores must vary, but everyone has the same.",
            hint="Check that these are scores of people; where all agree exactly, say so without a coefficient.",
        )
    forms = intraclass_correlations(table, level)
    nothing = float("nan")
    r, interval, difference, error = nothing, (nothing, nothing), nothing, nothing
    if table.shape[1] == 2:
        difference = float(np.mean(table[:, 1] - table[:, 0]))
        error = float(np.std(table[:, 1] - table[:, 0], ddof=1) / np.sqrt(2.0))
        if bool(np.all(np.ptp(table, axis=0) > 0.0)):
            r = float(np.corrcoef(table.T)[0, 1])
            spread = np.array([(1.0 - r * r) / np.sqrt(max(len(table) - 3, 1))])
            low, high = fisher_interval(np.array([r]), spread, level)
            interval = float(low[0]), float(high[0])
    return Agreement(
        columns=tuple(frame.columns),
        forms=forms,
        retest_r=r,
        retest_ci=interval,
        mean_difference=difference,
        std_error_measurement=error,
        ci_level=level,
        provenance=Provenance(
            analysis="intraclass correlations", n_in=len(frame), n_used=len(table), missing_rule="listwise"
        ),
        caveats=(*dropped_rows(len(frame), len(table)), *few_people(len(table), 0, "Agreement")),
    )
