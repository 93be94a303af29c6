"""Zh: whether an answer pattern is as likely as patterns at its theta are on average."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.irt.grm_curves import GradedItems, log_category

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def zh(codes: IntArray, items: GradedItems, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the standardised likelihood of each pattern and of each item.

    Parameters
    ----------
    codes : (n, k) int array
        Categories from 0; -1 where missing, which leaves the item out.
    theta : (n,) float array
        Score of each pattern, on the scale of ``items``.

    Returns
    -------
    persons : (n,) float array
        About standard normal when the model holds, below -2 for answers that contradict each other; nan without any.
    items : (k,) float array
        The same summed over respondents.

    Notes
    -----
    (l - E l) / sd(l), with l = sum_j log P(x_j | theta). With estimated theta its spread is below one, so that the test
    is conservative.

    References
    ----------
    Drasgow, Levine & Williams (1985), doi:10.1111/j.2044-8317.1985.tb00817.x.   Oracle: mirt::itemfit("Zh").
    """
    n, k = codes.shape
    seen = codes >= 0
    surprise, variance = np.zeros((n, k)), np.zeros((n, k))
    for item in range(k):
        width = int(items.n_categories[item])
        one = GradedItems(items.slopes[item : item + 1], items.intercepts[item : item + 1, : max(width - 1, 1)])
        logs = log_category(one, theta)[0]
        chance = np.exp(logs)
        mean = (chance * logs).sum(axis=0)
        here = logs[np.where(seen[:, item], codes[:, item], 0), np.arange(n)]
        surprise[:, item] = np.where(seen[:, item], here - mean, 0.0)
        variance[:, item] = np.where(seen[:, item], (chance * logs**2).sum(axis=0) - mean**2, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        persons = surprise.sum(axis=1) / np.sqrt(variance.sum(axis=1))
        by_item = surprise.sum(axis=0) / np.sqrt(variance.sum(axis=0))
    return np.asarray(persons), np.asarray(by_item)
