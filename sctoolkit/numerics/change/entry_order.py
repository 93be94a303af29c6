"""Tests that shuffle who entered when: orders of entry, the gain under each, p and the interval by inversion.

``entry_order_test(outcome, periods, entry) -> EntryOrderTest``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.change.group_time import Control
from sctoolkit.numerics.linear.shift_interval import shift_interval

FloatArray = npt.NDArray[np.float64]

LIST_UP_TO = 5000


@dataclass(frozen=True, slots=True)
class EntryOrderTest:
    """Gain, p over ``n_orders`` orders of entry, the smallest p they allow, and limits of a gain that is constant."""

    estimate: float
    p_value: float
    smallest_p: float
    ci_low: float
    ci_high: float
    n_orders: int
    listed: bool


def entry_order_test(
    outcome: FloatArray, periods: FloatArray, entry: FloatArray, *, control: Control = "not_yet", anticipation: int = 0,
    n_draws: int = 999, seed: int = 1, level: float = 0.95,
) -> EntryOrderTest:  # fmt: skip
    """Test that entry made no difference to any unit, by handing out the waves of entry anew.

    Parameters
    ----------
    outcome : (n, T) float array
        One row a unit, one column a period; nan where not observed.
    periods : (T,) float array, rising
    entry : (n,) float array
        Period of entry, inf for never.
    control, anticipation
        As for `group_time`.
    n_draws, seed : int
        Orders to draw where there are more than 5,000, the actual one added to them.
    level : float
        Coverage of the interval: gains, the same for every unit and period from entry on, that are not rejected.

    References
    ----------
    Roth and Sant'Anna (2023), doi:10.1086/726581.
    """
    orders, listed = entry_orders(entry, n_draws, seed)
    if not listed:
        orders = np.vstack([entry, orders])
    observed = float(simple_gains(outcome, periods, entry[None, :], control, anticipation)[0])
    entered = np.where(np.isfinite(outcome), (periods[None, :] >= entry[:, None]).astype(np.float64), np.nan)
    base, lean = (simple_gains(values, periods, orders, control, anticipation) for values in (outcome, entered))
    usable = np.isfinite(base)
    base, lean = base[usable], lean[usable]
    as_far = np.abs(base) >= abs(observed) - 1e-10 * max(abs(observed), 1e-300)
    low, high = shift_interval(base, lean, observed, level)
    return EntryOrderTest(observed, float(as_far.mean()), 1 / len(base), low, high, len(base), listed)


def entry_orders(entry: FloatArray, n_draws: int, seed: int) -> tuple[FloatArray, bool]:
    """Return different ways to hand out the waves of entry, one a row, and whether they are all there are.

    Examples
    --------
    >>> orders, listed = entry_orders(np.array([2.0, 2.0, np.inf, np.inf]), 99, 1)
    >>> orders.shape, listed
    ((6, 4), True)
    """
    counts = Counter(entry.tolist())
    total = factorial(len(entry))
    for count in counts.values():
        total //= factorial(count)
    if total > LIST_UP_TO:
        rng = np.random.default_rng(seed)
        return np.array([rng.permutation(entry) for _ in range(n_draws)]), False
    orders = [np.full(len(entry), np.nan)]
    for value, count in sorted(counts.items()):
        longer = []
        for order in orders:
            for places in combinations(np.flatnonzero(np.isnan(order)), count):
                filled = order.copy()
                filled[list(places)] = value
                longer.append(filled)
        orders = longer
    return np.array(orders), True


def simple_gains(
    y: FloatArray, periods: FloatArray, orders: FloatArray, control: Control = "not_yet", anticipation: int = 0
) -> FloatArray:
    """Return the average difference after entry for each order of entry (rows), weighted by cohort size; nan without.

    Examples
    --------
    >>> y = np.array([[1.0, 3.0], [1.0, 2.0], [0.0, 0.0]])
    >>> simple_gains(y, np.array([1.0, 2.0]), np.array([[2.0, 2.0, np.inf]]))
    array([1.5])
    """
    top, weight = np.zeros(len(orders)), np.zeros(len(orders))
    for group in np.unique(orders[np.isfinite(orders)]):
        base = np.flatnonzero(periods < group - anticipation)
        members = orders == group
        if not base.size:
            continue
        for now in np.flatnonzero(periods >= group):
            against = np.isinf(orders) if control == "never" else (orders > periods[now] + anticipation) & ~members
            change = y[:, now] - y[:, base[-1]]
            seen = np.isfinite(change)
            filled = np.where(seen, change, 0.0)
            mine, theirs = (members & seen).sum(axis=1), (against & seen).sum(axis=1)
            usable = (mine > 0) & (theirs > 0)
            gap = (members @ filled) / np.maximum(mine, 1) - (against @ filled) / np.maximum(theirs, 1)
            top += np.where(usable, members.sum(axis=1) * gap, 0.0)
            weight += np.where(usable, members.sum(axis=1), 0)
    return np.where(weight > 0, top / np.maximum(weight, 1), np.nan)
