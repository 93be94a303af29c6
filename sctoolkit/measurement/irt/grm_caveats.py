"""What a reader of a graded response model has to know beside its estimates."""

from __future__ import annotations

import numpy as np

from sctoolkit.measurement.items.item_codes import ItemCodes
from sctoolkit.numerics.irt.grm import GrmFit
from sctoolkit.result import Caveat

MOST_ITEMS_FOR_FIT = 80
"""Items up to which limited-information fit is computed; its work grows with the fourth power of items."""


def model_caveats(coded: ItemCodes, fit: GrmFit, *, undefined: bool, weighted: bool) -> tuple[Caveat, ...]:
    """Caveats on slopes, sparse categories, few people, and on fit and errors that are not given."""
    return (*_slopes(coded, fit), *_sparse(coded), *_few(coded, fit), *_withheld(coded, undefined, weighted))


def _slopes(coded: ItemCodes, fit: GrmFit) -> tuple[Caveat, ...]:
    """A caveat that names items which run against the others."""
    slopes = fit.items_in(0).slopes
    against = [name for name, slope in zip(coded.items, slopes, strict=True) if slope < 0.0]
    if not against:
        return ()
    sentence = f"Items that run against the others: {', '.join(against)}. Check their keying."
    return (Caveat(code="negative_slope", sentence=sentence, numbers={"items": against}),)


def _sparse(coded: ItemCodes) -> tuple[Caveat, ...]:
    """A caveat that names items with a category that fewer than five people chose."""
    counts = {name: np.bincount(coded.codes[coded.codes[:, j] >= 0, j]).min() for j, name in enumerate(coded.items)}
    sparse = [name for name, count in counts.items() if count < 5]
    if not sparse:
        return ()
    return (
        Caveat(
            code="sparse_category",
            sentence=f"Fewer than 5 people chose some category of: {', '.join(sparse)}.",
            numbers={"items": sparse},
            n_people=int(min(counts.values())),
        ),
    )


def _few(coded: ItemCodes, fit: GrmFit) -> tuple[Caveat, ...]:
    """A caveat on fewer than five people for each parameter."""
    n = int(coded.codes.shape[0])
    if n >= 5 * fit.n_par:
        return ()
    return (
        Caveat(
            code="few_respondents",
            sentence=f"{n} respondents for {fit.n_par} parameters: fewer than five each; slopes are unstable.",
            numbers={"n_obs": n, "n_par": fit.n_par},
            n_people=n,
        ),
    )


def _withheld(coded: ItemCodes, undefined: bool, weighted: bool) -> tuple[Caveat, ...]:
    """Caveats on what is not given, and why."""
    notes = []
    if weighted:
        sentence = (
            "Fit and information criteria are withheld: with sampling weights the likelihood is a pseudo-likelihood, "
            "and their distributions are not known here."
        )
        notes.append(Caveat(code="fit_withheld_weights", sentence=sentence))
    elif len(coded.items) > MOST_ITEMS_FOR_FIT:
        sentence = f"Limited-information fit is computed for at most {MOST_ITEMS_FOR_FIT} items."
        notes.append(Caveat(code="fit_not_computed", sentence=sentence, numbers={"n_items": len(coded.items)}))
    if undefined:
        sentence = "The information matrix is not positive definite, so that standard errors are undefined."
        notes.append(Caveat(code="std_errors_undefined", sentence=sentence))
    return tuple(notes)
