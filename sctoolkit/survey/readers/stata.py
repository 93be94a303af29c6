"""Stata files: codes with their labels; tagged missing values keep their letters."""

from __future__ import annotations

from pathlib import Path

from sctoolkit.survey.grid import RawTable
from sctoolkit.survey.readers.spss import statistical_table

NAME = "stata"
ENDINGS = (".dta",)


def read_stata(path: Path) -> RawTable:
    """Return a table of codes as text, with variable and value labels; `.a` to `.z` come as "a" to "z".

    Raises
    ------
    ReadError
        If the file is not what its ending says.
    """
    import pyreadstat

    return statistical_table(path, NAME, "a Stata file", pyreadstat.read_dta)
