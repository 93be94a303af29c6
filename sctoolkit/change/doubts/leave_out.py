"""How much the answer hangs on one organisation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.change.route.estimates import Estimate
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]


def leave_out(
    gains: FloatArray, treated: npt.NDArray[np.bool_] | None, names: list[str], level: float
) -> tuple[list[Estimate], tuple[Caveat, ...]]:
    """Return the lowest and highest mean of organisations with one left out, and a caveat when the sign changes.

    Parameters
    ----------
    gains : (G,) float array
        Change of each organisation.
    treated : (G,) bool array, optional
        Organisations that take part; the estimate is then the difference of means.
    names : list of str
        Names of the organisations.
    level : float
        Level of the intervals, for the record.
    """
    g = len(gains)
    if g < 3:
        return [], ()

    def value(keep: npt.NDArray[np.bool_]) -> float:
        if treated is None:
            return float(gains[keep].mean())
        with_it, without = gains[keep & treated], gains[keep & ~treated]
        return float(with_it.mean() - without.mean()) if with_it.size and without.size else float("nan")

    everyone = np.ones(g, dtype=bool)
    whole = value(everyone)
    values = np.array([value(everyone & (np.arange(g) != k)) for k in range(g)])
    seen = np.flatnonzero(np.isfinite(values))
    if not seen.size:
        return [], ()
    found = [
        Estimate(
            estimand="means of organisations, one left out", estimator=f"{word} with one left out", role="detail",
            estimate=float(values[k]), ci_level=level, n_clusters=g - 1, method=f"without {names[k]}",
            term="one left out",
        )
        for word, k in (("lowest", seen[values[seen].argmin()]), ("highest", seen[values[seen].argmax()]))
    ]  # fmt: skip
    turned = [names[k] for k in seen if values[k] * whole < 0]
    if not turned:
        return found, ()
    caveat = Caveat(
        code="hangs_on_one_organisation",
        sentence=f"Leaving out one organisation turns the sign ({len(turned)} of {g} do): the answer hangs on it.",
        numbers={"organisations": turned, "whole": whole},
    )
    return found, (caveat,)
