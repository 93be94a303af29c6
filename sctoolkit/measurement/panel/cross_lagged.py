"""Reciprocal association of two variables over waves, within people: the random-intercept cross-lagged panel model.

``cross_lagged(data, x="trust", y="coproduction", waves=(1, 2, 3)) -> CrossLagged``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import norm

from sctoolkit.errors import ConvergenceError, DataError, NotIdentifiedError, OptionError
from sctoolkit.measurement.panel.cross_lagged_caveats import lagged_caveats
from sctoolkit.measurement.panel.cross_lagged_model import (
    PATHS,
    PanelNames,
    panel_names,
    random_intercept_text,
    two_wave_text,
)
from sctoolkit.measurement.panel.cross_lagged_result import MIXED, WITHIN, CrossLagged, LaggedPath
from sctoolkit.measurement.panel.panel_frame import PanelWaves, frame_of, panel_frame
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.measurement.structure.confirm import cfa
from sctoolkit.measurement.structure.model_comparison import compare_models
from sctoolkit.numerics.structure.scaled_difference import DifferenceTest
from sctoolkit.options import check_option
from sctoolkit.result import Provenance

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores

NAN = float("nan")


def cross_lagged(
    data: pd.DataFrame | Scores,
    *,
    x: str,
    y: str,
    waves: PanelWaves,
    unit: str | None = None,
    wave: str | None = None,
    equal: bool = True,
    estimator: Literal["MLR", "ML"] = "MLR",
    missing: Literal["fiml", "listwise"] = "fiml",
    cluster: str | None = None,
    ci_level: float = 0.95,
) -> CrossLagged:
    """Estimate how each of two scores follows the other a wave later, within people.

    Parameters
    ----------
    data : DataFrame or Scores
        Waves in rows (``unit`` and ``wave`` name columns) or in columns.
    x, y : str
        Two numeric scores, named without wave.
    waves : sequence of labels, or mapping of label to {name: column}
        In order of time: labels in column ``wave``, or endings of columns (`trust_1`, `trust_2`). Three or more for
        the within-person model; two give an exploratory one.
    unit, wave : str, optional
        Columns of respondents and waves; with `Scores` the roles `respondent` and `wave`.
    equal : bool
        Hold lagged paths equal over lags (waves evenly spaced); they are tested against free ones either way.
    estimator : {"MLR", "ML"}
    missing : {"fiml", "listwise"}
        FIML uses every wave that a person answered (missing at random).
    cluster : str, optional
        Column of sites: standard errors and tests are robust to them.
    ci_level : float

    Returns
    -------
    CrossLagged
        ``tidy()``: two cross-lagged paths (role `primary`; `exploratory` with two waves), carry-over of both scores,
        correlation of stable differences, share of variance that is stable, and the test of equal lags.

    Raises
    ------
    DataError, OptionError
        If columns or waves are absent, ``x`` is ``y``, or options are not offered.
    NotIdentifiedError, ConvergenceError
        If the data do not determine the model.

    Notes
    -----
    x_it = mu_t + X_i + x*_it; x*_it = a x*_i,t-1 + b y*_i,t-1 + e_it, and likewise y. Paths are in points of the
    outcome for a point of the predictor, both as departures from a person's own usual level; ``std_all`` is
    standardised by within-person spread (mean over lags where paths are equal). They are within-person lagged
    associations: people are their own comparison, and what changes in time is not held constant. Without X and Y
    (two waves) paths mix differences between people with change within them.

    References
    ----------
    Hamaker, Kuiper & Grasman (2015), doi:10.1037/a0038889; Mulder & Hamaker (2021), doi:10.1080/10705511.2020.1784738.
    Oracle: tests/oracle/panel_models.R (lavaan 0.6-14).

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> usual = rng.normal(size=(300, 2))
    >>> now = rng.normal(size=(300, 2))
    >>> columns = {}
    >>> for t in (1, 2, 3):
    ...     columns[f"trust_{t}"], columns[f"work_{t}"] = (usual + now).T
    ...     now = now @ [[0.3, 0.2], [0.0, 0.3]] + rng.normal(size=(300, 2))
    >>> lags = cross_lagged(pd.DataFrame(columns), x="trust", y="work", waves=[1, 2, 3])
    >>> lags.tidy()["term"].iloc[0]
    'trust, then work'
    """
    check_option("estimator", estimator, ("MLR", "ML"))
    check_option("missing", missing, ("fiml", "listwise"))
    if not 0.0 < ci_level < 1.0:
        raise OptionError(f"`ci_level` must lie between 0 and 1, not be {ci_level}.", hint="For example 0.95.")
    if x == y:
        raise OptionError(f"`x` and `y` must be two scores, and both are `{x}`.")
    if cluster is not None and estimator == "ML":
        raise OptionError("Standard errors robust to clusters must come with MLR.", hint='Use `estimator="MLR"`.')
    others = () if cluster is None else (cluster,)
    frame = frame_of(data, scores=True)
    if not isinstance(data, pd.DataFrame):
        unit, wave = unit or "respondent", wave or "wave"
    wide, labels = panel_frame(frame, (x, y), waves, unit=unit, wave=wave, others=others)
    names = panel_names(x, y, labels)
    columns = {
        f"{name}.{label}": new
        for key, name in (("x", x), ("y", y))
        for label, new in zip(labels, names.observed[key], strict=True)
    }
    table = wide.rename(columns=columns)
    if cluster in set(columns.values()):
        raise DataError(f"Column `{cluster}` must not be a score and a cluster at once.")
    exploratory = len(labels) == 2

    def fit(text: str) -> CfaResult:
        return cfa(table, text, ordered=False, estimator=estimator, missing=missing, cluster=cluster, std_lv=False)

    if exploratory:
        model, other, equality = fit(two_wave_text(names)), None, None
    else:
        model = fit(random_intercept_text(names, equal))
        other, equality = _other(model, lambda: fit(random_intercept_text(names, not equal)), equal)
    both = np.array([table[[names.observed[k][t] for k in "xy"]].notna().all(axis=1) for t in range(len(labels))])
    n_repeated = int((both.sum(axis=0) >= 2).sum())
    return CrossLagged(
        provenance=Provenance(
            analysis="cross-lagged panel model",
            waves=labels,
            n_in=len(wide),
            n_used=sum(model.fit.data.n),
            missing_rule=missing,
            options={"x": x, "y": y, "equal": equal, "estimator": estimator, "cluster": cluster},
        ),
        caveats=lagged_caveats(model, labels, n_repeated, equal, equality),
        paths=_paths(model, names, {"x": x, "y": y}, labels, exploratory, equal, ci_level),
        exploratory=exploratory,
        equal=equal and not exploratory,
        equality=equality,
        model=model,
        other=other,
        waves=labels,
        n_repeated=n_repeated,
        n_clusters=None if cluster is None else len(np.unique(np.concatenate(model.fit.data.clusters or ([],)))),
        ci_level=ci_level,
    )


def _other(
    model: CfaResult, fit: Callable[[], CfaResult], equal: bool
) -> tuple[CfaResult | None, DifferenceTest | None]:
    """Return the model with the other choice of lags and the test of equal lags; None where it has no solution."""
    try:
        other = fit()
    except (ConvergenceError, NotIdentifiedError):
        return None, None
    free, same = (other, model) if equal else (model, other)
    return other, compare_models(free.fit, same.fit)


def _paths(
    model: CfaResult,
    names: PanelNames,
    shown: dict[str, str],
    waves: tuple[str, ...],
    exploratory: bool,
    equal: bool,
    ci_level: float,
) -> tuple[LaggedPath, ...]:
    """Return cross-lagged paths, carry-over, and what is stable."""
    table = _by_name(model.tidy(ci_level=ci_level))
    parts = names.observed if exploratory else names.within
    found: list[LaggedPath] = []
    order = [pair for pair in PATHS if pair[0] != pair[1]] + [pair for pair in PATHS if pair[0] == pair[1]]
    for predictor, outcome in order:
        steps = [(parts[outcome][t], "~", parts[predictor][t - 1]) for t in range(1, len(waves))]
        rows = [table[step] for step in steps]
        if equal and not exploratory:
            standard = float(np.mean([row["std_all"] for row in rows]))
            kept = [("", rows[0], standard)]
        else:
            kept = [(f"{waves[t]} to {waves[t + 1]}", row, float(row["std_all"])) for t, row in enumerate(rows)]
        cross = predictor != outcome
        for where, row, standard in kept:
            found.append(
                LaggedPath(
                    lhs=shown[outcome],
                    op="~",
                    rhs=shown[predictor],
                    wave=where,
                    term=f"{shown[predictor]}, then {shown[outcome]}" if cross else f"{shown[outcome]}, carried over",
                    estimand=(MIXED if exploratory else WITHIN) if cross else "carry-over to the next wave",
                    role=("exploratory" if exploratory else "primary") if cross else "detail",
                    std_all=standard,
                    **_inference(row),
                )
            )
    return tuple(found) if exploratory else (*found, *_stable(model, names, shown, ci_level))


def _by_name(table: pd.DataFrame) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Return the rows of a table of parameters by lhs, op and rhs."""
    rows = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    return {(str(row["lhs"]), str(row["op"]), str(row["rhs"])): row for row in rows}


def _inference(row: dict[str, Any]) -> dict[str, float]:
    """Return the columns of inference of a parameter."""
    return {name: float(row[name]) for name in ("estimate", "std_error", "statistic", "p_value", "ci_low", "ci_high")}


def _stable(model: CfaResult, names: PanelNames, shown: dict[str, str], ci_level: float) -> list[LaggedPath]:
    """Return the correlation of stable differences and the stable share of variance of both scores at the first wave.

    Notes
    -----
    Standard errors by the delta method; intervals on Fisher's z and on the logit, so that they stay in range.
    """
    table = _by_name(model.standardized())
    width = float(norm.ppf(0.5 + ci_level / 2.0))
    row = table[names.stable["x"], "~~", names.stable["y"]]
    value, error = float(row["estimate"]), float(row["std_error"])
    statistic = value / error if error > 0.0 else NAN
    low = high = NAN
    if abs(value) < 1.0:
        half = width * error / (1.0 - value**2)
        low, high = (float(np.tanh(np.arctanh(value) + step)) for step in (-half, half))
    found = [
        LaggedPath(
            lhs=shown["x"],
            op="~~",
            rhs=shown["y"],
            wave="",
            term="stable differences",
            estimand="correlation of stable differences between people",
            role="detail",
            estimate=value,
            std_error=error,
            statistic=statistic,
            p_value=float(2.0 * norm.sf(abs(statistic))),
            ci_low=low,
            ci_high=high,
            std_all=NAN,
        )
    ]
    for key in ("x", "y"):
        row = table[names.stable[key], "=~", names.observed[key][0]]
        share, error = float(row["estimate"]) ** 2, 2.0 * abs(float(row["estimate"])) * float(row["std_error"])
        low = high = NAN
        if 0.0 < share < 1.0:
            half = width * error / (share * (1.0 - share))
            low, high = (float(expit(logit(share) + step)) for step in (-half, half))
        found.append(
            LaggedPath(
                lhs=shown[key],
                op="~~",
                rhs=shown[key],
                wave="",
                term=f"{shown[key]}, stable share",
                estimand="stable share of variance, first wave",
                role="detail",
                estimate=share,
                std_error=error,
                statistic=NAN,
                p_value=NAN,
                ci_low=low,
                ci_high=high,
                std_all=NAN,
            )
        )
    return found
