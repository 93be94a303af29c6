"""Wild cluster bootstrap of a t statistic, from cluster sums alone.

``wild_bootstrap(fit, codes, contrast, null=0.0, ...) -> WildBootstrap`` gives p and, by inversion, an interval. A draw
multiplies the residuals of each cluster by a random sign; refitting then needs only X_g'u_g and X_g'X_g, so that 9,999
draws cost the same for 2,000 rows as for 200,000.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.linear.least_squares import LeastSquares

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

ENUMERATE_UP_TO = 4096
TIE = 1e-10
WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])


@dataclass(frozen=True, slots=True)
class WildBootstrap:
    """Result of a wild cluster bootstrap.

    ``statistic`` is t with CR1S; ``p_value`` counts draws at least as extreme (ties included); ``p_strict`` leaves ties
    out, as some programs do; ``smallest_p`` is what the draws could give at best; limits are infinite where p never
    falls below 1 - level on that side, and nan when not asked for.
    """

    estimate: float
    statistic: float
    p_value: float
    p_strict: float
    p_equal_tail: float
    ci_low: float
    ci_high: float
    n_draws: int
    enumerated: bool
    smallest_p: float
    weights: str


def signs(n_clusters: int, n_draws: int, rng: np.random.Generator, kind: str) -> tuple[FloatArray, bool]:
    """Return draws (B, G), and whether they are all there are.

    All 2^G Rademacher signs are listed while 2^G <= 4096; otherwise ``n_draws`` are drawn, the first of them all +1.
    """
    if kind == "rademacher" and 2**n_clusters <= ENUMERATE_UP_TO:
        index = np.arange(2**n_clusters)[:, None]
        return np.where(index >> np.arange(n_clusters) & 1, -1.0, 1.0), True
    if kind == "webb":
        drawn = rng.choice(WEBB, size=(n_draws, n_clusters))
    else:
        drawn = rng.integers(0, 2, size=(n_draws, n_clusters)) * 2.0 - 1.0
    return np.vstack([np.ones(n_clusters), drawn]), False


@dataclass(frozen=True, slots=True)
class _Sums:
    """Numerators N0 - b N1 and squared errors Q0 - 2 b Q1 + b^2 Q2 of all draws, for the null value b."""

    numerator: tuple[FloatArray, FloatArray]
    squares: tuple[FloatArray, FloatArray, FloatArray]

    def t(self, null: float) -> FloatArray:
        """Return t of every draw about the null it was made under; 0/0 is 0, x/0 infinite."""
        top = self.numerator[0] - null * self.numerator[1]
        bottom = self.squares[0] - 2 * null * self.squares[1] + null**2 * self.squares[2]
        floor = 1e-14 * (np.abs(self.squares[0]) + null**2 * np.abs(self.squares[2]))
        safe = np.where(bottom > floor, bottom, np.nan)
        flat = np.where(np.abs(top) <= 1e-12 * np.abs(top).max(initial=1e-300), 0.0, np.copysign(np.inf, top))
        return np.where(np.isnan(safe), flat, top / np.sqrt(safe))


def wild_bootstrap(
    fit: LeastSquares,
    codes: IntArray,
    contrast: FloatArray,
    *,
    null: float = 0.0,
    restricted: bool = True,
    weights: Literal["rademacher", "webb"] = "rademacher",
    n_draws: int = 9999,
    seed: int = 1,
    ci_level: float | None = 0.95,
) -> WildBootstrap:
    """Test contrast @ coef = null.

    Parameters
    ----------
    fit : LeastSquares
    codes : (n,) cluster of each row, from 0
    contrast : (p,) array
    null : float
    restricted : bool
        Whether residuals obey the null (WCR, to be preferred) or not (WCU).
    weights : {"rademacher", "webb"}
        Webb's six points are for fewer than about 12 clusters where signs would be drawn, not listed.
    n_draws : int
        Draws when signs are not listed in full; the observed one is added to them.
    seed : int
    ci_level : float or None
        Coverage of the inverted interval; None leaves it out.

    Returns
    -------
    WildBootstrap

    Raises
    ------
    NotIdentifiedError
        If there are fewer than 2 clusters or the statistic has no variance.

    References
    ----------
    Cameron, Gelbach and Miller (2008), doi:10.1162/rest.90.3.414; Webb (2023), doi:10.1111/caje.12661;
    Roodman et al. (2019), doi:10.1177/1536867X19830877.   Oracle: wildboot_enumerated (1,024 draws listed in R).
    """
    n_clusters = int(codes.max()) + 1
    if n_clusters < 2:
        raise NotIdentifiedError(
            f"A cluster bootstrap needs at least 2 clusters, not {n_clusters}.",
            hint="Leave the cluster out, or describe the one cluster without a test.",
        )
    draws, listed = signs(n_clusters, n_draws, np.random.default_rng(seed), weights)
    estimate = float(contrast @ fit.coef)
    direction = fit.bread @ contrast
    reach = float(contrast @ direction)
    factor = n_clusters / (n_clusters - 1) * (fit.n_obs - 1) / (fit.n_obs - fit.n_params)
    own, grams = _cluster_sums(fit, codes, n_clusters, direction / reach)
    error = float(np.sqrt(factor * ((own[0] @ direction) ** 2).sum()))
    if not error > 1e-12 * (abs(estimate) + 1e-300):
        raise NotIdentifiedError(
            "A bootstrap t needs a standard error above zero, and every cluster fits exactly.",
            hint="With so few rows a cluster, compare cluster means.",
        )
    sums = _draw_sums(fit, own if restricted else (own[0], np.zeros_like(own[0])), grams, draws, direction, factor)

    def compare(value: float) -> tuple[float, FloatArray, float]:
        """|t| observed, t of draws, p."""
        observed = float((estimate - value) / error)
        drawn = sums.t(estimate - value if restricted else 0.0)
        return observed, drawn, float((np.abs(drawn) >= abs(observed) * (1 - TIE) - TIE).mean())

    observed, drawn, p_value = compare(null)
    strict = float((np.abs(drawn) > abs(observed) * (1 + TIE) + TIE).mean())
    tails = [(drawn <= observed + TIE).mean(), (drawn >= observed - TIE).mean()]
    low = high = float("nan")
    if ci_level is not None:
        low, high = (_limit(lambda b: compare(b)[2], estimate, side * error, 1 - ci_level) for side in (-1, 1))
    share = (2.0 if restricted and listed else 1.0) / len(draws)
    return WildBootstrap(
        estimate=estimate,
        statistic=observed,
        p_value=p_value,
        p_strict=strict,
        p_equal_tail=min(1.0, 2 * float(min(tails))),
        ci_low=low,
        ci_high=high,
        n_draws=len(draws),
        enumerated=listed,
        smallest_p=share,
        weights=weights,
    )


def _cluster_sums(
    fit: LeastSquares, codes: IntArray, n_clusters: int, direction: FloatArray
) -> tuple[tuple[FloatArray, FloatArray], FloatArray]:
    """Return X_g'W u_g of unrestricted residuals, its change per unit of restriction, and X_g'W X_g.

    Imposing contrast @ coef = estimate - delta adds delta X M c / (c'Mc) to the residuals.
    """
    design = fit.basis @ fit.root
    p = design.shape[1]
    scores, grams = np.empty((n_clusters, p)), np.empty((n_clusters, p, p))
    order = np.argsort(codes, kind="stable")
    bounds = np.append(0, np.cumsum(np.bincount(codes, minlength=n_clusters)))
    for g in range(n_clusters):
        rows = order[bounds[g] : bounds[g + 1]]
        weighted = design[rows] * fit.weights[rows, None]
        grams[g] = weighted.T @ design[rows]
        scores[g] = fit.residuals[rows] @ weighted
    return (scores, grams @ direction), grams


def _draw_sums(
    fit: LeastSquares, own: tuple[FloatArray, FloatArray], grams: FloatArray, draws: FloatArray, direction: FloatArray,
    factor: float,
) -> _Sums:  # fmt: skip
    """Numerators and squared errors of all draws, for residuals own[0] + delta own[1]."""
    lean = grams @ direction  # (G, p): c'M X_g'X_g
    tops, parts = [], []
    for scores in own:
        moved = draws @ scores @ fit.bread  # change of coef in each draw
        tops.append(draws @ (scores @ direction))
        parts.append(draws * (scores @ direction) - moved @ lean.T)
    q0, q1, q2 = (factor * np.einsum("bg,bg->b", parts[i], parts[j]) for i, j in ((0, 0), (0, 1), (1, 1)))
    return _Sums((tops[0], -tops[1]), (q0, -q1, q2))


def _limit(p_at: Callable[[float], float], estimate: float, step: float, alpha: float) -> float:
    """Walk away from the estimate until p <= alpha, then bisect; infinite when 1,000 standard errors do not do."""
    inside, width = estimate, step
    outside = estimate + 2 * width
    while p_at(outside) > alpha:
        inside, width = outside, width * 2
        outside = estimate + 2 * width
        if abs(width) > 1000 * abs(step):
            return float(np.sign(step) * np.inf)
    for _ in range(60):
        middle = (inside + outside) / 2
        if p_at(middle) > alpha:
            inside = middle
        else:
            outside = middle
        if abs(outside - inside) < 1e-9 * abs(step):
            break
    return float((inside + outside) / 2)
