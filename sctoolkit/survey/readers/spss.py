"""SPSS files: codes with their labels, and user-missing codes kept apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.errors import ReadError, near_file
from sctoolkit.survey.excel_file import cell_text
from sctoolkit.survey.grid import RawTable
from sctoolkit.survey.text import as_text, column_texts

NAME = "spss"
ENDINGS = (".sav", ".zsav", ".por")


def read_spss(path: Path) -> RawTable:
    """Return a table of codes as text, with variable and value labels.

    Raises
    ------
    ReadError
        If the file is not what its ending says.
    """
    import pyreadstat

    reader = pyreadstat.read_por if path.suffix.lower() == ".por" else pyreadstat.read_sav
    return statistical_table(path, NAME, "an SPSS file", reader)


def statistical_table(path: Path, layout: str, title: str, reader: Any) -> RawTable:
    """Return what a reader of pyreadstat makes of a file, as text; blanks are the system's missing value."""
    import pyreadstat

    if not path.is_file():
        raise ReadError(f"A data file must exist; `{path}` does not.", hint=near_file(path))
    options = {} if path.suffix.lower() == ".por" else {"user_missing": True}
    try:
        frame, meta = reader(str(path), **options)
    except (pyreadstat.PyreadstatError, pyreadstat.ReadstatError, UnicodeError, ValueError, MemoryError) as error:
        raise ReadError(
            f"A file with the ending `{path.suffix}` must be {title}, and this one cannot be read as such.",
            where=f"File: {path.name}.",
            hint="Export it again, as CSV if need be.",
        ) from error
    if not len(frame):
        raise ReadError(
            "A file must hold at least one row of answers, and it holds none.",
            where=f"File: {path.name}.",
            hint="Export the answers again, with cases and not the dictionary alone.",
        )
    cells = pd.DataFrame({str(name): column_texts(frame[name], cell_text) for name in frame.columns})
    labels = {
        str(column): {as_text(code): str(label) for code, label in known.items()}
        for column, known in meta.variable_value_labels.items()
    }
    texts = zip(meta.column_names, meta.column_labels, strict=True)
    return RawTable(
        source=path.name,
        cells=cells,
        rows=np.arange(1, len(cells) + 1, dtype=np.int64),
        layout=layout,
        detected=f"Read as {title}: {len(cells)} rows, {len(cells.columns)} columns, {len(labels)} with value labels.",
        also={str(name): (str(text),) for name, text in texts if text},
        labels=labels,
        facts={"encoding": meta.file_encoding},
    )
