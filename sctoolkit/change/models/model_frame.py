"""A formula and a frame made into arrays: rows with a missing value left out and counted, columns named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError, ModelSyntaxError, NotIdentifiedError, did_you_mean
from sctoolkit.numerics.linear.least_squares import dependent_columns
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ModelFrame:
    """Arrays of one model: ``design`` (n, p) with ``terms``, ``outcome`` (n,), the rows kept, codes by column name."""

    formula: str
    outcome_name: str
    outcome: FloatArray
    terms: tuple[str, ...]
    design: FloatArray
    kept: IntArray
    frame: pd.DataFrame
    n_in: int

    @property
    def n_obs(self) -> int:
        """Rows used."""
        return len(self.outcome)

    def column(self, name: str) -> pd.Series:
        """Return a column of the data, rows kept only."""
        return self.frame[name]

    def codes(self, *names: str) -> tuple[IntArray, list[str]]:
        """Return integer codes from 0 and labels of the combinations of columns."""
        return group_codes(self.frame, names)

    def dropped(self) -> tuple[Caveat, ...]:
        """Return a caveat on rows left out, if any were."""
        n = self.n_in - self.n_obs
        if n == 0:
            return ()
        sentence = f"{n} of {self.n_in} rows were left out because a value that the model needs is missing."
        return (Caveat(code="rows_left_out", sentence=sentence, numbers={"n_left_out": n, "n_in": self.n_in}),)


def require_columns(data: pd.DataFrame, names: Sequence[str], where: str = "") -> None:
    """Raise unless the frame has every column named."""
    if not isinstance(data, pd.DataFrame):
        raise DataError(
            f"`data` must be a DataFrame, not {type(data).__name__}.", hint="For example `pandas.read_csv(file)`."
        )
    for name in names:
        if name not in data.columns:
            raise DataError(
                f"Column `{name}` must be in the data, and it is not.",
                where=where or f"Columns: {len(data.columns)}.",
                hint=did_you_mean(str(name), [str(column) for column in data.columns]),
            )


def group_codes(frame: pd.DataFrame, names: Sequence[str]) -> tuple[IntArray, list[str]]:
    """Return integer codes from 0 (in order of the sorted labels) and labels of combinations of columns."""
    if len(names) == 1:
        codes, labels = pd.factorize(frame[names[0]], sort=True)
    else:
        text = frame[names[0]].astype(str)
        for name in names[1:]:
            text = text + ":" + frame[name].astype(str)
        codes, labels = pd.factorize(text, sort=True)
    return np.asarray(codes, dtype=np.int64), [str(label) for label in labels]


def model_frame(formula: str, data: pd.DataFrame, needed: Sequence[str] = ()) -> ModelFrame:
    """Build the arrays of ``outcome ~ terms``.

    Parameters
    ----------
    formula : str
        In formulaic's syntax: ``post ~ arm * pre + C(site)``.
    data : DataFrame
        Not changed.
    needed : sequence of str
        Further columns (clusters, weights) that must not be missing.

    Raises
    ------
    ModelSyntaxError
        If the formula has no outcome or cannot be read.
    DataError
        If a column is absent, no row is complete, the outcome is constant, or a term is not finite.
    NotIdentifiedError
        If terms are linear combinations of others.
    """
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        parsed = Formula(formula)
        left = parsed.lhs
    except (FormulaicError, AttributeError, SyntaxError) as problem:
        raise ModelSyntaxError(
            "A formula must read `outcome ~ terms`, and this one does not.",
            where=f"`{formula}`" + (f": {str(problem).splitlines()[0]}" if isinstance(problem, FormulaicError) else ""),
            hint="For example `post ~ arm + pre`.",
        ) from None
    variables = sorted(str(name) for name in parsed.required_variables)
    require_columns(data, [*variables, *needed], where=f"Formula `{formula}`.")
    used = list(dict.fromkeys([*variables, *needed]))
    whole = data[used].reset_index(drop=True)
    present = whole.notna().all(axis=1).to_numpy(dtype=bool)
    frame = whole.loc[present].reset_index(drop=True)
    if frame.empty:
        raise DataError(
            "A model needs rows where every value is present, and there is none.",
            where=_missing(whole),
            hint="Look at the column that is missing most, or leave it out of the formula.",
        )
    with np.errstate(all="ignore"):  # terms that are not finite are refused below, by name
        matrices = parsed.get_model_matrix(frame, na_action="ignore")
    outcome = _outcome(matrices.lhs, str(left))
    design = np.ascontiguousarray(matrices.rhs.to_numpy(dtype=np.float64))
    terms = tuple("(Intercept)" if name == "Intercept" else str(name) for name in matrices.rhs.columns)
    _check(outcome, str(left), design, terms)
    return ModelFrame(formula, str(left), outcome, terms, design, np.flatnonzero(present), frame, len(data))


def _missing(frame: pd.DataFrame) -> str:
    counts = frame.isna().sum().sort_values(ascending=False, kind="stable").head(5)
    counts = counts[counts > 0]
    return f"Missing of {len(frame)} rows: " + ", ".join(f"`{name}` {count}" for name, count in counts.items()) + "."


def _outcome(left: Any, name: str) -> FloatArray:
    if left.shape[1] != 1:
        raise DataError(
            f"The outcome must be one numeric column, and `{name}` makes {left.shape[1]}.",
            hint="Turn labels into numbers first; for an ordered answer see `ordinal`, for a yes or no a 0/1 column.",
        )
    return np.ascontiguousarray(left.to_numpy(dtype=np.float64)[:, 0])


def _check(outcome: FloatArray, name: str, design: FloatArray, terms: tuple[str, ...]) -> None:
    if not np.isfinite(outcome).all():
        raise DataError(
            f"The outcome `{name}` must be finite, and {int((~np.isfinite(outcome)).sum())} rows are not.",
            hint="A logarithm of zero does this, or a code for infinity: mark what was not given as missing.",
        )
    strange = [term for j, term in enumerate(terms) if not np.isfinite(design[:, j]).all()]
    if strange:
        raise DataError(
            f"Every term must be finite, and {_listed(strange)} is not in some rows.",
            hint="A logarithm of zero, a division by zero or a transformation of a missing value does this.",
        )
    if np.ptp(outcome) == 0:
        raise DataError(
            f"The outcome `{name}` must vary, and all {len(outcome)} rows hold {outcome[0]:g}.",
            hint="There is nothing to explain; describe the constant.",
        )
    dependent = dependent_columns(design)
    if dependent:
        raise NotIdentifiedError(
            f"Every term must carry information of its own, and {_listed([terms[j] for j in dependent])} does not.",
            where=f"Linear combination of the terms before it; {len(outcome)} rows, {len(terms)} terms.",
            hint="Leave the term out, or merge empty categories.",
        )


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")
