"""Several honest answers side by side: one contrast under every inference that the number of sites allows.

``agreement(formula, data, term=..., cluster=...) -> Agreement``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.models.mixed import mixed
from sctoolkit.change.models.model_frame import ModelFrame, model_frame
from sctoolkit.change.models.regress import regress
from sctoolkit.change.models.terms import term_index
from sctoolkit.change.route.guard import contrast_support
from sctoolkit.errors import SctoolkitError
from sctoolkit.numerics.linear.cluster_means import cluster_means, collapse
from sctoolkit.numerics.linear.least_squares import fit_least_squares, sweep
from sctoolkit.numerics.linear.permutation import flip_signs, permute_assignment
from sctoolkit.numerics.linear.wild_bootstrap import wild_bootstrap
from sctoolkit.options import checked_draws, checked_seed
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agreement(Result):
    """One contrast under several inferences; ``rows`` are tidy rows, ``smallest_p`` that of the permutation."""

    term: str
    rows: tuple[Row, ...]
    n_with: int
    n_without: int
    smallest_p: float
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def tidy(self) -> pd.DataFrame:
        """Return one row an inference; the recommended one has the role ``primary``."""
        return tidy_frame(self.rows)

    def glance(self) -> pd.DataFrame:
        """Return counts of sites, the range of p-values and the smallest p that a permutation allows."""
        p_values = np.array([row["p_value"] for row in self.rows], dtype=np.float64)
        known = p_values[np.isfinite(p_values)]
        return pd.DataFrame(
            [
                {
                    "n_obs": self.provenance.n_used,
                    "n_with": self.n_with,
                    "n_without": self.n_without,
                    "p_lowest": known.min() if known.size else np.nan,
                    "p_highest": known.max() if known.size else np.nan,
                    "smallest_attainable_p": self.smallest_p,
                }
            ]
        )


def agreement(
    formula: str,
    data: pd.DataFrame,
    *,
    term: str,
    cluster: str,
    random: str | Sequence[str] | None = None,
    n_draws: int = 9999,
    seed: int = 1,
    ci_level: float = 0.95,
) -> Agreement:
    """Set CR2, CR3, Kenward-Roger, wild bootstrap, cluster means and permutation beside each other.

    Parameters
    ----------
    formula : str
        ``outcome ~ terms``; ``change ~ 1`` for one group.
    data : DataFrame
    term : str
        The contrast: a term of the formula (``(Intercept)`` for one group).
    cluster : str
        Column of sites.
    random : str or sequence of str, optional
        Random part of the mixed model; ``1 | cluster`` unless given, and ``1 + post | cluster`` for a product such as
        ``treated:post``, since sites differ in their own change.
    n_draws, seed : int
        For the bootstrap, and the permutation when sites cannot be listed.
    ci_level : float

    Returns
    -------
    Agreement
        The primary row follows the counts of sites: with 4 or more on both sides CR2; with 2 or 3 cluster means; with 1
        none (only the place of that site among all sites is shown).

    Notes
    -----
    Cluster means and permutation compare sites' means (of an outcome freed of covariates that vary within sites) when
    the term is constant within sites; a product of such a term and one that varies within sites is compared by each
    site's own slope. Otherwise those two rows are left out.

    References
    ----------
    Donald and Lang (2007), doi:10.1162/rest.89.2.221; MacKinnon and Webb (2020), doi:10.1016/j.jeconom.2020.04.024.

    Examples
    --------
    >>> site = [name for name in "abcdefgh" for _ in range(3)]
    >>> data = pd.DataFrame({"y": range(24), "x": [int(s in "abcd") for s in site], "site": site})
    >>> round(agreement("y ~ x", data, term="x", cluster="site").smallest_p, 3)
    0.029
    """
    seed, n_draws = checked_seed(seed), checked_draws(n_draws)
    model = model_frame(formula, data, [cluster])
    codes, _ = model.codes(cluster)
    position = term_index(model.terms, term)
    name = model.terms[position]
    support = contrast_support(model.design[:, [position]], codes)[0]
    smaller = support.smaller if support.n_with and support.n_without else float(support.n_with)
    alone = smaller < 2
    rows = [_of_regression(formula, data, cluster, name, kind, ci_level) for kind in ("CR2", "CR3")]
    sites = _site_values(model, position, codes)
    slope = "" if sites is None or sites.slope not in data.columns else f" + {sites.slope}"
    rows += _tried(lambda: _of_mixed(formula, data, name, random or f"1{slope} | {cluster}", ci_level))
    fit = fit_least_squares(model.design, model.outcome)
    contrast = np.eye(len(model.terms))[position]
    if not alone:
        rows += _tried(lambda: _of_bootstrap(fit, codes, contrast, n_draws, seed, ci_level))
    smallest = float("nan")
    if sites is not None:
        values, treated = sites.values, sites.treated
        rows += _tried(lambda: _of_means(values, treated, ci_level))
        permuted = _of_permutation(values, treated, n_draws, seed, ci_level)
        smallest = permuted.pop("smallest")
        rows.append(permuted)
    primary = None if alone else "CR2, Satterthwaite" if smaller >= 4 or sites is None else "cluster means"
    for row in rows:
        row["role"] = "primary" if primary is not None and row["method"].startswith(primary) else "check"
        row |= {"term": name, "n_obs": model.n_obs, "n_clusters": int(codes.max()) + 1}
    return Agreement(
        term=name, rows=tuple(rows), n_with=support.n_with, n_without=support.n_without, smallest_p=smallest,
        provenance=Provenance(
            analysis=f"agreement on {name} in {formula}", n_in=model.n_in, n_used=model.n_obs, seed=seed,
            missing_rule="rows with a missing value left out", options={"cluster": cluster, "n_draws": n_draws},
        ),
        caveats=(*model.dropped(), *_caveats(name, smaller, smallest)),
    )  # fmt: skip


def _caveats(name: str, smaller: float, smallest: float) -> list[Caveat]:
    out = []
    if smaller < 2:
        sentence = (
            f"`{name}` rests on one site: sandwich and bootstrap are refused; only its place among sites is shown."
        )
        out.append(Caveat(code="one_cluster_carries_it", sentence=sentence))
    if np.isfinite(smallest) and smallest > 0.05:
        sentence = f"With so few sites no permutation p can fall below {smallest:.3f}."
        out.append(Caveat(code="smallest_attainable_p", sentence=sentence, numbers={"smallest_p": smallest}))
    return out


def _tried(make: Callable[[], Row]) -> list[Row]:
    """Return the row, or none where the method cannot be had from these data."""
    try:
        return [make()]
    except SctoolkitError:
        return []


KEPT = ("estimate", "std_error", "statistic", "dof", "p_value", "ci_low", "ci_high", "ci_level", "method")


def _of_regression(formula: str, data: pd.DataFrame, cluster: str, term: str, kind: str, level: float) -> Row:
    fit = regress(formula, data, cluster=cluster, vcov=kind, ci_level=level)  # type: ignore[arg-type]
    return {name: fit.contrast({term: 1})[name].iloc[0] for name in KEPT}


def _of_mixed(formula: str, data: pd.DataFrame, term: str, random: str | Sequence[str], level: float) -> Row:
    row = mixed(formula, data, random=random, ci_level=level).contrast({term: 1})
    return {name: row[name].iloc[0] for name in KEPT}


def _of_bootstrap(fit: Any, codes: IntArray, contrast: FloatArray, n_draws: int, seed: int, level: float) -> Row:
    test = wild_bootstrap(fit, codes, contrast, n_draws=n_draws, seed=seed, ci_level=level)
    how = f"all {test.n_draws} signs" if test.enumerated else f"{n_draws} draws of signs"
    return {
        "estimate": test.estimate, "statistic": test.statistic, "p_value": test.p_value, "ci_low": test.ci_low,
        "ci_high": test.ci_high, "ci_level": level, "method": f"wild cluster bootstrap (restricted, {how})",
    }  # fmt: skip


def _of_means(values: FloatArray, treated: npt.NDArray[np.bool_] | None, level: float) -> Row:
    test = cluster_means(values, treated, ci_level=level)
    minus = 1 if treated is None else 2
    return {
        "estimate": test.estimate, "std_error": test.std_error, "statistic": test.statistic, "dof": test.dof,
        "p_value": test.p_value, "ci_low": test.ci_low, "ci_high": test.ci_high, "ci_level": level,
        "method": f"cluster means, t(G-{minus})",
    }  # fmt: skip


def _of_permutation(
    values: FloatArray, treated: npt.NDArray[np.bool_] | None, n_draws: int, seed: int, level: float
) -> Row:
    if treated is None:
        test = flip_signs(values, n_draws=n_draws, seed=seed)
        what = "sign flips of site means"
    else:
        test = permute_assignment(values, treated, n_draws=n_draws, seed=seed, ci_level=level)
        what = "permutation of sites"
    how = f"all {test.n_assignments}" if test.enumerated else f"{n_draws} draws"
    return {
        "estimate": test.estimate, "p_value": test.p_value, "ci_low": test.ci_low, "ci_high": test.ci_high,
        "ci_level": level, "method": f"{what} ({how})", "smallest": test.smallest_p,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sites:
    """One value a site, which sites are treated (None for one group), and the term whose slopes the values are."""

    values: FloatArray
    treated: npt.NDArray[np.bool_] | None
    slope: str = ""


def _site_values(model: ModelFrame, position: int, codes: IntArray) -> _Sites | None:
    """Return what cluster means and permutation compare, or None where sites have no such value."""
    if model.terms == ("(Intercept)",):
        return _Sites(collapse(model.outcome, codes), None)
    column = model.design[:, position]
    spread = np.abs(sweep(model.design, codes, np.ones(model.n_obs))).max(axis=0)
    varies = spread > 1e-10 * np.maximum(np.abs(model.design).max(axis=0), 1e-300)
    if varies[position]:
        return _site_slopes(model, column, codes, int(codes.max()) + 1)
    others = [j for j in range(len(model.terms)) if varies[j]]
    constant = [j for j in range(1, len(model.terms)) if not varies[j] and j != position]
    levels = np.unique(column)
    if constant or len(levels) != 2:
        return None
    freed = _freed(model.outcome, model.design[:, others], codes)
    return _Sites(collapse(freed, codes), collapse(column, codes) == levels[1])


def _freed(outcome: FloatArray, covariates: FloatArray, codes: IntArray) -> FloatArray:
    """Outcome minus what covariates explain within sites, covariates at their overall means."""
    if covariates.shape[1] == 0:
        return outcome
    ones = np.ones(len(codes))
    within = sweep(np.column_stack([covariates, outcome]), codes, ones)
    slope, *_ = np.linalg.lstsq(within[:, :-1], within[:, -1], rcond=None)
    return np.asarray(outcome - (covariates - covariates.mean(axis=0)) @ slope)


def _site_slopes(model: ModelFrame, column: FloatArray, codes: IntArray, n_sites: int) -> _Sites | None:
    """Slopes by site of the factor of a product, when the other factor marks treated sites."""
    active = np.bincount(codes, (column != 0).astype(float), minlength=n_sites) > 0
    if active.all() or not active.any():
        return None
    for j, term in enumerate(model.terms):
        inner = model.design[:, j]
        if term == "(Intercept)" or not np.allclose(column, inner * active[codes]) or np.allclose(column, inner):
            continue
        centred = sweep(inner[:, None], codes, np.ones(model.n_obs))[:, 0]
        size = np.bincount(codes, centred**2, minlength=n_sites)
        if (size <= 1e-12).any():
            return None
        return _Sites(np.bincount(codes, centred * model.outcome, minlength=n_sites) / size, active, term)
    return None
