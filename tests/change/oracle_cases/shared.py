"""Reading R's figures: entries by name, data frames, and pairs of our number and theirs with a tolerance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Pair:
    """One comparison: relative to the size of R's figure, with ``atol`` for figures near zero."""

    name: str
    ours: object
    theirs: object
    rtol: float = 1e-9
    atol: float = 1e-12

    def check(self) -> None:
        ours, theirs = np.asarray(self.ours, dtype=float), np.asarray(self.theirs, dtype=float)
        np.testing.assert_allclose(ours, theirs, rtol=self.rtol, atol=self.atol, err_msg=self.name)


@dataclass(frozen=True)
class Shared:
    """A folder of oracles."""

    folder: Path

    def entries(self, file: str) -> dict:
        return _load(self.folder / f"{file}.json")["entries"]

    def value(self, file: str, entry: str):
        return self.entries(file)[entry]["value"]

    def csv(self, name: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / "data" / f"{name}.csv")

    def table(self, file: str, entry: str) -> pd.DataFrame:
        """Return a matrix or data frame of R as a frame indexed by row names."""
        value = self.value(file, entry)
        if "values" in value:
            rows = [value["rows"]] if isinstance(value["rows"], str) else value["rows"]
            return pd.DataFrame(value["values"], index=rows, columns=value["cols"])
        scalars = {k: v if isinstance(v, list) else [v] for k, v in value.items()}
        frame = pd.DataFrame(scalars)
        key = ".row" if ".row" in frame else "Coef" if "Coef" in frame else None
        return frame if key is None else frame.set_index(key)


@cache
def _load(path: Path) -> dict:
    return json.loads(path.read_text())


Pairs = Iterator[Pair]
