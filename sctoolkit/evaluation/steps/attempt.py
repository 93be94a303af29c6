"""A step that may fail without stopping the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sctoolkit.errors import SctoolkitError
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.small_counts import smallest_count
from sctoolkit.result import Caveat

T = TypeVar("T")


def attempt(call: Callable[[], T], what: str, about: Outcome | str, caveats: list[Caveat]) -> T | None:
    """Return what the call returns; an error of ours becomes a caveat, so that the other results stand."""
    try:
        return call()
    except SctoolkitError as error:
        name = about if isinstance(about, str) else about.label
        sentence = f"{name}: no {what} is given. {error.problem}"
        caveats.append(Caveat(code="not_given", sentence=sentence, n_people=smallest_count(error.problem)))
        return None
