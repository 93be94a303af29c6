"""M2* and C2: fit of an item response model judged by the margins of one and two items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import block_diag, cho_factor, cho_solve, qr

from sctoolkit.numerics.irt.grm_curves import GradedItems, cumulative
from sctoolkit.numerics.irt.grm_likelihood import Grid
from sctoolkit.numerics.irt.patterns import distinct_patterns

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Moments:
    """Model-implied moments of one group.

    Attributes
    ----------
    mean : (m,) float array
        First the univariate features, then products of item scores over pairs i < j.
    covariance : (m, m) float array
        Of the features of one respondent.
    derivative : (m, k K) float array
        In the padded parameters of the items (slope, then K - 1 intercepts).
    """

    mean: FloatArray
    covariance: FloatArray
    derivative: FloatArray


@dataclass(frozen=True, slots=True)
class LimitedFit:
    """A quadratic-form statistic and its degrees of freedom."""

    chi2: float
    dof: int


@dataclass(frozen=True, slots=True)
class ObservedMoments:
    """Means of the features over those who answered the items in them.

    ``mean`` (m,); ``overlap`` (m, m) holds n_ab / (n_a n_b), by which the covariance of one respondent's features
    becomes that of the means; 1 / n throughout when nothing is missing.
    """

    mean: FloatArray
    overlap: FloatArray


def observed_moments(codes: IntArray, n_categories: IntArray, *, kind: str) -> ObservedMoments:
    """Return the means of item scores (M2*) or of indicators X >= c (C2), then of score products over pairs.

    Parameters
    ----------
    codes : (n, k) int array
        Categories from 0; -1 where missing. Each mean takes everybody who answered its items.
    n_categories : (k,) int array
        Categories of each item.
    """
    seen = (codes >= 0).astype(np.float64)
    scores = np.where(codes >= 0, codes, 0).astype(np.float64)
    left, right = np.triu_indices(codes.shape[1], 1)
    together = seen.T @ seen
    products = (scores.T @ scores)[left, right] / together[left, right]
    own = np.diag(together)
    if kind == "M2*":
        owner = np.arange(codes.shape[1])
        first = scores.sum(axis=0) / own
    else:
        owner = np.repeat(np.arange(codes.shape[1]), n_categories - 1)
        above = np.concatenate([np.arange(1, width) for width in n_categories])
        first = np.array([(codes[:, j] >= c).sum() / own[j] for j, c in zip(owner, above, strict=True)])
    ends = np.concatenate([np.stack([owner, owner], axis=1), np.stack([left, right], axis=1)])
    return ObservedMoments(np.concatenate([first, products]), _overlap(codes, ends))


def _overlap(codes: IntArray, ends: IntArray) -> FloatArray:
    """n_ab / (n_a n_b) for features that stand on the items ``ends`` (m, 2)."""
    kinds = distinct_patterns((codes >= 0).astype(np.int64))
    there = (kinds.codes[:, ends[:, 0]] * kinds.codes[:, ends[:, 1]]).astype(np.float64)
    joint = there.T @ (there * kinds.counts[:, None])
    alone = np.diag(joint)
    return np.asarray(joint / np.outer(alone, alone))


def implied_moments(items: GradedItems, grid: Grid, *, kind: str) -> Moments:
    """Return mean, covariance and derivative of the features under the model.

    Notes
    -----
    Given theta items are independent, so that the covariance of features is sum_j B_j Cov(u_j) B_j' plus v_i v_j on
    pairs, with u_j the indicators of item j, v_j the variance of its score, and B_j the derivative of the features'
    means in E u_j. The covariance of the conditional means over theta is added.
    """
    k, n_steps = items.intercepts.shape
    p_star = cumulative(items, grid.nodes)
    present = np.isfinite(items.intercepts)
    scores = p_star.sum(axis=1)
    left, right = np.triu_indices(k, 1)
    first = _first_order(present, kind)
    n_first = first.shape[0]
    means = np.concatenate([first @ p_star.reshape(k * n_steps, -1), scores[left] * scores[right]])
    mean = means @ grid.weights
    centred = (means - mean[:, None]) * np.sqrt(grid.weights)
    covariance = centred @ centred.T
    derivative = np.zeros((mean.size, k, n_steps + 1))
    pair = n_first + np.arange(left.size)
    at_item = np.zeros((mean.size, k))
    for node, (theta, weight) in enumerate(zip(grid.nodes, grid.weights, strict=True)):
        chance = p_star[:, :, node]
        at_item[:] = 0.0
        at_item[pair, left] = scores[right, node]
        at_item[pair, right] = scores[left, node]
        reach = np.repeat(at_item[:, :, None], n_steps, axis=2)
        reach[:n_first] = first.reshape(n_first, k, n_steps)
        blocks = np.minimum(chance[:, :, None], chance[:, None, :]) - chance[:, :, None] * chance[:, None, :]
        spread = np.einsum("mjc,jcd->mjd", reach, blocks).reshape(mean.size, -1)
        covariance += weight * (spread @ reach.reshape(mean.size, -1).T)
        variance = blocks.sum(axis=(1, 2))
        covariance[pair, pair] += weight * variance[left] * variance[right]
        slope = weight * chance * (1.0 - chance) * present
        derivative[:, :, 1:] += reach * slope
        derivative[:, :, 0] += theta * (reach * slope).sum(axis=2)
    return Moments(mean, covariance, derivative.reshape(mean.size, -1))


def _first_order(present: npt.NDArray[np.bool_], kind: str) -> FloatArray:
    """Univariate features as combinations of the indicators X_j >= c, (m1, k (K - 1))."""
    k, n_steps = present.shape
    if kind == "M2*":
        return np.asarray(np.kron(np.eye(k), np.ones((1, n_steps))) * present.reshape(1, -1), dtype=np.float64)
    return np.eye(k * n_steps)[present.reshape(-1)]


def limited_fit(observed: list[ObservedMoments], moments: list[Moments], derivatives: list[FloatArray]) -> LimitedFit:
    """Return (p - m)' C (p - m), over groups that may share parameters.

    Parameters
    ----------
    observed, moments : lists, one entry a group
    derivatives : list of (m, p) arrays
        Of the moments of each group in the free parameters of the whole model.

    Notes
    -----
    C = D_c (D_c' Xi D_c)^-1 D_c' with Xi the covariance of p and D_c the orthogonal complement of the derivatives;
    degrees of freedom are moments less the rank of the derivatives. With missing answers p are means over those who
    answered and Xi is scaled by the overlap, which is right when answers are missing completely at random.

    References
    ----------
    Maydeu-Olivares & Joe (2006), doi:10.1007/s11336-005-1295-9; Cai & Hansen (2013),
    doi:10.1111/j.2044-8317.2012.02050.x; Cai & Monro (2014), CRESST report 839.   Oracle: mirt::M2.
    """
    residual = np.concatenate([seen.mean - part.mean for seen, part in zip(observed, moments, strict=True)])
    spread = block_diag(*[part.covariance * seen.overlap for seen, part in zip(observed, moments, strict=True)])
    slopes = np.concatenate(derivatives)
    basis, upper, _ = qr(slopes, pivoting=True)
    diagonal = np.abs(np.diag(upper))
    rank = int((diagonal > 1e-8 * max(float(diagonal.max(initial=0.0)), 1e-300)).sum())
    complement = basis[:, rank:]
    dof = complement.shape[1]
    if dof == 0:
        return LimitedFit(0.0, 0)
    reduced = complement.T @ residual
    inside = complement.T @ spread @ complement
    return LimitedFit(float(reduced @ cho_solve(cho_factor(inside), reduced)), dof)


def correlation_residuals(codes: IntArray, items: GradedItems, grid: Grid) -> FloatArray:
    """Return observed less implied correlations of item scores over pairs i < j, pairwise complete.

    Their root mean square is the SRMSR (Maydeu-Olivares, 2013, doi:10.1080/15366367.2013.831680).
    """
    seen = codes >= 0
    scores = np.where(seen, codes, np.nan).astype(np.float64)
    left, right = np.triu_indices(codes.shape[1], 1)
    p_star = cumulative(items, grid.nodes)
    mean = p_star.sum(axis=1)
    odd = 2.0 * np.arange(1, p_star.shape[1] + 1) - 1.0
    second = np.einsum("c,jcq->jq", odd, p_star) @ grid.weights
    average = mean @ grid.weights
    cross = (mean * grid.weights) @ mean.T - np.outer(average, average)
    sd = np.sqrt(second - average**2)
    implied = cross[left, right] / (sd[left] * sd[right])
    seen_only = np.array([_correlation(scores[:, i], scores[:, j]) for i, j in zip(left, right, strict=True)])
    return np.asarray(seen_only - implied)


def _correlation(first: FloatArray, second: FloatArray) -> float:
    """Correlation over rows where both are there; nan when one of them does not vary."""
    both = np.isfinite(first) & np.isfinite(second)
    if both.sum() < 2:
        return float("nan")
    a, b = first[both] - first[both].mean(), second[both] - second[both].mean()
    spread = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / spread if spread > 0.0 else float("nan")


def independence_items(shares: FloatArray) -> GradedItems:
    """Return items of slope zero with the given shares of P(X >= c), (k, K - 1); 0 stands for an absent category."""
    with np.errstate(divide="ignore"):
        return GradedItems(np.zeros(shares.shape[0]), np.log(shares) - np.log1p(-shares))
