"""Read on past faults of shape, so that contradictions further down are reported in the same go."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from sctoolkit.errors import closest
from sctoolkit.instrument.check import faults_of
from sctoolkit.instrument.model import Instrument

_STANDING_IN: dict[str, Any] = {
    "id": "unnamed",
    "version": "0",
    "name": "unnamed",
    "status": "validated",
    "level": "individual",
    "label": "unnamed",
    "citation": "unnamed",
    "wording": "unnamed",
    "source": "unnamed",
    "statistic": "unnamed",
    "value": 0.0,
    "rule": "indicators",
    "kind": "skipped",
    "keying": 1,
    "syntax": "",
}
ROUNDS = 4


def remaining_faults(raw: Mapping[str, Any], error: ValidationError) -> list[str]:
    """Return the contradictions of a file whose shape is at fault, apart from those that follow from its shape.

    Parameters
    ----------
    raw : mapping
        The file as read; it is not changed.
    error : ValidationError
        Its faults of shape.
    """
    mended: dict[str, Any] = copy.deepcopy(dict(raw))
    wrong: set[str] = set()
    for _ in range(ROUNDS):
        for fault in error.errors():
            wrong |= _mend(mended, fault)
        try:
            instrument = Instrument.model_validate(mended)
        except ValidationError as next_error:
            error = next_error
            continue
        return [fault for fault in faults_of(instrument) if not any(f"`{word}`" in fault for word in wrong)]
    return []


def _mend(raw: dict[str, Any], fault: Mapping[str, Any]) -> set[str]:
    """Take one fault out of the file, in place; return the words that later complaints about it would name."""
    steps = [step for step in fault["loc"] if not (isinstance(step, str) and step.startswith("function-"))]
    parent, key = _walk(raw, steps)
    if parent is None:
        return set()
    if isinstance(parent, list):
        del parent[key]
        return set()
    name, found = str(key), fault.get("input")
    if fault["type"] == "extra_forbidden" or (name not in _STANDING_IN and fault["type"] != "literal_error"):
        parent.pop(key, None)
        return {name} if fault["type"] == "missing" else _words(found)
    near = closest(str(found), _expected(fault)) if fault["type"] == "literal_error" else None
    if near is None and name not in _STANDING_IN:
        parent.pop(key, None)
    else:
        parent[key] = near or _STANDING_IN[name]
    return _words(found)


def _walk(raw: Any, steps: Sequence[int | str]) -> tuple[Any, Any]:
    """Return the deepest container on the way to a fault, and the key in it that leads there."""
    here: Any = raw
    for position, step in enumerate(steps):
        last = position == len(steps) - 1
        if isinstance(here, dict):
            if last or step not in here or not isinstance(here[step], (dict, list)):
                return here, step
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            if last or not isinstance(here[step], dict):
                return here, step
        else:
            return None, None
        here = here[step]
    return None, None


def _expected(fault: Mapping[str, Any]) -> list[str]:
    return [word.strip("' ") for word in str(fault["ctx"]["expected"]).replace(" or ", ",").split(",")]


def _words(found: Any) -> set[str]:
    return {found} if isinstance(found, str) else set()
