"""What kind of number the outcome is: told by the caller, or read off the values where only one reading is possible."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import DataError, OptionError
from sctoolkit.options import check_option

FloatArray = npt.NDArray[np.float64]

OutcomeType = Literal["scale", "ordinal", "binary", "count"]

TYPES: tuple[OutcomeType, ...] = ("scale", "ordinal", "binary", "count")
MOST_ANSWERS = 15
"""An ordered item has at most so many answers; more make a score."""

_LINKED = {
    "scale": "mean change",
    "binary": "risk difference",
    "ordinal": "share that rose less share that fell",
    "count": "difference in mean count",
}


def outcome_kind(values: FloatArray) -> str:
    """Return what the values look like: constant, binary, ordered item or scale score.

    Examples
    --------
    >>> outcome_kind(np.array([1.0, 2.0, 5.0, 3.0])), outcome_kind(np.array([1.5, 2.0, 2.25]))
    ('ordered item', 'scale score')
    """
    found = np.unique(values)
    if found.size == 1:
        return "constant"
    if found.size == 2:
        return "binary"
    whole = bool(np.all(found == np.round(found)))
    return "ordered item" if whole and found.size <= 7 else "scale score"


def resolve_type(told: str | None, values: FloatArray, outcome: str) -> OutcomeType:
    """Return the outcome's type; only 0 and 1 are taken for yes and no unless told, everything else for a scale.

    Raises
    ------
    DataError
        If the values cannot be of the type that was told.

    Examples
    --------
    >>> resolve_type(None, np.array([0.0, 1.0, 1.0]), "joined"), resolve_type(None, np.array([1.0, 2.0, 5.0]), "trust")
    ('binary', 'scale')
    """
    found = np.unique(values)
    if told is None:
        return "binary" if found.size == 2 and set(found) == {0.0, 1.0} else "scale"
    check_option("outcome_type", told, TYPES)
    shown = ", ".join(f"{value:g}" for value in found[:6]) + (" and others" if found.size > 6 else "")
    if told == "binary" and not set(found) <= {0.0, 1.0}:
        raise DataError(
            f"A yes-or-no outcome must hold 0 and 1, and `{outcome}` holds {shown}.",
            where=f"column `{outcome}`, {len(values)} rows",
            hint="Code no as 0 and yes as 1, or use `outcome_type='ordinal'` for ordered answers.",
        )
    if told == "count" and ((found < 0).any() or (found != np.round(found)).any()):
        raise DataError(
            f"A count must hold whole numbers from 0, and `{outcome}` holds {shown}.",
            where=f"column `{outcome}`, {len(values)} rows",
            hint="Give the count itself, with what it was counted over in `exposure`; a rate is a scale.",
        )
    if told == "ordinal" and found.size > MOST_ANSWERS:
        raise DataError(
            f"One ordered item must have at most {MOST_ANSWERS} answers, and `{outcome}` has {found.size}.",
            where=f"column `{outcome}`, {len(values)} rows",
            hint="Use `outcome_type='scale'` for a score of several items.",
        )
    return told  # type: ignore[return-value]  # checked above


def check_exposure(exposure: str | None, outcome_type: str) -> None:
    """Raise when an exposure is named for an outcome that is no count."""
    if exposure is not None and outcome_type != "count":
        raise OptionError(
            f"Option `exposure` must go with a count, and the outcome is taken as `{outcome_type}`.",
            where=f"exposure `{exposure}`",
            hint="Add `outcome_type='count'`, or leave `exposure` out.",
        )


def says_type(outcome_type: str, kind: str, told: bool) -> str:
    """Return the answer to the router's question about the outcome, and how it was come by."""
    if kind == "constant":
        return "Constant."
    name = {"scale": "Scale score", "ordinal": "One ordered item", "binary": "Yes or no", "count": "Count"}[
        outcome_type
    ]
    if told:
        return f"{name}, as told."
    if outcome_type == "binary":
        return f"{name}: it holds 0 and 1 only."
    if kind == "ordered item":
        return f"{name}; its few whole numbers could be one ordered item: then `outcome_type='ordinal'`."
    if kind == "binary":
        return f"{name}; with two values only it could be yes or no: then code it 0 and 1."
    return f"{name}."


def change_words(outcome_type: str, linked: bool = True) -> str:
    """Return what a change of this type of outcome is called.

    Examples
    --------
    >>> change_words("scale"), change_words("binary")
    ('mean change', 'risk difference')
    """
    if outcome_type == "ordinal" and not linked:
        return "chance of a higher less a lower answer"
    return _LINKED[outcome_type]
