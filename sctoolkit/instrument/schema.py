"""The JSON Schema of instrument files, for editors."""

from __future__ import annotations

from typing import Any

from sctoolkit.instrument.model import Instrument


def instrument_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `instrument.toml`.

    Examples
    --------
    >>> instrument_schema()["title"]
    'instrument.toml'
    """
    schema = Instrument.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "instrument.toml"}
