"""From the text of `instrument.toml` to the model: all faults at once, each with its key path."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from sctoolkit.errors import InstrumentError, closest, toml_place
from sctoolkit.instrument.check import faults_of
from sctoolkit.instrument.mend import remaining_faults
from sctoolkit.instrument.model import Instrument


def parse_instrument(text: str, origin: str) -> Instrument:
    """Return the instrument that a TOML text describes.

    Parameters
    ----------
    text : str
        Content of the file.
    origin : str
        How messages name the file.

    Raises
    ------
    InstrumentError
        With every fault found, not the first only.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InstrumentError(
            f"`{origin}` must be TOML, and it is not at {toml_place(error)}.",
            hint="Strings need quotes; `items` and other bare keys stand above the first [section].",
        ) from None
    try:
        instrument = Instrument.model_validate(raw)
    except ValidationError as error:
        faults = [*schema_faults(error, Instrument), *remaining_faults(raw, error)]
        raise _too_many_faults(origin, list(dict.fromkeys(faults))) from None
    faults = faults_of(instrument)
    if faults:
        raise _too_many_faults(origin, faults)
    return instrument


def _too_many_faults(origin: str, faults: Sequence[str]) -> InstrumentError:
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return InstrumentError(
        f"`{origin}` must describe one questionnaire without contradiction; {count} found.",
        where=faults,
        hint="`sctoolkit instruments schema` writes the JSON Schema that editors check such files with.",
    )


def schema_faults(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Return the faults of a validation as sentences that begin with their key path."""
    return [f"`{key_path(fault['loc'])}`: {_sentence(fault, model)}" for fault in error.errors()]


def key_path(location: Sequence[int | str]) -> str:
    """Return a location as users write it.

    Examples
    --------
    >>> key_path(("scale", "trust", "items", 3))
    'scale.trust.items[3]'
    """
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif not step.startswith("function-"):
            path += f".{step}" if path else step
    return path


KINDS = {
    "string": "a text", "int": "a whole number", "float": "a number", "finite": "a finite number",
    "bool": "true or false", "tuple": "a list", "list": "a list", "frozen_set": "a list", "dict": "a section of keys",
    "model": "a section of keys", "date": "a date such as 2024-03-15", "too_short": "longer", "too_long": "shorter",
    "missing": "longer", "unexpected": "shorter", "none": "left out",
}  # fmt: skip
"""Kind of a fault, by how its name begins -> what the value must be."""

LIMITS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below", "min_length": "of length at least",
          "max_length": "of length at most"}  # fmt: skip


def _sentence(fault: Mapping[str, Any], model: type[BaseModel]) -> str:
    found = fault.get("input")
    kind = fault["type"]
    if kind == "extra_forbidden":
        near = closest(str(fault["loc"][-1]), _keys_at(model, fault["loc"][:-1]))
        return "is not a key of this section" + (f"; did you mean `{near}`?" if near else "")
    if kind == "missing":
        return "is missing"
    if kind == "literal_error" and fault["loc"][-1] == "keying":
        return f'must be 1, -1 or "unknown", not `{found}`'
    if kind == "literal_error":
        expected = fault["ctx"]["expected"].replace("'", "`")
        near = closest(str(found), [word.strip("` ") for word in expected.replace(" or ", ",").split(",")])
        return f"must be one of {expected}, not `{found}`" + (f"; did you mean `{near}`?" if near else "")
    if kind == "string_pattern_mismatch":
        return f"must match {fault['ctx']['pattern']}, not `{found}`"
    if kind == "value_error":
        return str(fault["ctx"]["error"])
    return f"must be {_expected(kind, fault.get('ctx', {}))}, {_found(found)}"


def _expected(kind: str, bounds: Mapping[str, Any]) -> str:
    """What a value must be, in words."""
    limit = next((f"{words} {bounds[key]}" for key, words in LIMITS.items() if key in bounds), None)
    return limit or next((words for start, words in KINDS.items() if kind.startswith(start)), "of another kind")


def _found(found: Any) -> str:
    """What stands there instead."""
    if isinstance(found, (dict, list)):
        return f"not a {'section' if isinstance(found, dict) else 'list'} of {len(found)}"
    return f"not `{str(found).lower() if isinstance(found, bool) else found}`"


def _keys_at(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """Return the known keys at a location of the model."""
    here: Any = model
    for step in location:
        if isinstance(here, type) and issubclass(here, BaseModel) and step in here.model_fields:
            here = _inner_model(here.model_fields[str(step)].annotation)
    if not isinstance(here, type) or not issubclass(here, BaseModel):
        return []
    return [field.alias or name for name, field in here.model_fields.items()]


def _inner_model(annotation: Any) -> Any:
    """Return the model inside tuples, dictionaries and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _inner_model(inner)
        if found is not None:
            return found
    return None
