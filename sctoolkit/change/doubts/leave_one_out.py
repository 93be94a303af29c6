"""A regression without each site in turn.

``leave_one_out(formula, data, term=..., cluster=...) -> LeaveOneOut``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.change.models.regress import regress
from sctoolkit.change.models.regression import term_index
from sctoolkit.errors import SctoolkitError
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeaveOneOut(Result):
    """An estimate without each site in turn; ``rows`` are (site, estimate, std_error, p_value)."""

    term: str
    full: float
    rows: tuple[tuple[str, float, float, float], ...]
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def tidy(self) -> pd.DataFrame:
        """Return one row a site that was left out."""
        return tidy_frame(
            {"term": self.term, "group": f"without {site}", "estimate": e, "std_error": s, "p_value": p}
            for site, e, s, p in self.rows
        )


def leave_one_out(formula: str, data: pd.DataFrame, *, term: str, cluster: str) -> LeaveOneOut:
    """Refit without each site in turn.

    Examples
    --------
    >>> data = pd.DataFrame({"y": [1.0, 2, 4, 3, 5, 7, 6, 9], "x": [0, 1] * 4, "site": list("aabbccdd")})
    >>> len(leave_one_out("y ~ x", data, term="x", cluster="site").rows)
    4
    """
    require_columns(data, [cluster])
    full = regress(formula, data, cluster=cluster)
    position = term_index(full.terms, term)
    rows = []
    for site in sorted(data[cluster].dropna().unique(), key=str):
        try:
            fit = regress(formula, data[data[cluster] != site], cluster=cluster)
            j = fit.terms.index(full.terms[position])
            rows.append((str(site), float(fit.coef[j]), float(fit.std_error[j]), float(fit.p_value[j])))
        except (SctoolkitError, ValueError):
            rows.append((str(site), float("nan"), float("nan"), float("nan")))
    values = np.array([row[1] for row in rows])
    turned = [row[0] for row in rows if np.sign(row[1]) != np.sign(full.coef[position]) and np.isfinite(row[1])]
    caveats = []
    if turned:
        sentence = f"The sign changes without {', '.join(turned[:3])}."
        caveats.append(Caveat(code="sign_rests_on_one_site", sentence=sentence, numbers={"sites": turned}))
    if np.isnan(values).any():
        lost = [row[0] for row in rows if np.isnan(row[1])]
        sentence = f"Without {', '.join(lost[:3])} there is no estimate."
        caveats.append(Caveat(code="one_cluster_carries_it", sentence=sentence, numbers={"sites": lost}))
    return LeaveOneOut(
        term=full.terms[position], full=float(full.coef[position]), rows=tuple(rows),
        provenance=Provenance(analysis=f"{term} without each {cluster}", n_in=len(data), n_used=full.n_obs),
        caveats=tuple(caveats),
    )  # fmt: skip
