"""Change with dose: the slope within organisations, that between them, and both by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.route.claims import moved_word, say
from sctoolkit.change.route.estimates import Estimate, compact, linear_contrast, show
from sctoolkit.change.route.panel import Panel, left_out_caveat, read_panel
from sctoolkit.errors import DesignError, NotIdentifiedError
from sctoolkit.numerics.linear.cluster_means import collapse
from sctoolkit.options import checked_level
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

FloatArray = npt.NDArray[np.float64]

FEW_ORGANISATIONS = 6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dose(Result):
    """Slopes of the outcome on the dose; the slope within organisations is the primary one."""

    estimates: tuple[Estimate, ...]
    claim: str
    rung: str
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row a slope."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def __str__(self) -> str:
        return show(self.claim, f"({self.rung}; dose)", self.estimates, self.caveats)


def dose_response(
    data: Any,
    *,
    outcome: str,
    wave: str,
    cluster: str,
    dose: str,
    unit: str | None = None,
    side: str | None = None,
    weight: str | None = None,
    ci_level: float = 0.95,
) -> Dose:
    """Relate change to how much of the programme an organisation met, from its log.

    Parameters
    ----------
    data : DataFrame, or an object with ``frame()``
        One row a respondent and wave; ``dose`` is that of the respondent's organisation up to the wave, as `exposures`
        compiles it.
    outcome, wave, cluster, dose : str
        Columns of the score, the wave, the organisation and the dose.
    unit, side, weight : str, optional
        Columns of the link, the side and the weights.
    ci_level : float, optional
        Level of the intervals.

    Returns
    -------
    Dose
        Points of outcome for one more unit of dose: within organisations (primary), between them, and with ``side`` the
        slope of each side and their difference. Rung L2.

    Raises
    ------
    DesignError
        If there is one wave, or no organisation's dose moves between waves.

    Notes
    -----
    y = organisation + wave + b_W dose, CR2 by organisation; b_B from organisations' means. Those that need more often
    get more: the sign of either slope can be turned by that.

    References
    ----------
    Mundlak (1978), doi:10.2307/1913646.

    Examples
    --------
    >>> frame = pd.DataFrame({"org": list("aabbcc") * 2, "wave": [1] * 6 + [2] * 6,
    ...     "hours": [0] * 6 + [0, 0, 2, 2, 4, 4], "y": [3.0, 3, 2, 4, 3, 2, 3, 3.2, 3.5, 4.6, 5, 4.1]})
    >>> round(dose_response(frame, outcome="y", wave="wave", cluster="org", dose="hours").estimates[0].estimate, 3)
    0.488
    """
    checked_level(ci_level)
    panel = read_panel(
        data, outcome=outcome, unit=unit, wave=wave, cluster=cluster, side=side, weight=weight, covariates=[dose]
    )
    if len(panel.waves) < 2:
        raise DesignError(
            "Dose needs two waves or more: change with dose cannot be seen at one.",
            hint=f"Describe the one wave with `estimate_change(data, outcome={outcome!r})`, or add another.",
        )
    if panel.cluster is None:
        raise AssertionError("an organisation was named")
    amount = panel.covariates[:, 0]
    within = _within(panel, amount, ci_level)
    estimates = [*within, *_between(panel, amount, ci_level), *_by_side(panel, amount, ci_level)]
    best = estimates[0]
    moved = moved_word(best.ci_low, best.ci_high)
    return Dose(
        estimates=tuple(estimates),
        claim=say("dose", "L2", outcome=outcome, moved=moved, dose=dose),
        rung="L2",
        provenance=Provenance(
            analysis=f"{outcome} with {dose}", scale=outcome, waves=panel.waves, n_in=panel.n_in, n_used=panel.n_obs,
            missing_rule="rows without a score, wave, organisation or dose left out",
            options={"dose": dose, "cluster": cluster, "side": side, "weight": weight, "ci_level": ci_level},
        ),
        caveats=(*_caveats(panel, amount, estimates), *left_out_caveat(panel)),
    )  # fmt: skip


def _frame(panel: Panel) -> tuple[FloatArray, Any]:
    """Return wave and organisation columns, and organisations as codes from 0."""
    clusters = compact(panel.cluster if panel.cluster is not None else np.zeros(panel.n_obs))
    waves = np.column_stack([panel.wave == code for code in range(1, len(panel.waves))]).astype(float)
    organisations = (clusters[:, None] == np.arange(int(clusters.max()) + 1)).astype(float)
    return np.column_stack([waves, organisations]), clusters


def _within(panel: Panel, amount: FloatArray, level: float) -> list[Estimate]:
    """Return the slope within organisations."""
    fixed, clusters = _frame(panel)
    design = np.column_stack([amount, fixed])
    row = np.zeros(design.shape[1])
    row[0] = 1.0
    try:
        return [
            linear_contrast(
                design, panel.outcome, row, level, clusters=clusters, weights=panel.weight, role="primary",
                estimand="change with one more unit of dose", estimator="within organisations",
            )
        ]  # fmt: skip
    except NotIdentifiedError:
        raise DesignError(
            "The dose must move differently between organisations over the waves, and it does not.",
            hint="A dose that is the same for all, or never moves, cannot be told from the wave or the organisation.",
        ) from None


def _between(panel: Panel, amount: FloatArray, level: float) -> list[Estimate]:
    """Return the slope over organisations' means."""
    _, clusters = _frame(panel)
    means = collapse(np.column_stack([panel.outcome, amount]), clusters, panel.weight)
    if len(means) < 3 or np.ptp(means[:, 1]) == 0:
        return []
    design = np.column_stack([means[:, 1], np.ones(len(means))])
    return [
        linear_contrast(
            design, means[:, 0], np.array([1.0, 0.0]), level, role="check", estimand="difference with one more unit",
            estimator="between organisations", n_obs=panel.n_obs, n_clusters=len(means),
        )
    ]  # fmt: skip


def _by_side(panel: Panel, amount: FloatArray, level: float) -> list[Estimate]:
    """Return the slope of each side and the difference of the first two, waves free to differ by side."""
    if panel.side is None or len(panel.sides) < 2:
        return []
    fixed, clusters = _frame(panel)
    present = [code for code in range(len(panel.sides)) if _moves(panel, amount, panel.side == code)]
    if len(present) < 2:
        return []
    slopes = np.column_stack([amount * (panel.side == code) for code in present])
    n_waves = len(panel.waves) - 1
    own_waves = [fixed[:, :n_waves] * (panel.side == code)[:, None] for code in range(1, len(panel.sides))]
    design = np.column_stack([slopes, fixed, *own_waves])
    found = []
    try:
        for position, code in enumerate(present):
            row = np.zeros(design.shape[1])
            row[position] = 1.0
            found.append(
                linear_contrast(
                    design, panel.outcome, row, level, clusters=clusters, weights=panel.weight, role="check",
                    estimand="change with one more unit of dose", estimator="within organisations",
                    side=panel.sides[code],
                )
            )  # fmt: skip
        row = np.zeros(design.shape[1])
        row[0], row[1] = 1.0, -1.0
        names = [panel.sides[code] for code in present[:2]]
        found.append(
            linear_contrast(
                design, panel.outcome, row, level, clusters=clusters, weights=panel.weight, role="check",
                estimand=f"difference of slopes, {names[0]} less {names[1]}", estimator="difference of sides",
            )
        )  # fmt: skip
    except NotIdentifiedError:
        return []
    return found


def _moves(panel: Panel, amount: FloatArray, rows: npt.NDArray[np.bool_]) -> bool:
    """Return whether the dose moves differently between at least two organisations of some rows."""
    if panel.cluster is None or np.unique(panel.cluster[rows]).size < 2:
        return False
    table = pd.DataFrame({"c": panel.cluster[rows], "w": panel.wave[rows], "d": amount[rows]})
    means = table.groupby(["c", "w"])["d"].mean().unstack()
    centred = means.sub(means.mean(axis=1), axis=0)
    return bool((centred.std(axis=0).fillna(0) > 1e-12).any())


def _caveats(panel: Panel, amount: FloatArray, estimates: list[Estimate]) -> tuple[Caveat, ...]:
    """Return what a reader of slopes must know."""
    caveats = [
        Caveat(
            code="dose_not_given_by_chance",
            sentence="Who gets more is not chance: organisations that need more are often visited more, which can turn "
            "the sign.",
        )
    ]
    n = int(np.unique(panel.cluster).size) if panel.cluster is not None else 0
    if n < FEW_ORGANISATIONS:
        caveats.append(
            Caveat(
                code="few_organisations",
                sentence=f"{n} organisations: the slope rests on few, and its degrees of freedom say so.",
                numbers={"n": n},
            )
        )
    slopes = {e.estimator: e.estimate for e in estimates if e.side is None}
    within, between = slopes.get("within organisations"), slopes.get("between organisations")
    if within is not None and between is not None and within * between < 0:
        caveats.append(
            Caveat(
                code="slopes_disagree",
                sentence="The slope within organisations and that between them have different signs: dose follows "
                "something that differs between organisations.",
                numbers={"within": within, "between": between},
            )
        )
    return tuple(caveats)
