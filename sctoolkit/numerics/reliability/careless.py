"""Indices of careless responding, one number a respondent: long strings, variability, even-odd, distance, twins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from sctoolkit.errors import NotIdentifiedError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def longest_run(answers: FloatArray) -> IntArray:
    """Longest run of equal neighbouring answers.

    Parameters
    ----------
    answers : (n, k) float array
        Answer codes in the order in which they were asked; nan ends a run.

    Returns
    -------
    (n,) int array
        0 where nothing was answered.

    References
    ----------
    Curran (2016), doi:10.1016/j.jesp.2015.07.006.   Oracle: tests/oracle/careless.R (base `rle`).

    Examples
    --------
    >>> longest_run(np.array([[2.0, 2, 2, 3], [1, np.nan, 1, 2]])).tolist()
    [3, 1]
    """
    n, k = answers.shape
    run, best = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for place in range(k):
        given = ~np.isnan(answers[:, place])
        same = given & (answers[:, place] == answers[:, place - 1]) if place else np.zeros(n, dtype=bool)
        run = np.where(same, run + 1, given.astype(np.int64))
        best = np.maximum(best, run)
    return best


def response_variability(answers: FloatArray) -> FloatArray:
    """Intra-individual response variability: the SD of a person's answers, in scale points.

    Parameters
    ----------
    answers : (n, k) float array
        Answer codes of items on one response scale, before keying; nan where there is none.

    Returns
    -------
    (n,) float array
        nan with fewer than two answers.

    References
    ----------
    Dunn et al. (2018), doi:10.1007/s10869-016-9479-0.   Oracle: tests/oracle/careless.R (base `sd`).

    Examples
    --------
    >>> response_variability(np.array([[3.0, 3, 3], [1, 3, np.nan]])).round(3).tolist()
    [0.0, 1.414]
    """
    given = ~np.isnan(answers)
    count = given.sum(axis=1)
    filled = np.where(given, answers, 0.0)
    mean = np.divide(filled.sum(axis=1), count, out=np.full(len(answers), np.nan), where=count > 0)
    squares = (np.where(given, answers - mean[:, None], 0.0) ** 2).sum(axis=1)
    variance: FloatArray = np.divide(squares, count - 1, out=np.full(len(answers), np.nan), where=count > 1)
    return np.sqrt(variance)


def even_odd(scales: Sequence[FloatArray]) -> FloatArray:
    """Even-odd consistency: the correlation, over scales, of the means of their odd and even items, stepped up.

    Parameters
    ----------
    scales : sequence of (n, k_s) float arrays, each k_s >= 2
        Keyed item values of scales that share a range; nan where there is none.

    Returns
    -------
    (n,) float array
        At most 1; low for people who answer at random. nan with fewer than three usable scales or without spread.

    Notes
    -----
    Spearman-Brown: ``2 r / (1 + r)``, not below -1.

    References
    ----------
    Curran (2016), doi:10.1016/j.jesp.2015.07.006.   Oracle: tests/oracle/careless.R.

    Examples
    --------
    >>> even_odd([np.array([[1.0, 1]]), np.array([[3.0, 3]]), np.array([[5.0, 4]])]).round(3).tolist()
    [0.991]
    """
    n = len(scales[0])
    halves = np.stack([np.stack([_row_mean(part[:, side::2]) for part in scales], axis=1) for side in (0, 1)])
    usable = ~np.isnan(halves).any(axis=0)
    count = usable.sum(axis=1)
    centred = np.where(usable, halves, 0.0)
    means = centred.sum(axis=2) / np.maximum(count, 1)
    centred = np.where(usable, halves - means[:, :, None], 0.0)
    shared = (centred[0] * centred[1]).sum(axis=1)
    spread = np.sqrt((centred[0] ** 2).sum(axis=1) * (centred[1] ** 2).sum(axis=1))
    r = np.divide(shared, spread, out=np.full(n, np.nan), where=(count >= 3) & (spread > 1e-12))
    stepped = np.divide(2 * r, 1 + r, out=np.full(n, -1.0), where=~(r <= -1 / 3))
    return np.where(np.isnan(r), np.nan, np.maximum(stepped, -1.0))


def _row_mean(values: FloatArray) -> FloatArray:
    given = ~np.isnan(values)
    count = given.sum(axis=1)
    total = np.where(given, values, 0.0).sum(axis=1)
    mean: FloatArray = np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
    return mean


def squared_distance(values: FloatArray) -> tuple[FloatArray, IntArray]:
    """Squared Mahalanobis distance of each person from the mean of all, over the items that they answered.

    Parameters
    ----------
    values : (n, k) float array
        nan where there is no answer. Mean and covariance are those of complete rows.

    Returns
    -------
    distance : (n,) float array
        nan without any answer. Under normality chi-square with ``dof`` degrees of freedom.
    dof : (n,) int array
        Items answered.

    Raises
    ------
    NotIdentifiedError
        If the complete rows do not determine the covariance.

    References
    ----------
    Oracle: tests/oracle/careless.R (base `mahalanobis`).

    Examples
    --------
    >>> squared_distance(np.array([[0.0, 0], [2, 0], [0, 2], [2, 2]]))[0].round(3).tolist()
    [1.5, 1.5, 1.5, 1.5]
    """
    given = ~np.isnan(values)
    complete = values[given.all(axis=1)]
    n, k = complete.shape
    if n <= k:
        raise NotIdentifiedError(
            f"A covariance of {k} items needs more than {k} complete rows, and {n} are.",
            hint="Leave out items that most people skipped, or take this flag out of the checks.",
        )
    mean = complete.mean(axis=0)
    covariance = np.atleast_2d(np.cov(complete, rowvar=False))
    if np.linalg.cond(covariance) > 1e10:
        raise NotIdentifiedError(
            "The items must not determine each other, and their covariance has no inverse.",
            hint="Leave out an item that repeats another or is their sum, or take this flag out of the checks.",
        )
    distance = np.full(len(values), np.nan)
    for rows in _alike_rows(given):
        pattern = given[rows[0]]
        if not pattern.any():
            continue
        gap = values[np.ix_(rows, np.flatnonzero(pattern))] - mean[pattern]
        solved = np.linalg.solve(covariance[np.ix_(pattern, pattern)], gap.T)
        distance[rows] = (gap * solved.T).sum(axis=1)
    return distance, given.sum(axis=1).astype(np.int64)


def chance_of_distance(values: FloatArray) -> FloatArray:
    """Chance, under normality, of answers as far from the mean as each person's, over the items answered.

    Parameters
    ----------
    values : (n, k) float array
        nan where there is no answer.

    Returns
    -------
    (n,) float array
        Upper tail probabilities; nan without any answer, or where too few complete rows stand behind the items.

    Raises
    ------
    NotIdentifiedError
        If the complete rows do not determine the covariance.

    Notes
    -----
    With N complete rows and g items answered: a complete row is part of the mean and covariance, and
    d2 N / (N - 1)^2 is Beta(g/2, (N - g - 1)/2); an incomplete one is not, and d2 N (N - g) / (g (N^2 - 1)) is
    F(g, N - g). Chi-square would call many incomplete rows far where N is not much larger than k.

    References
    ----------
    Gnanadesikan & Kettenring (1972), doi:10.2307/2528963; Wilks (1962), Mathematical Statistics.

    Examples
    --------
    >>> values = np.random.default_rng(1).standard_normal((200, 3))
    >>> bool(abs(chance_of_distance(values).mean() - 0.5) < 0.05)
    True
    """
    distance, items = squared_distance(values)
    whole = ~np.isnan(values).any(axis=1)
    n = int(whole.sum())
    chance = np.full(len(values), np.nan)
    inside = whole & (n - items - 1 > 0)
    share = np.clip(distance[inside] * n / (n - 1.0) ** 2, 0.0, 1.0)
    chance[inside] = stats.beta.sf(share, items[inside] / 2.0, (n - items[inside] - 1) / 2.0)
    outside = ~whole & (items > 0) & (n - items > 0)
    g = items[outside]
    ratio = distance[outside] * n * (n - g) / (g * (n**2 - 1.0))
    chance[outside] = stats.f.sf(ratio, g, n - g)
    return chance


def _alike_rows(marks: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.intp]]:
    """Return the row numbers of each distinct row of marks."""
    group = np.zeros(len(marks), dtype=np.int64)
    for start in range(0, marks.shape[1], 32):
        part = marks[:, start : start + 32]
        word = part @ (np.int64(1) << np.arange(part.shape[1], dtype=np.int64))
        group = np.unique(group * (np.int64(1) << 32) + word, return_inverse=True)[1]
    order = np.argsort(group, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group[order])) + 1)


def most_alike(answers: FloatArray, *, least: int) -> FloatArray:
    """Largest share of equal answers that a person has with any other.

    Parameters
    ----------
    answers : (n, k) float array
        Answer codes; nan where there is none. People who gave fewer than ``least`` answers, or the same answer
        throughout, are compared with nobody.
    least : int
        Items that two people must both have answered.

    Returns
    -------
    (n,) float array
        0 to 1; nan where a person is compared with nobody.

    References
    ----------
    Kuriakose & Robbins (2016), doi:10.3233/SJI-160978.

    Examples
    --------
    >>> most_alike(np.array([[1.0, 2, 3], [1, 2, 3], [3, 2, 1]]), least=3).round(2).tolist()
    [1.0, 1.0, 0.33]
    """
    given = ~np.isnan(answers)
    spread = np.where(given, answers, -np.inf).max(axis=1) > np.where(given, answers, np.inf).min(axis=1)
    usable = np.flatnonzero((given.sum(axis=1) >= least) & spread)
    shares = np.full(len(answers), np.nan)
    chosen, known = answers[usable], given[usable]
    codes = np.unique(chosen[known]) if len(usable) else np.zeros(0)
    marks = [(chosen == code).astype(np.float32) for code in codes]
    ones = known.astype(np.float32)
    for start in range(0, len(usable), 512):
        block = slice(start, start + 512)
        common = ones[block] @ ones.T
        equal = sum((mark[block] @ mark.T for mark in marks), np.zeros_like(common))
        share = np.divide(equal, common, out=np.full_like(common, -1.0), where=common >= least)
        rows = np.arange(len(share))
        share[rows, start + rows] = -1.0
        best = share.max(axis=1, initial=-1.0)
        shares[usable[block]] = np.where(best < 0, np.nan, best)
    return shares
