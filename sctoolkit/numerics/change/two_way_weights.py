"""How a two-way fixed-effects model would weigh the gains of staggered entry."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def negative_weight_share(outcome: FloatArray, periods: FloatArray, entry: FloatArray) -> float:
    """Return the share of entered unit-periods that a two-way fixed model gives a negative weight.

    Parameters
    ----------
    outcome : (n, T) float array
        Only where it is nan matters.
    periods : (T,) float array
    entry : (n,) float array
        Period of entry, inf for never.

    Returns
    -------
    float
        From 0 to 1; nan where nobody, or everybody, has entered.

    References
    ----------
    de Chaisemartin and D'Haultfoeuille (2020), doi:10.1257/aer.20181169.
    """
    treated = (periods[None, :] >= entry[:, None]) & np.isfinite(outcome)
    seen = np.isfinite(outcome)
    if not treated.any() or treated.all():
        return float("nan")
    rows, columns = np.nonzero(seen)
    design = np.zeros((len(rows), outcome.shape[0] + outcome.shape[1] - 1))
    design[np.arange(len(rows)), rows] = 1.0
    later = columns > 0
    design[np.flatnonzero(later), outcome.shape[0] + columns[later] - 1] = 1.0
    entered = treated[seen].astype(float)
    residual = entered - design @ np.linalg.lstsq(design, entered, rcond=None)[0]
    weights = residual[entered > 0]
    return float((weights < -1e-12).mean())
