"""The equations behind an indirect path, and the paths built from their coefficients and resamples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sctoolkit.change.models.regress import regress
from sctoolkit.change.models.regression import Regression
from sctoolkit.numerics.change.mediation import (
    causal_paths,
    monte_carlo_products,
    percentile_interval,
    resampled_coefficients,
    resampled_counts,
    sobel,
    unit_grams,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One path with its estimate, standard error and interval."""

    term: str
    estimate: float
    std_error: float
    ci_low: float
    ci_high: float
    p_value: float
    dof: float
    method: str


def _quoted(names: Sequence[str]) -> str:
    return " + ".join(f"`{name}`" for name in names)


def fit_equations(
    frame: pd.DataFrame, exposure: str, mediators: Sequence[str], outcome: str, covariates: Sequence[str],
    cluster: str | None, interaction: bool, chain: bool,
) -> list[Regression]:  # fmt: skip
    """Fit one equation a mediator, then the outcome's, then the total."""
    vcov: Literal["CR2", "iid"] = "CR2" if cluster else "iid"
    base = _quoted([exposure, *covariates])
    before = [list(mediators[:k]) if chain else [] for k in range(len(mediators))]
    texts = [
        f"`{m}` ~ {_quoted([exposure, *earlier, *covariates])}" for m, earlier in zip(mediators, before, strict=True)
    ]
    cross = f" + `{exposure}`:`{mediators[0]}`" if interaction else ""
    texts += [f"`{outcome}` ~ {_quoted([exposure, *mediators, *covariates])}{cross}", f"`{outcome}` ~ {base}"]
    return [regress(text, frame, cluster=cluster, vcov=vcov) for text in texts]


def draw_coefficients(
    frame: pd.DataFrame, fits: Sequence[Regression], names: Sequence[str], codes: IntArray | None, interaction: bool,
    interval: str, n_draws: int, seed: int,
) -> list[FloatArray]:  # fmt: skip
    """Coefficients of each equation in each draw, in the order of its terms."""
    if interval == "monte-carlo":
        return monte_carlo_products([fit.coef for fit in fits], [fit.vcov for fit in fits], n_draws, seed)
    unique = list(dict.fromkeys(names))
    table = np.column_stack([np.ones(len(frame)), frame[unique].to_numpy(dtype=np.float64)])
    where = {"(Intercept)": 0, **{name: j + 1 for j, name in enumerate(unique)}}
    if interaction:
        product = table[:, where[names[0]]] * table[:, where[names[1]]]
        where[f"{names[0]}:{names[1]}"] = table.shape[1]
        table = np.column_stack([table, product])
    equations = [([where[term] for term in fit.terms], where[fit.outcome]) for fit in fits]
    n_units = len(frame) if codes is None else int(codes.max()) + 1
    grams = unit_grams(table, codes)
    step = max(1, int(4_000_000 / n_units))
    counts = resampled_counts(n_units, n_draws, seed)
    parts = [resampled_coefficients(grams, counts[i : i + step], equations) for i in range(0, n_draws, step)]
    return [np.vstack([part[e] for part in parts]) for e in range(len(equations))]


def build_paths(
    fits: Sequence[Regression], draws: Sequence[FloatArray], mediators: Sequence[str], interaction: bool,
    chain: bool, means: Sequence[float], interval: str, level: float,
) -> list[Path]:  # fmt: skip
    """Return single, indirect, direct and total paths with their intervals."""
    outcome, total = fits[-2], fits[-1]
    out = [_single(f"a {name}", fit, 1, level) for name, fit in zip(mediators, fits, strict=False)]
    out += [_single(f"b {name}", outcome, 2 + k, level) for k, name in enumerate(mediators)]
    how = "percentile bootstrap" if interval == "bootstrap" else "Monte-Carlo interval"
    if interaction:
        return [*out, *_causal(fits, draws, mediators[0], means, how, level)]
    products = []
    for k, name in enumerate(mediators):
        a, b = fits[k], outcome
        drawn = draws[k][:, 1] * draws[-2][:, 2 + k]
        products.append(drawn)
        error = sobel(a.coef[1], b.coef[2 + k], a.std_error[1], b.std_error[2 + k])[0]
        out.append(
            _product(f"indirect {name}", float(a.coef[1] * b.coef[2 + k]), drawn, error, f"{how}; Sobel error", level)
        )
    if chain and len(mediators) > 1:
        value, drawn = _chained([fit.coef[None, :] for fit in fits], len(mediators))[0], _chained(draws, len(mediators))
        products.append(drawn)
        error = float(np.nanstd(drawn, ddof=1))
        name = " > ".join(["indirect", *mediators])
        out.append(_product(name, float(value), drawn, error, f"{how}; error of draws", level))
    if len(mediators) == 2 or (len(mediators) > 1 and not chain):
        together = np.sum(products, axis=0)
        value = sum(path.estimate for path in out if path.term.startswith("indirect"))
        error = float(np.nanstd(together, ddof=1))
        out.append(_product("indirect together", value, together, error, f"{how}; error of draws", level))
    return [*out, _single("direct", outcome, 1, level), _single("total", total, 1, level)]


def _chained(coefs: Sequence[FloatArray], n: int) -> FloatArray:
    """Product along exposure > m1 > m2 > ... > outcome of coefficients in rows."""
    steps = [coefs[0][:, 1], *(coefs[k][:, 1 + k] for k in range(1, n)), coefs[-2][:, 1 + n]]
    return np.asarray(np.prod(steps, axis=0))


def _single(term: str, fit: Regression, j: int, level: float) -> Path:
    estimate, error, dof = float(fit.coef[j]), float(fit.std_error[j]), float(fit.dof[j])
    half = float(stats.t.ppf(0.5 + level / 2, dof)) * error
    return Path(
        term=term, estimate=estimate, std_error=error, ci_low=estimate - half, ci_high=estimate + half,
        p_value=float(fit.p_value[j]), dof=dof, method=fit.method,
    )  # fmt: skip


def _product(term: str, value: float, drawn: FloatArray, error: float, method: str, level: float) -> Path:
    low, high = percentile_interval(drawn, level)
    known = drawn[np.isfinite(drawn)]
    tail = min((known <= 0).mean(), (known >= 0).mean()) if known.size else np.nan
    p_value = float(min(1.0, 2 * max(tail, 1 / max(known.size, 1))))
    return Path(
        term=term, estimate=value, std_error=error, ci_low=low, ci_high=high, p_value=p_value, dof=float("nan"),
        method=method,
    )  # fmt: skip


def _causal(
    fits: Sequence[Regression],
    draws: Sequence[FloatArray],
    mediator: str,
    means: Sequence[float],
    how: str,
    level: float,
) -> list[Path]:
    """ACME and ADE at both levels of exposure, total by their sum."""
    m, y = fits[0], fits[-2]
    last = len(y.terms) - 1
    at_means = np.concatenate([[1.0, 0.0], np.asarray(means, dtype=np.float64)])

    def combine(cm: FloatArray, cy: FloatArray) -> list[float]:
        paths = causal_paths(cm[1], float(cm @ at_means), cy[1], cy[2], cy[last])
        return [paths.acme_control, paths.acme_treated, paths.ade_control, paths.ade_treated, paths.total]

    point = combine(m.coef, y.coef)
    drawn = np.array([combine(cm, cy) for cm, cy in zip(draws[0], draws[-2], strict=True)])
    names = [
        f"indirect {mediator}, unexposed",
        f"indirect {mediator}, exposed",
        "direct, unexposed",
        "direct, exposed",
        "total",
    ]
    return [
        _product(name, value, drawn[:, k], float(np.nanstd(drawn[:, k], ddof=1)), f"{how}; error of draws", level)
        for k, (name, value) in enumerate(zip(names, point, strict=True))
    ]
