"""What every analysis returns: a frozen record with provenance, caveats and one table shape."""

from __future__ import annotations

import dataclasses
import html
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]

SCHEMA = 1

TIDY_COLUMNS: tuple[str, ...] = (
    "lhs", "op", "rhs", "scale", "item", "wave", "side", "group", "level", "term", "estimand", "estimator", "role",
    "estimate", "std_error", "statistic", "dof", "p_value", "ci_low", "ci_high", "ci_level", "std_all", "n_obs",
    "n_clusters", "method", "chi2", "chi2_scaled", "p_value_scaled", "cfi", "cfi_scaled", "cfi_robust", "rmsea",
    "rmsea_scaled", "rmsea_robust", "srmr", "delta_cfi", "delta_rmsea", "diff_chi2", "diff_dof", "diff_p_value",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveat:
    """A reservation that travels with a result.

    ``code`` is stable and machine-readable (``heywood_case``, ``few_clusters``); ``sentence`` is for people;
    ``numbers`` holds the figures in it, unrounded; ``n_people`` names the size of the smallest group of people
    that the sentence speaks of, so that disclosure control can hide it.
    """

    code: str
    sentence: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    n_people: int | None = None

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a result comes from: enough to make it again."""

    analysis: str
    package_version: str = ""
    instrument: str | None = None
    instrument_version: str | None = None
    scale: str | None = None
    waves: tuple[str, ...] = ()
    n_in: int | None = None
    n_used: int | None = None
    missing_rule: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.package_version:
            object.__setattr__(self, "package_version", package_version())


@cache
def package_version() -> str:
    """Return the installed version of sctoolkit."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("sctoolkit")
    except PackageNotFoundError:
        return "0+checkout"


@runtime_checkable
class Result(Protocol):
    """The contract of every public analysis.

    A class that keeps it is a frozen, slotted, keyword-only dataclass without ``==``; it inherits from this protocol,
    implements ``tidy`` (and ``glance`` where whole-result numbers exist) and gets the rest.
    """

    __slots__ = ()

    def __init_subclass__(cls, *args: Any, **kwargs: Any) -> None:
        """Keep dataclasses from printing every array that a result holds: at a prompt it shows what `str` gives."""
        super().__init_subclass__(*args, **kwargs)
        cls.__repr__ = Result.__repr__  # type: ignore[method-assign]

    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def tidy(self) -> pd.DataFrame:
        """Return one row a term, with columns of `TIDY_COLUMNS` in their order."""
        ...

    def glance(self) -> pd.DataFrame:
        """Return one row of whole-result numbers."""
        import pandas as pd

        return pd.DataFrame([{"n_obs": self.provenance.n_used}])

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-safe record, unrounded; undefined numbers become None."""
        return {
            "schema": SCHEMA,
            "result": type(self).__name__,
            "provenance": jsonable(self.provenance),
            "caveats": jsonable(self.caveats),
            "tidy": frame_records(self.tidy()),
            "glance": frame_records(self.glance())[0],
        }

    def __str__(self) -> str:
        return describe(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{html.escape(caveat.sentence)}</li>" for caveat in self.caveats)
        table = self.tidy().to_html(index=False, na_rep="", float_format=lambda value: f"{value:.3f}", border=0)
        return f"<h4>{html.escape(type(self).__name__)}</h4>{table}" + (f"<ul>{notes}</ul>" if notes else "")


def describe(result: Result, *, title: str | None = None, max_rows: int = 16) -> str:
    """Return at most 25 lines of at most 88 characters made from ``tidy`` and the caveats."""
    table = result.tidy().dropna(axis="columns", how="all")
    shown = table.head(max_rows).to_string(
        index=False, na_rep="", float_format=lambda value: f"{value:.3f}", line_width=10_000
    )
    lines = [title or f"{type(result).__name__}: {result.provenance.analysis}", *shown.splitlines()]
    if len(table) > max_rows:
        lines.append(f"... {len(table) - max_rows} more rows in tidy()")
    for caveat in result.caveats[: 24 - len(lines)]:
        lines.append(f"! {caveat.sentence}")
    return "\n".join(line if len(line) <= 88 else line[:85] + "..." for line in lines[:25])


def tidy_frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame with the columns of the vocabulary that are used, in its order.

    Raises
    ------
    KeyError
        If a row holds a name outside `TIDY_COLUMNS`.

    Examples
    --------
    >>> list(tidy_frame([{"estimate": 1.0, "term": "post"}]).columns)
    ['term', 'estimate']
    """
    import pandas as pd

    table = list(rows)
    used = {name for row in table for name in row}
    strange = used.difference(TIDY_COLUMNS)
    if strange:
        raise KeyError(f"columns outside the tidy vocabulary: {sorted(strange)}")
    columns = [name for name in TIDY_COLUMNS if name in used]
    return pd.DataFrame(table, columns=columns)


def read_only(array: npt.ArrayLike) -> FloatArray:
    """Return a float copy of ``array`` that cannot be written to."""
    copy = np.array(array, dtype=np.float64)
    copy.setflags(write=False)
    return copy


def frame_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as JSON-safe dictionaries."""
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, map(jsonable, row), strict=True)) for row in frame.itertuples(index=False, name=None)]


def jsonable(value: Any) -> Any:
    """Return ``value`` as JSON knows it: nan and infinities become None, arrays lists, records dictionaries."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, np.generic):
        return jsonable(value.item())
    if isinstance(value, np.ndarray):
        return [jsonable(entry) for entry in value.tolist()]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {entry.name: jsonable(getattr(value, entry.name)) for entry in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): jsonable(entry) for key, entry in value.items()}
    if isinstance(value, (Sequence, set, frozenset)):
        return [jsonable(entry) for entry in value]
    if type(value).__module__.startswith("pandas"):
        return None if str(value) in {"NaT", "<NA>"} else str(value)
    return str(value)
