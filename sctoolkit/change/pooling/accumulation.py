"""What small programmes can say together: changes of organisations or programmes pooled, each one shrunken.

``accumulate(data, estimate=..., std_error=..., label=...) -> Accumulation``.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.change.route.panel import numeric
from sctoolkit.errors import DataError
from sctoolkit.numerics.change.meta_analysis import Pooled, pool_random_effects
from sctoolkit.options import check_option, checked_level
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Accumulation(Result):
    """A random-effects mean with Hartung-Knapp interval and prediction interval, and shrunken estimates (k,)."""

    labels: tuple[str, ...]
    estimates: FloatArray
    std_errors: FloatArray
    pooled: Pooled = field(repr=False)
    method: str
    ci_level: float
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def __post_init__(self) -> None:
        for name in ("estimates", "std_errors"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def tidy(self) -> pd.DataFrame:
        """Return the mean, the prediction interval, then two rows a label: as estimated and shrunken."""
        p = self.pooled
        rows = [
            {
                "term": "mean", "role": "pooled", "estimate": p.estimate, "std_error": p.hksj_error, "dof": p.dof,
                "p_value": p.p_value, "ci_low": p.ci_low, "ci_high": p.ci_high, "ci_level": self.ci_level,
                "method": f"{self.method}, Hartung-Knapp t(k-1)",
            },
            {
                "term": "a new one", "role": "prediction", "estimate": p.estimate, "ci_low": p.pi_low,
                "ci_high": p.pi_high, "ci_level": self.ci_level, "method": "prediction interval, t(k-2)",
            },
        ]  # fmt: skip
        for k, label in enumerate(self.labels):
            rows.append(
                {"term": label, "role": "as estimated", "estimate": self.estimates[k], "std_error": self.std_errors[k]}
            )
            rows.append({"term": label, "role": "shrunken", "estimate": p.blups[k], "std_error": p.blup_errors[k]})
        return tidy_frame(rows)

    def __str__(self) -> str:
        p = self.pooled
        lines = [
            f"{self.provenance.analysis}: {len(self.labels)} estimates, {self.method}, Hartung-Knapp",
            f"{'':32}{'estimate':>10}{'std. error':>12}{'shrunken':>10}",
            f"{'mean':32}{p.estimate:10.3f}{p.hksj_error:12.3f}   {_interval(p.ci_low, p.ci_high)}",
            f"{'a new one':32}{'':22}   {_interval(p.pi_low, p.pi_high)}",
        ]
        rows = zip(self.labels, self.estimates, self.std_errors, p.blups, strict=True)
        lines += [f"{label[:31]:32}{e:10.3f}{s:12.3f}{b:10.3f}" for label, e, s, b in rows][:14]
        if len(self.labels) > 14:
            lines.append(f"... {len(self.labels) - 14} more in tidy()")
        for caveat in self.caveats:
            lines += textwrap.wrap(f"! {caveat.sentence}", 88, subsequent_indent="  ")
        return "\n".join(lines[:25])

    def glance(self) -> pd.DataFrame:
        """Return one row: heterogeneity."""
        p = self.pooled
        row = {"k": len(self.labels), "tau2": p.tau2, "tau2_low": p.tau2_low, "tau2_high": p.tau2_high, "i2": p.i2}
        return pd.DataFrame([{**row, "q": p.q, "q_p_value": p.q_p_value}])


def _interval(low: float, high: float) -> str:
    return f"{low:.3f} to {high:.3f}" if np.isfinite(low + high) else "no interval"


def accumulate(
    data: pd.DataFrame,
    *,
    estimate: str,
    std_error: str,
    label: str,
    method: Literal["REML", "PM", "DL"] = "REML",
    ci_level: float = 0.95,
) -> Accumulation:
    """Pool changes of several organisations or programmes that measured the same thing.

    Parameters
    ----------
    data : DataFrame
        One row an organisation or programme. Rows with a missing number are left out and counted.
    estimate, std_error, label : str
        Columns.
    method : {"REML", "PM", "DL"}
    ci_level : float

    Raises
    ------
    DataError
        If fewer than 2 rows remain or a standard error is not above zero.

    References
    ----------
    Hartung and Knapp (2001), doi:10.1002/sim.1009; IntHout et al. (2016), doi:10.1136/bmjopen-2015-010247.
    Oracle: site_shrinkage (metafor).

    Examples
    --------
    >>> data = pd.DataFrame({"place": ["a", "b", "c"], "change": [0.1, 0.3, 0.2], "se": [0.1, 0.1, 0.2]})
    >>> round(accumulate(data, estimate="change", std_error="se", label="place").pooled.estimate, 3)
    0.2
    """
    checked_level(ci_level, "ci_level")
    check_option("method", method, ("REML", "PM", "DL"))
    require_columns(data, [estimate, std_error, label])
    numbers = np.column_stack([numeric(data, name) for name in (estimate, std_error)])
    used = data[np.isfinite(numbers).all(axis=1)]
    y, s = numbers[np.isfinite(numbers).all(axis=1)].T
    if len(used) < 2 or (s <= 0).any():
        raise DataError(
            f"Pooling needs at least 2 rows with standard errors above zero, and {int((s > 0).sum())} can be used.",
            where=f"Rows: {len(data)}; with a missing number: {len(data) - len(used)}.",
            hint="One programme alone is described by its own estimate and interval.",
        )
    pooled = pool_random_effects(y, s**2, method, ci_level)
    notes = []
    if len(used) < len(data):
        sentence = f"{len(data) - len(used)} of {len(data)} rows were left out: a number is missing or not finite."
        notes.append(Caveat(code="rows_left_out", sentence=sentence, numbers={"n_left_out": len(data) - len(used)}))
    if len(used) < 5:
        sentence = (
            f"Only {len(used)} estimates: the spread between them is hardly known, the interval is wide for that."
        )
        notes.append(Caveat(code="few_estimates", sentence=sentence, numbers={"k": len(used)}))
    return Accumulation(
        labels=tuple(str(name) for name in used[label]), estimates=y, std_errors=s, pooled=pooled, method=method,
        ci_level=ci_level,
        provenance=Provenance(
            analysis=f"pooled {estimate}", n_in=len(data), n_used=len(used), options={"method": method}
        ),
        caveats=tuple(notes),
    )  # fmt: skip
