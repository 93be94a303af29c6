"""SPSS: a file with variable labels, value labels and user-missing codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.errors import WriteError
from sctoolkit.forms.names import platform_names
from sctoolkit.instrument.model import Instrument, ResponseScale

LABEL_BYTES, VALUE_LABEL_BYTES = 255, 120


def write_sav(path: Path, instrument: Instrument, data: pd.DataFrame | None = None) -> dict[str, str]:
    """Write a `.sav` file with the instrument's labels, and return item code -> name in it.

    Parameters
    ----------
    path : Path
        File to write.
    instrument : Instrument
        Gives labels, codes and user-missing codes.
    data : DataFrame, optional
        Answer codes, one column an item, and any further columns; an empty template without.

    Raises
    ------
    WriteError
        If the file cannot be written.
    """
    import pyreadstat

    if not path.parent.is_dir():
        raise WriteError(
            f"`{path}` must be writable, and its folder `{path.parent}` does not exist.",
            hint=f"Make the folder first, `mkdir {path.parent}`, or name a file in another one.",
        )
    names = platform_names(instrument.item_codes, "spss")
    frame = pd.DataFrame({code: pd.Series(dtype=np.float64) for code in names}) if data is None else data
    frame = frame.rename(columns=names)
    labels: dict[str, str] = {}
    values: dict[str, dict[Any, str]] = {}
    missing: dict[str, list[Any]] = {}
    for item in instrument.items:
        name = names[item.code]
        if name in frame.columns:
            response = instrument.response[item.response]
            labels[name] = _cut(item.label, LABEL_BYTES)
            values[name] = _value_labels(response)
            missing[name] = _user_missing(response)
    try:
        pyreadstat.write_sav(
            frame,
            str(path),
            file_label=_cut(instrument.name, 64),
            column_labels=[labels.get(str(name), str(name)) for name in frame.columns],
            variable_value_labels=values,
            missing_ranges={name: codes for name, codes in missing.items() if codes},
        )
    except (OSError, pyreadstat.PyreadstatError):
        raise WriteError(
            f"`{path}` must be writable as an SPSS file, and it is not.",
            hint="Close it where another program has it open, or name a .sav file in a folder that may be written to.",
        ) from None
    return names


def _value_labels(response: ResponseScale) -> dict[Any, str]:
    labels: dict[Any, str] = {float(answer.code): _cut(answer.label, VALUE_LABEL_BYTES) for answer in response.codes}
    numeric = [entry for entry in response.missing if isinstance(entry.code, int)]
    return labels | {float(entry.code): _cut(entry.label or entry.kind, VALUE_LABEL_BYTES) for entry in numeric}


def _user_missing(response: ResponseScale) -> list[Any]:
    """User-missing codes: up to three single ones, else one range (where no answer lies in it) and one more."""
    codes = sorted(entry.code for entry in response.missing if isinstance(entry.code, int))
    if len(codes) <= 3:
        return [float(code) for code in codes]
    return [{"lo": float(codes[0]), "hi": float(codes[-1])}]


def _cut(text: str, limit: int) -> str:
    """Text that fits into so many bytes, cut at a character."""
    return text.encode()[:limit].decode(errors="ignore")
