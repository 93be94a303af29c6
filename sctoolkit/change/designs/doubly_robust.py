"""Staggered entry with covariates, doubly robust: an adapter to the optional package diff-diff."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.change.route.estimates import Estimate, from_t, show
from sctoolkit.change.route.panel import label_of, numeric
from sctoolkit.errors import DataError, MissingDependencyError
from sctoolkit.options import check_option, checked_level
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

Control = Literal["not_yet", "never"]
Method = Literal["dr", "ipw", "reg"]
NAMES = {"dr": "doubly robust", "ipw": "inverse probability", "reg": "outcome regression"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoublyRobust(Result):
    """Gains after entry with covariates held alike; group-time cells and their average."""

    estimates: tuple[Estimate, ...]
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return the average, then one row a cohort and wave."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def __str__(self) -> str:
        return show("Gain after entry, covariates held alike.", "(diff-diff)", self.estimates, self.caveats)


def doubly_robust_did(
    data: pd.DataFrame,
    *,
    outcome: str,
    unit: str,
    wave: str,
    entry: str,
    covariates: Sequence[str],
    control: Control = "not_yet",
    method: Method = "dr",
    ci_level: float = 0.95,
) -> DoublyRobust:
    """Estimate gains after entry, with covariates, through diff-diff.

    Parameters
    ----------
    data : DataFrame
        One row a unit and wave.
    outcome, unit, wave, entry : str
        As for `staggered_did`.
    covariates : sequence of str
        Columns that do not change with the programme.
    control : {"not_yet", "never"}, optional
        Units not yet entered, or those that never enter.
    method : {"dr", "ipw", "reg"}, optional
        Doubly robust, inverse probability, or outcome regression.
    ci_level : float, optional
        Level of the intervals.

    Returns
    -------
    DoublyRobust
        The average over cells from entry on, weighted by cohort size, and each cell. Degrees of freedom are ours,
        G - 1: the package's own tests use rows.

    Raises
    ------
    MissingDependencyError
        If diff-diff is not installed (``pip install 'sctoolkit[did]'``).

    References
    ----------
    Sant'Anna and Zhao (2020), doi:10.1016/j.jeconom.2020.06.003. Oracle: mpdta_did (R did 2.1.1), to 1e-5.
    """
    checked_level(ci_level)
    check_option("control", control, ("not_yet", "never"))
    check_option("method", method, ("dr", "ipw", "reg"))
    try:
        from diff_diff import CallawaySantAnna
    except ImportError:
        raise MissingDependencyError(
            "Doubly robust estimates need the package `diff-diff`, which is not installed.",
            hint="Install it with `pip install 'sctoolkit[did]'`.",
        ) from None
    table = _complete(data, outcome, unit, wave, entry, covariates)
    model = CallawaySantAnna(
        control_group={"not_yet": "not_yet_treated", "never": "never_treated"}[control], estimation_method=method
    )
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fitted = model.fit(
            table, outcome=outcome, unit=unit, time=wave, first_treat=entry, covariates=list(covariates),
            aggregate="simple",
        )  # fmt: skip
    overall, *cells = _rows(fitted, len(table), int(table[unit].nunique()), NAMES[method], ci_level)
    notes = [*_notes(said)]
    if not np.isfinite(overall.std_error):
        notes.append(Caveat(code="no_error", sentence="diff-diff gave no standard error for the average."))
    return DoublyRobust(
        estimates=(overall, *cells),
        provenance=Provenance(
            analysis=f"staggered entry, {outcome}, {NAMES[method]}", scale=outcome, n_in=len(data), n_used=len(table),
            options={"control": control, "method": method, "covariates": list(covariates)},
        ),
        caveats=tuple(notes),
    )  # fmt: skip


def _notes(said: Iterable[warnings.WarningMessage]) -> Iterator[Caveat]:
    """Yield what the package warned of, each once; what it plans for its own next version is not the reader's."""
    seen = dict.fromkeys(str(one.message).split(". ")[0] for one in said if issubclass(one.category, UserWarning))
    few = [sentence for sentence in seen if "Events Per Variable" in sentence]
    if few:
        yield Caveat(
            code="few_events_per_covariate",
            sentence="So few units entered, or did not, that who enters can hardly be foretold from these covariates: "
            "take fewer of them, or `method='reg'`.",
        )
    for sentence in seen:
        if sentence not in few:
            yield Caveat(code="diff_diff_warning", sentence=f"diff-diff says: {sentence.rstrip('.')}.")


def _complete(
    data: pd.DataFrame, outcome: str, unit: str, wave: str, entry: str, covariates: Sequence[str]
) -> pd.DataFrame:
    """Return the columns as numbers, 0 for units that never enter."""
    require_columns(data, [outcome, unit, wave, entry, *covariates])
    table = pd.DataFrame({name: numeric(data, name) for name in [outcome, wave, entry, *covariates]})
    table[unit] = pd.factorize(data[unit].map(label_of))[0]
    table[entry] = table[entry].fillna(0)
    if table.isna().any(axis=None):
        raise DataError(
            "Rows of a doubly robust estimate must be complete, and some lack a value.",
            where=f"{int(table.isna().any(axis=1).sum())} of {len(table)} rows; `entry` may be empty: never entered.",
            hint="Leave these rows out, or impute them first.",
        )
    return table


def _rows(fitted: Any, n_obs: int, n_units: int, name: str, level: float) -> list[Estimate]:
    """Return the average and the cells with degrees of freedom of units."""
    labels: dict[str, Any] = {
        "n_obs": n_obs, "n_clusters": n_units,
        "method": f"{name}, diff-diff, t({n_units - 1})",
    }  # fmt: skip
    cells = [
        from_t(
            float(cell["effect"]), float(cell["se"]), n_units - 1, level, estimand="gain of a cohort at a wave",
            estimator=name, role="detail", group=f"entered at wave {group:g}", wave=label_of(float(period)),
            **labels,
        )
        for (group, period), cell in fitted.group_time_effects.items()
    ]  # fmt: skip
    overall = from_t(
        float(fitted.overall_att), float(fitted.overall_se), n_units - 1, level, estimand="mean gain after entry",
        estimator=name, role="primary", **labels,
    )  # fmt: skip
    return [overall, *cells]
