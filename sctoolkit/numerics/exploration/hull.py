"""Hull method: the number of factors where the gain of fit breaks off.

References
----------
Lorenzo-Seva, Timmerman and Kiers (2011), doi:10.1080/00273171.2011.564527.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hull:
    """Solutions compared.

    ``n_parameters`` and ``fit`` of 0, 1, ..., m factors; ``on_hull`` those on the upper convex hull; ``st`` the ratio
    of slopes of the inner ones (nan elsewhere); ``n_factors`` where it is largest. Without an inner solution it is the
    best fitting number, or 0 where only 0 and 1 were compared.
    """

    n_parameters: FloatArray
    fit: FloatArray
    on_hull: npt.NDArray[np.bool_]
    st: FloatArray
    n_factors: int


def hull(fit: FloatArray, n_parameters: FloatArray) -> Hull:
    """Convex hull of fit against free parameters.

    Parameters
    ----------
    fit : (m + 1,) array
        Goodness of fit of 0 .. m factors, larger is better.
    n_parameters : (m + 1,) array
        Free parameters, increasing.

    Notes
    -----
    Solutions that fit worse than one with fewer parameters are dropped, then those below a line between neighbours;
    ``st_i = [(f_i - f_{i-1}) / (q_i - q_{i-1})] / [(f_{i+1} - f_i) / (q_{i+1} - q_i)]``.
    """
    kept: list[int] = []
    for at in range(fit.size):
        if not kept or fit[at] > fit[kept[-1]]:
            kept.append(at)
    changed = True
    while changed:
        changed = False
        for i in range(1, len(kept) - 1):
            left, middle, right = kept[i - 1 : i + 2]
            share = (n_parameters[middle] - n_parameters[left]) / (n_parameters[right] - n_parameters[left])
            if fit[middle] <= fit[left] + share * (fit[right] - fit[left]):
                kept.pop(i)
                changed = True
                break
    st = np.full(fit.size, np.nan)
    for left, middle, right in zip(kept, kept[1:], kept[2:], strict=False):
        before = (fit[middle] - fit[left]) / (n_parameters[middle] - n_parameters[left])
        after = (fit[right] - fit[middle]) / (n_parameters[right] - n_parameters[middle])
        st[middle] = before / after
    on_hull = np.zeros(fit.size, dtype=np.bool_)
    on_hull[kept] = True
    inner = not bool(np.isnan(st).all())
    best = int(np.nanargmax(st)) if inner else kept[-1] if fit.size > 2 else 0
    return Hull(n_parameters, fit, on_hull, st, best)
