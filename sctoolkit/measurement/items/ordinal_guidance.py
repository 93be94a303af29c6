"""What small or sparse data do to ordinal statistics, and which fall-back to take instead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sctoolkit.numerics.ordinal.ordinal_statistics import OrdinalStatistics
from sctoolkit.result import Caveat

SPARSE_SHARE = 0.30


def ordinal_guidance(statistics: OrdinalStatistics, names: Sequence[str]) -> tuple[Caveat, ...]:
    """Caveats on polychorics: people, empty cells, perfectly ordered pairs, corrections, indefiniteness."""
    return (
        *_few(statistics, len(names)),
        *_empty(statistics, names),
        *pair_caveat("at_bound", statistics.at_bound, names),
        *pair_caveat("corrected_pairs", statistics.corrected, names),
        *pair_caveat("not_converged", ~statistics.converged, names),
        *_indefinite(statistics),
    )


_PAIR_TEXTS = {
    "at_bound": "Answers are ordered so perfectly that a correlation is at its bound, without standard error: {pairs}.",
    "corrected_pairs": "One cell of a two-by-two table is empty; half a person was moved, margins kept: {pairs}.",
    "not_converged": "The correlation is not determined by the answers: {pairs}.",
}


def _few(statistics: OrdinalStatistics, n_items: int) -> tuple[Caveat, ...]:
    """A caveat where there are fewer people than statistics, or fewer than 100."""
    n_statistics = sum(tau.size for tau in statistics.thresholds) + n_items * (n_items - 1) // 2
    n = statistics.n_obs
    if n >= 100 and n >= n_statistics:
        return ()
    reason = "fewer than 100" if n < 100 else f"fewer than the {n_statistics} thresholds and correlations"
    return (
        Caveat(
            code="few_people_ordinal",
            sentence=f"{n:g} people are {reason}: merge sparse categories, or take items as continuous as a check.",
            numbers={"n_obs": n, "n_statistics": n_statistics},
        ),
    )


def _empty(statistics: OrdinalStatistics, names: Sequence[str]) -> tuple[Caveat, ...]:
    """A caveat where three tenths or more of the cells of all two-way tables are empty."""
    sizes = np.array([tau.size + 1 for tau in statistics.thresholds])
    first, second = np.triu_indices(len(names), 1)
    cells = sizes[first] * sizes[second]
    share = float(statistics.n_empty_cells.sum() / cells.sum())
    if share < SPARSE_SHARE:
        return ()
    worst = int(np.argmax(statistics.n_empty_cells / cells))
    return (
        Caveat(
            code="empty_cells",
            sentence=f"{share:.0%} of the cells of all two-way tables are empty (most in `{names[first[worst]]}` x "
            f"`{names[second[worst]]}`): merge rarely used categories before relying on these correlations.",
            numbers={"share": share, "n_empty": int(statistics.n_empty_cells.sum())},
        ),
    )


def pair_caveat(code: str, flags: npt.NDArray[np.bool_], names: Sequence[str]) -> tuple[Caveat, ...]:
    """A caveat that names flagged pairs of items, if there are any."""
    flagged = np.flatnonzero(flags)
    if not flagged.size:
        return ()
    first, second = np.triu_indices(len(names), 1)
    named = [f"`{names[first[pair]]}` x `{names[second[pair]]}`" for pair in flagged]
    shown = ", ".join(named[:4]) + (f" and {len(named) - 4} more" if len(named) > 4 else "")
    return (Caveat(code=code, sentence=_PAIR_TEXTS[code].format(pairs=shown), numbers={"n_pairs": int(flagged.size)}),)


def _indefinite(statistics: OrdinalStatistics) -> tuple[Caveat, ...]:
    """A caveat where the correlation matrix is not positive definite."""
    if not bool(np.isfinite(statistics.correlation).all()):
        return ()
    smallest = float(np.linalg.eigvalsh(statistics.correlation)[0])
    if smallest > 1e-10:
        return ()
    return (
        Caveat(
            code="not_positive_definite",
            sentence=f"The polychoric matrix is not positive definite (smallest eigenvalue {smallest:.3f}): it "
            "belongs to no set of normal variables, and figures that need its inverse are withheld.",
            numbers={"smallest_eigenvalue": smallest},
        ),
    )
