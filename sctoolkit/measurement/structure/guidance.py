"""Caveats of a fitted model: too few people, empty cells, improper solutions, and what to do instead."""

from __future__ import annotations

import numpy as np

from sctoolkit.measurement.structure.mixed_guidance import mixed_caveats
from sctoolkit.measurement.structure.model_data import ModelData
from sctoolkit.measurement.structure.model_fit import ModelFit
from sctoolkit.measurement.structure.standardized import standardized_values
from sctoolkit.numerics.structure.implied_moments import FloatArray
from sctoolkit.numerics.structure.sandwich import flat_directions
from sctoolkit.result import Caveat

PEOPLE_PER_PARAMETER = 5.0  # Bentler & Chou (1987), doi:10.1177/0049124187016001004: at least 5 for normal data
SMALL_N_ORDINAL = 200  # Rhemtulla, Brosseau-Liard & Savalei (2012), doi:10.1037/a0029315; Li (2016) find bias below
SMALL_GROUP = 50
FEW_CLUSTERS = 30


def fit_caveats(fit: ModelFit) -> tuple[Caveat, ...]:
    """Return the caveats of a fitted model."""
    return (*_size(fit), *_cells(fit), *mixed_caveats(fit), *_admissible(fit), *_data(fit.data))


def _size(fit: ModelFit) -> list[Caveat]:
    """Return caveats about the number of people."""
    found: list[Caveat] = []
    n, q = sum(fit.data.n), fit.table.n_free
    structural = q - (sum(layout.n_locations for layout in fit.layouts) if fit.ordered else 0)
    ratio = n / max(structural if structural > 0 else q, 1)
    if ratio < PEOPLE_PER_PARAMETER:
        found.append(
            Caveat(
                code="few_people_per_parameter",
                sentence=f"{n} people for {max(structural, 1)} loadings, covariances and variances ({ratio:.1f} each; "
                f"{PEOPLE_PER_PARAMETER:.0f} are a floor): read estimates as provisional.",
                numbers={"n_obs": n, "n_par": q, "ratio": ratio},
                n_people=n,
            )
        )
    if fit.ordered and n < SMALL_N_ORDINAL and fit.estimator not in ("ULSMV", "ULSM", "ULS"):
        found.append(
            Caveat(
                code="small_sample_ordinal",
                sentence=f"With {n} people the diagonal weights of {fit.estimator} are noisy: compare with "
                '`estimator="ULSMV"`, which needs none.',
                numbers={"n_obs": n, "threshold": SMALL_N_ORDINAL},
                n_people=n,
            )
        )
    for label, size in zip(fit.groups, fit.data.n, strict=True):
        if label and size < SMALL_GROUP:
            found.append(
                Caveat(
                    code="small_group",
                    sentence=f"Group `{label}` has {size} people: its own parameters are poorly determined.",
                    numbers={"group": label, "n_obs": size},
                    n_people=size,
                )
            )
    return found


def _cells(fit: ModelFit) -> list[Caveat]:
    """Return caveats about empty cells of pairs of ordered items."""
    if not fit.ordered:
        return []
    empty = np.concatenate([stats.n_empty_cells for stats in fit.ordinal])
    k = len(fit.table.variables.ordered)
    tables, cells, pairs = int(np.count_nonzero(empty)), int(empty.sum()), len(fit.groups) * k * (k - 1) // 2
    if not tables:
        return []
    share = tables / pairs
    advice = ' Consider joining rare categories or `estimator="ULSMV"`.' if share > 0.5 else ""
    return [
        Caveat(
            code="empty_cells",
            sentence=f"{cells} cells in {tables} of {pairs} two-way tables are empty: these correlations lean on "
            f"the normal model.{advice}",
            numbers={"cells": cells, "tables": tables, "pairs": pairs},
        )
    ]


def _admissible(fit: ModelFit) -> list[Caveat]:
    """Return caveats about improper solutions."""
    found: list[Caveat] = []
    for group, label in enumerate(fit.groups):
        where = f" in group `{label}`" if label else ""
        theta = np.diag(fit.matrices[group].residuals)
        negative = [fit.items[k] for k in np.flatnonzero(theta < -1e-8)]
        if negative:
            names = ", ".join(f"`{name}`" for name in negative)
            found.append(
                Caveat(
                    code="heywood_case",
                    sentence=f"Residual variance below zero{where}: {names}. The solution is not proper; too few "
                    "people, too many factors or redundant items are the usual causes.",
                    numbers={"items": negative, "values": theta[theta < -1e-8].tolist()},
                )
            )
        phi = fit.matrices[group].factor_covariance
        if phi.size and np.linalg.eigvalsh(phi)[0] < -1e-8:
            found.append(
                Caveat(
                    code="factor_covariance_not_positive",
                    sentence=f"The covariance matrix of the factors is not positive definite{where}: a correlation "
                    "may exceed 1, which says that factors are not distinct.",
                    numbers={"smallest_eigenvalue": float(np.linalg.eigvalsh(phi)[0])},
                )
            )
    return [*found, *_weak(fit), *_negative_loadings(fit)]


def _weak(fit: ModelFit) -> list[Caveat]:
    """Return a caveat about directions that the data hardly determine."""
    if fit.sandwich is None or not fit.z.size:
        return []
    if fit.sandwich.condition > 1e-5:
        return []
    information: FloatArray = np.asarray(np.linalg.inv(fit.sandwich.bread_inverse), dtype=np.float64)
    flat = flat_directions(information, 1e-5)
    if not flat.size:
        return []
    size = np.abs(fit.table.mapping @ flat[0])
    name = fit.table.parameters[int(np.argmax(size))].name
    return [
        Caveat(
            code="weak_identification",
            sentence=f"The data hardly determine some parameters, first of all `{name}`: its standard error is not "
            "to be relied on.",
            numbers={"directions": int(flat.shape[0])},
        )
    ]


def _negative_loadings(fit: ModelFit) -> list[Caveat]:
    """Return a caveat naming items that load against the others of their factor."""
    standard = standardized_values(fit, fit.z)
    names: list[str] = []
    for latent in fit.latents:
        rows = [k for k, row in enumerate(fit.table.parameters) if row.op == "=~" and row.lhs == latent]
        values = standard[rows]
        majority = 1.0 if np.sum(values > 0) * 2 >= len(rows) else -1.0
        names.extend(fit.table.parameters[k].rhs for k, v in zip(rows, values, strict=True) if v * majority < -0.1)
    unique = list(dict.fromkeys(names))
    if not unique:
        return []
    listed = ", ".join(f"`{name}`" for name in unique[:6])
    return [
        Caveat(
            code="reversed_items",
            sentence=f"Items that load against the others of their factor: {listed}. Check their keying.",
            numbers={"items": unique},
        )
    ]


def _data(data: ModelData) -> list[Caveat]:
    """Return caveats about rows and categories."""
    found: list[Caveat] = []
    if data.n_dropped:
        found.append(
            Caveat(
                code="rows_dropped",
                sentence=f"{data.n_dropped} of {data.n_rows} rows are not used ({data.missing} treatment of missing "
                "answers).",
                numbers={"dropped": data.n_dropped, "rows": data.n_rows},
                n_people=data.n_dropped,
            )
        )
    if data.collapsed:
        found.append(
            Caveat(
                code="categories_collapsed",
                sentence="Categories joined in all groups and waves, on request: " + "; ".join(data.collapsed) + ".",
                numbers={"joined": list(data.collapsed)},
            )
        )
    if data.clusters is not None:
        count = len(np.unique(np.concatenate(data.clusters)))
        if count < FEW_CLUSTERS:
            found.append(
                Caveat(
                    code="few_clusters",
                    sentence=f"{count} clusters: robust standard errors are too small with fewer than {FEW_CLUSTERS}.",
                    numbers={"clusters": count},
                )
            )
    return found
