"""The correlation matrix that an exploratory analysis starts from, and the covariance of its entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DataError
from sctoolkit.measurement.items.item_checks import (
    check_varying,
    dropped_rows,
    identical_items,
    pairwise_covariance,
    usable_rows,
)
from sctoolkit.measurement.items.ordinal_guidance import ordinal_guidance
from sctoolkit.measurement.items.ordinal_items import OrdinalItems, ordinal_items
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.numerics.ordinal.correlation_covariance import distribution_free, normal_theory
from sctoolkit.numerics.ordinal.ordinal_statistics import ordinal_statistics
from sctoolkit.numerics.ordinal.smoothing import smoothed
from sctoolkit.options import check_option
from sctoolkit.result import Caveat

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CorrelationInput:
    """Correlations of items.

    ``gamma`` is N times the covariance of the correlations (pairs in house order) or None, with ``why_no_gamma``;
    ``table`` holds the complete item values and ``coded`` the ordinal codes, where data rather than a matrix came in.
    """

    names: tuple[str, ...]
    correlation: FloatArray
    gamma: FloatArray | None
    why_no_gamma: str
    n_in: int
    n_obs: int
    table: FloatArray | None
    coded: OrdinalItems | None
    caveats: tuple[Caveat, ...]


def correlation_input(
    data: pd.DataFrame | Scores | Responses,
    correlation: str,
    *,
    n_obs: int | None,
    scale: str | None,
    missing: Literal["listwise", "pairwise"],
    smooth: bool,
    covariance: bool,
) -> CorrelationInput:
    """Correlations of items, or a correlation matrix as given when `n_obs` is.

    ``covariance`` says whether the covariance of the correlations is wanted.
    """
    check_option("missing", missing, ("listwise", "pairwise"))
    if n_obs is not None:
        given = _matrix(data, correlation, n_obs, covariance)
    elif correlation == "polychoric":
        given = _polychoric(data, scale, missing, covariance)
    else:
        given = _pearson(data, scale, missing, covariance)
    return _smooth(given) if smooth else given


def _smooth(given: CorrelationInput) -> CorrelationInput:
    """The same with a positive definite matrix."""
    r = given.correlation
    if not bool(np.isfinite(r).all()) or float(np.linalg.eigvalsh(r)[0]) > 1e-10:
        return given
    nearer = smoothed(r)
    moved = float(np.abs(nearer - r).max())
    note = Caveat(
        code="smoothed",
        sentence=f"The matrix was smoothed to be positive definite; correlations moved by up to {moved:.3f}.",
        numbers={"largest_change": moved},
    )
    return CorrelationInput(
        given.names, nearer, given.gamma, given.why_no_gamma, given.n_in, given.n_obs, given.table, given.coded,
        (*given.caveats, note),
    )  # fmt: skip


def _matrix(data: object, correlation: str, n_obs: int, covariance: bool) -> CorrelationInput:
    """A correlation matrix as given."""
    if isinstance(data, np.ndarray):
        data = pd.DataFrame(data, columns=[f"item_{j + 1}" for j in range(data.shape[1])])
    if not isinstance(data, pd.DataFrame) or data.shape[0] != data.shape[1]:
        raise DataError(
            "With `n_obs` the data must be a square correlation matrix.", hint="Leave `n_obs` out to pass answers."
        )
    r = data.to_numpy(dtype=np.float64)
    ones = np.allclose(np.diagonal(r), 1.0, atol=1e-8)
    if not bool(np.isfinite(r).all()) or not np.allclose(r, r.T, atol=1e-8) or not ones or np.abs(r).max() > 1 + 1e-8:
        raise DataError(
            "A correlation matrix must be finite and symmetric, with 1 on the diagonal and no entry beyond.",
            hint="Leave `n_obs` out to pass answers; turn covariances into correlations first.",
        )
    if n_obs < 3:
        raise DataError(
            f"`n_obs` must be at least 3, not {n_obs}.",
            hint="Give the number of people behind the matrix, such as `n_obs=250`.",
        )
    known = correlation == "pearson"
    why = "" if known else "A polychoric matrix without its answers has no standard errors; pass the answers."
    gamma = normal_theory(r) if known and covariance else None
    note = (
        Caveat(code="normal_theory", sentence="Standard errors assume normal items: only a matrix was given."),
    ) if known and covariance else ()  # fmt: skip
    names = tuple(str(name) for name in data.columns)
    return CorrelationInput(names, (r + r.T) / 2.0, gamma, why, n_obs, n_obs, None, None, note)


def _polychoric(
    data: pd.DataFrame | Scores | Responses, scale: str | None, missing: Literal["listwise", "pairwise"],
    covariance: bool,
) -> CorrelationInput:  # fmt: skip
    """Polychoric correlations of items."""
    items = keyed_items(data, scale)
    rows = usable_rows(items, missing)
    coded = ordinal_items(items.loc[rows])
    statistics = ordinal_statistics(
        coded.codes, coded.n_categories, missing=missing, nacov="correlations" if covariance else "none"
    )
    gamma, why = statistics.gamma_correlations, ""
    if gamma is not None and not bool(np.isfinite(gamma).all()):
        gamma, why = None, "Standard errors are withheld: pairs of items are perfectly ordered."
    caveats = (
        *dropped_rows(len(items), int(rows.sum())), *coded.caveats, *ordinal_guidance(statistics, coded.names)
    )  # fmt: skip
    table = items.to_numpy(dtype=np.float64)[rows]
    return CorrelationInput(
        coded.names, statistics.correlation, gamma, why, len(items), int(rows.sum()), table, coded, caveats
    )


def _pearson(
    data: pd.DataFrame | Scores | Responses, scale: str | None, missing: Literal["listwise", "pairwise"],
    covariance: bool,
) -> CorrelationInput:  # fmt: skip
    """Product-moment correlations of items."""
    items = keyed_items(data, scale)
    rows = usable_rows(items, missing)
    table = items.to_numpy(dtype=np.float64)[rows]
    names = tuple(items.columns)
    check_varying(names, table)
    r = pairwise_covariance(table)[1]
    complete = not bool(np.isnan(table).any())
    gamma = distribution_free(table) if covariance and complete else None
    why = "" if complete else "With missing answers kept pairwise, product-moment correlations have no errors here."
    caveats = (*dropped_rows(len(items), len(table)), *identical_items(names, r))
    return CorrelationInput(names, r, gamma, why, len(items), len(table), table, None, caveats)
