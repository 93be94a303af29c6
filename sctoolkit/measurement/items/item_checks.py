"""Checks that every analysis of items makes first: rows that count, items that vary, items that run backwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError
from sctoolkit.numerics.reliability.covariance import weighted_covariances
from sctoolkit.numerics.reliability.item_statistics import against_the_rest
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]
OnReversed = Literal["raise", "caveat"]
FEW_PEOPLE = 100


def usable_rows(items: pd.DataFrame, missing: str, at_least: int = 3) -> npt.NDArray[np.bool_]:
    """Rows that count under the missing rule: complete ones, or those with any answer.

    Raises
    ------
    DataError
        If there are fewer than two items or fewer than `at_least` rows.
    """
    if items.shape[1] < 2:
        raise DataError(
            f"A scale must have at least 2 items, not {items.shape[1]}.",
            hint="Pass all columns of the scale; one item has no reliability that its answers could show.",
        )
    known = items.notna().to_numpy()
    rows = np.asarray(known.all(axis=1) if missing == "listwise" else known.any(axis=1), dtype=np.bool_)
    if int(rows.sum()) < at_least:
        gaps = items.isna().sum()
        worst = gaps[gaps > 0].sort_values(ascending=False).head(3)
        raise DataError(
            f"At least {at_least} respondents must count, not {int(rows.sum())} of {len(items)}.",
            where=[f"`{name}`: {count} missing answers." for name, count in worst.items()],
            hint='Use `missing="pairwise"` to keep incomplete rows.'
            if missing == "listwise" and len(worst)
            else "Pass the answers of everybody, one row a person; so few describe themselves only.",
        )
    return rows


def check_varying(names: Sequence[str], table: FloatArray) -> None:
    """Raise if an item has no answers or does not vary."""
    flat = [
        f"`{name}`: no answers." if not known.size else f"`{name}`: everyone answered {known[0]:g}."
        for name, column in zip(names, table.T, strict=True)
        if not (known := column[~np.isnan(column)]).size or bool(np.all(known == known[0]))
    ]
    if flat:
        raise DataError(
            "Every item must vary.", where=flat[:5], hint="Leave constant items out: they carry no information."
        )


def pairwise_covariance(table: FloatArray, weights: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
    """Covariances from all rows that answered both items of a pair, and the same scaled to correlations."""
    if weights is not None:
        covariance = weighted_covariances(table, np.ones((1, len(table))), weights)[0]
    elif bool(np.isnan(table).any()):
        covariance = pd.DataFrame(table).cov().to_numpy()
    else:
        covariance = np.cov(table, rowvar=False)
    scale = np.sqrt(np.diagonal(covariance))
    return covariance, covariance / np.outer(scale, scale)


def check_overlap(names: Sequence[str], covariance: FloatArray) -> None:
    """Raise if too few people answered both items of some pair."""
    first, second = np.nonzero(np.triu(~np.isfinite(covariance), 1))
    if first.size:
        raise DataError(
            "Every pair of items must have been answered together by at least two people.",
            where=[
                f"`{names[int(a)]}` and `{names[int(b)]}` never were."
                for a, b in zip(first[:5], second[:5], strict=True)
            ],
            hint="Leave one of them out, or analyse the forms of the questionnaire separately.",
        )


def check_direction(
    names: Sequence[str], correlation: FloatArray, n_obs: float, on_reversed: OnReversed
) -> tuple[Caveat, ...]:
    """Name items that run against the others: an error, or a caveat where that was asked for."""
    backwards = np.flatnonzero(against_the_rest(correlation, n_obs)).tolist()
    if not backwards:
        return ()
    named = ", ".join(f"`{names[j]}`" for j in backwards)
    if on_reversed == "raise":
        raise DataError(
            f"Items of a scale must run in one direction, but {named} "
            f"{'runs' if len(backwards) == 1 else 'run'} against the others.",
            where=f"{len(backwards)} of {len(names)} items correlate negatively with the rest.",
            hint=(
                "Reverse them first (keying -1 in the instrument, or highest + lowest answer minus the answer).",
                'Pass `on_reversed="caveat"` to go on all the same.',
            ),
        )
    return (
        Caveat(
            code="reversed_items",
            sentence=f"{named} {'runs' if len(backwards) == 1 else 'run'} against the other items: reverse before "
            "use, the figures below mix directions.",
            numbers={"items": [names[j] for j in backwards]},
        ),
    )


def identical_items(names: Sequence[str], correlation: FloatArray) -> tuple[Caveat, ...]:
    """A caveat that names pairs of items that hold the same answers."""
    first, second = np.triu_indices(len(names), 1)
    same = np.flatnonzero(np.abs(correlation[first, second]) > 1.0 - 1e-12)
    if not same.size:
        return ()
    named = ", ".join(f"`{names[first[pair]]}` and `{names[second[pair]]}`" for pair in same[:4])
    return (
        Caveat(
            code="identical_items",
            sentence=f"Items hold the same answers, so one of each pair adds nothing: {named}.",
            numbers={"n_pairs": int(same.size)},
        ),
    )


def dropped_rows(n_in: int, n_used: int) -> tuple[Caveat, ...]:
    """A caveat that counts rows left out, where there are any."""
    if n_in == n_used:
        return ()
    return (
        Caveat(
            code="rows_left_out",
            sentence=f"{n_in - n_used} of {n_in} respondents were left out for missing answers.",
            numbers={"n_in": n_in, "n_used": n_used},
            n_people=n_in - n_used,
        ),
    )


def few_people(n_obs: int, n_items: int, what: str) -> tuple[Caveat, ...]:
    """A caveat on small samples: fewer than 100 people, or than 10 an item."""
    needed = max(FEW_PEOPLE, 10 * n_items)
    if n_obs >= needed:
        return ()
    return (
        Caveat(
            code="few_people",
            sentence=f"{what} from {n_obs} people and {n_items} items is unstable; {needed} or more are advised.",
            numbers={"n_obs": n_obs, "n_items": n_items, "advised": needed},
        ),
    )
