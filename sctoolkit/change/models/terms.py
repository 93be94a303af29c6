"""One row a term: what regressions, mixed and marginal models share when they tell their coefficients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sctoolkit.errors import OptionError, did_you_mean
from sctoolkit.result import tidy_frame

FloatArray = npt.NDArray[np.float64]


def t_inference(
    estimate: npt.ArrayLike, std_error: npt.ArrayLike, dof: npt.ArrayLike, ci_level: float
) -> dict[str, FloatArray]:
    """Return columns of a t test and interval; nan where a standard error is not above zero.

    Examples
    --------
    >>> t_inference(2.0, 1.0, float("inf"), 0.95)["ci_high"].round(2).tolist()
    3.96
    """
    value, error, degrees = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (estimate, std_error, dof)))
    known = error > 0
    error = np.where(known, error, np.nan)
    statistic = value / error
    half = stats.t.ppf(0.5 + ci_level / 2, degrees) * error
    return {
        "estimate": value, "std_error": error, "statistic": statistic, "dof": np.where(known, degrees, np.nan),
        "p_value": 2 * stats.t.sf(np.abs(statistic), degrees), "ci_low": value - half, "ci_high": value + half,
    }  # fmt: skip


def term_rows(terms: Sequence[str], columns: Mapping[str, FloatArray], **shared: Any) -> list[dict[str, Any]]:
    """Return one row a term of columns that are in the order of the terms."""
    return [
        {"term": term, **{name: column[j] for name, column in columns.items()}, **shared}
        for j, term in enumerate(terms)
    ]


def weights_row(terms: Sequence[str], weights: Mapping[str, float], size: int | None = None) -> FloatArray:
    """Return the contrast vector of a weighted sum of terms, of the number of terms or of ``size``."""
    row = np.zeros(size or len(terms))
    for name, weight in weights.items():
        row[term_index(terms, name)] = weight
    return row


def contrast_frame(
    weights: Mapping[str, float], label: str | None, columns: Mapping[str, Any], **shared: Any
) -> pd.DataFrame:
    """Return one tidy row for a weighted sum of terms."""
    name = label or " + ".join(f"{weight:g} {term}" for term, weight in weights.items())
    return tidy_frame([{"term": name, **{key: float(value) for key, value in columns.items()}, **shared}])


def term_index(terms: Sequence[str], name: str) -> int:
    """Return the position of a term; ``Intercept`` finds ``(Intercept)``.

    Raises
    ------
    OptionError
        If the model has no such term.
    """
    wanted = "(Intercept)" if name == "Intercept" else name
    if wanted not in terms:
        raise OptionError(
            f"Term `{name}` is not in the model.", where=f"{len(terms)} terms", hint=did_you_mean(name, terms)
        )
    return list(terms).index(wanted)
