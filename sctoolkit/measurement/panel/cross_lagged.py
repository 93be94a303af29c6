"""Reciprocal association of two variables over waves, within people: the random-intercept cross-lagged panel model.

``cross_lagged(data, x="trust", y="coproduction", waves=(1, 2, 3)) -> CrossLagged``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from sctoolkit.errors import ConvergenceError, DataError, NotIdentifiedError, OptionError
from sctoolkit.measurement.panel.cross_lagged_caveats import lagged_caveats
from sctoolkit.measurement.panel.cross_lagged_model import (
    LagShape,
    PanelNames,
    panel_names,
    random_intercept_text,
    two_wave_text,
)
from sctoolkit.measurement.panel.cross_lagged_paths import PathReader
from sctoolkit.measurement.panel.cross_lagged_result import CrossLagged
from sctoolkit.measurement.panel.panel_frame import PanelWaves, frame_of, panel_frame
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.measurement.structure.confirm import cfa
from sctoolkit.measurement.structure.model_comparison import compare_models
from sctoolkit.numerics.structure.scaled_difference import DifferenceTest
from sctoolkit.options import check_option
from sctoolkit.result import Provenance

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores


def cross_lagged(
    data: pd.DataFrame | Scores,
    *,
    x: str,
    y: str,
    waves: PanelWaves,
    unit: str | None = None,
    wave: str | None = None,
    equal: bool = True,
    covariates: Sequence[str] = (),
    covariates_on: Literal["stable", "waves"] = "stable",
    group: str | None = None,
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
    covariates : sequence of str
        Numeric columns that stay the same over waves (age at the start, gender as 0 and 1).
    covariates_on : {"stable", "waves"}
        What they predict: stable differences, so that their association is the same at all waves, or the scores of
        every wave. The first is tested against the second either way. With two waves they predict the scores.
    group : str, optional
        Column of groups. Everything differs between them; a test says whether the lagged paths do.
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
        correlation of stable differences, share of variance that is stable, covariates; for each group and as
        differences from the first one; and the tests of equal lags, of equal paths over groups, of covariates.

    Raises
    ------
    DataError, OptionError
        If columns or waves are absent, ``x`` is ``y``, a covariate or group changes within a respondent, or options are
        not offered.
    NotIdentifiedError, ConvergenceError
        If the data do not determine the model.

    Notes
    -----
    x_it = mu_t + X_i + x*_it; x*_it = a x*_i,t-1 + b y*_i,t-1 + e_it, and likewise y. Paths are in points of the
    outcome for a point of the predictor, both as departures from a person's own usual level; ``std_all`` is
    standardised by within-person spread (mean over lags where paths are equal). They are within-person lagged
    associations: people are their own comparison, and what changes in time is not held constant. Without X and Y
    (two waves) paths mix differences between people with change within them. Covariates z enter as X = g z + X' (the
    correlation of X and Y is then the one given z) or x_it = mu_t + g_t z_i + ...; missing covariates are part of the
    likelihood under FIML. Tests are scaled chi-square differences, degrees of freedom 4 (T - 2) for equal lags of one
    group, 4 (G - 1) for equal paths over groups, 2 (T - 1) a covariate.

    References
    ----------
    Hamaker, Kuiper & Grasman (2015), doi:10.1037/a0038889; Mulder & Hamaker (2021), doi:10.1080/10705511.2020.1784738.
    Oracle: tests/oracle/panel_models.R and cross_lagged.R (lavaan 0.6-14).

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
    _check(x, y, estimator, missing, cluster, covariates, covariates_on, ci_level)
    panel = _panel(data, x, y, waves, unit, wave, cluster, group, tuple(covariates))
    shape = LagShape(equal=equal, n_groups=panel.n_groups, covariates_on=covariates_on)
    options: dict[str, Any] = {"estimator": estimator, "missing": missing, "cluster": cluster, "group": group}
    model = _fit(panel, shape, options)
    tested = _tests(model, panel, shape, options)
    return CrossLagged(
        provenance=Provenance(
            analysis="cross-lagged panel model",
            waves=panel.waves,
            n_in=len(panel.table),
            n_used=sum(model.fit.data.n),
            missing_rule=missing,
            options={"x": x, "y": y, "equal": equal, "covariates": tuple(covariates), "covariates_on": covariates_on}
            | options,
        ),
        caveats=lagged_caveats(model, panel.waves, panel.n_repeated, equal, tested.equality, tested.group_equality),
        paths=PathReader(model, panel.names, {"x": x, "y": y}, panel.waves, shape, ci_level).read(),
        exploratory=panel.exploratory,
        equal=equal and not panel.exploratory,
        equality=tested.equality,
        group_equality=tested.group_equality,
        covariate_equality=tested.covariate_equality,
        model=model,
        other=tested.other,
        same=tested.same,
        waves=panel.waves,
        groups=model.fit.groups,
        n_repeated=panel.n_repeated,
        n_clusters=None if cluster is None else len(np.unique(np.concatenate(model.fit.data.clusters or ([],)))),
        ci_level=ci_level,
    )


@dataclass(frozen=True, slots=True)
class _Panel:
    """One row a respondent under the names of the model."""

    table: pd.DataFrame
    names: PanelNames
    waves: tuple[str, ...]
    n_groups: int
    n_repeated: int

    @property
    def exploratory(self) -> bool:
        """Say whether there are two waves, so that stable differences stay in the paths."""
        return len(self.waves) == 2


def _check(
    x: str, y: str, estimator: str, missing: str, cluster: str | None, covariates: Sequence[str], covariates_on: str,
    ci_level: float,
) -> None:  # fmt: skip
    """Raise for options that are not offered or contradict each other."""
    check_option("estimator", estimator, ("MLR", "ML"))
    check_option("missing", missing, ("fiml", "listwise"))
    check_option("covariates_on", covariates_on, ("stable", "waves"))
    if not 0.0 < ci_level < 1.0:
        raise OptionError(f"`ci_level` must lie between 0 and 1, not be {ci_level}.", hint="For example 0.95.")
    if x == y:
        raise OptionError(f"`x` and `y` must be two scores, and both are `{x}`.", hint="Name another score as `y`.")
    if cluster is not None and estimator == "ML":
        raise OptionError("Standard errors robust to clusters must come with MLR.", hint='Use `estimator="MLR"`.')
    if isinstance(covariates, str):
        raise OptionError(
            f"`covariates` must be a list of columns, not the text `{covariates}`.",
            hint=f'Write `covariates=["{covariates}"]`.',
        )


def _panel(
    data: pd.DataFrame | Scores,
    x: str,
    y: str,
    waves: PanelWaves,
    unit: str | None,
    wave: str | None,
    cluster: str | None,
    group: str | None,
    covariates: tuple[str, ...],
) -> _Panel:
    """Return the scores of all waves side by side, with the columns of roles."""
    frame = frame_of(data, scores=True)
    if not isinstance(data, pd.DataFrame):
        unit, wave = unit or "respondent", wave or "wave"
    constant = tuple(dict.fromkeys(name for name in (group, *covariates) if name is not None))
    others = constant if cluster is None or cluster in constant else (*constant, cluster)
    wide, labels = panel_frame(frame, (x, y), waves, unit=unit, wave=wave, others=others, constant=constant)
    names = panel_names(x, y, labels, covariates)
    columns = {
        f"{name}.{label}": new
        for key, name in (("x", x), ("y", y))
        for label, new in zip(labels, names.observed[key], strict=True)
    }
    table = wide.rename(columns=columns | names.covariates)
    for role, name in (("cluster", cluster), ("group", group)):
        if name in {*columns.values(), *covariates}:
            raise DataError(
                f"Column `{name}` must not be a score or covariate and a {role} at once.", hint="Rename one of them."
            )
    for shown, name in names.covariates.items():
        if not pd.api.types.is_numeric_dtype(table[name]):
            raise DataError(
                f"Covariates must be numbers, and `{shown}` is not.", hint="Code its categories as 0 and 1."
            )
    both = np.array([table[[names.observed[k][t] for k in "xy"]].notna().all(axis=1) for t in range(len(labels))])
    n_groups = 1 if group is None else int(table[group].nunique())
    return _Panel(table, names, labels, n_groups, int((both.sum(axis=0) >= 2).sum()))


def _fit(panel: _Panel, shape: LagShape, options: dict[str, Any]) -> CfaResult:
    """Return the model of a shape."""
    if panel.exploratory:
        text = two_wave_text(panel.names, replace(shape, equal=False))
    else:
        text = random_intercept_text(panel.names, shape)
    return cfa(panel.table, text, ordered=False, std_lv=False, **options)


@dataclass(frozen=True, slots=True)
class _Tests:
    """Models beside the one reported, and the tests between them."""

    other: CfaResult | None = None
    equality: DifferenceTest | None = None
    same: CfaResult | None = None
    group_equality: DifferenceTest | None = None
    covariate_equality: DifferenceTest | None = None


def _tests(model: CfaResult, panel: _Panel, shape: LagShape, options: dict[str, Any]) -> _Tests:
    """Return the tests of equal lags, of equal paths over groups, and of where covariates enter."""
    other, equality = _compared(model, panel, replace(shape, equal=not shape.equal), options, free=shape.equal)
    found = _Tests(other, equality)
    if shape.n_groups > 1:
        same, group_equality = _compared(model, panel, replace(shape, same=True), options, free=False)
        found = replace(found, same=same, group_equality=group_equality)
    if panel.names.covariates and not panel.exploratory:
        on_stable = shape.covariates_on == "stable"
        swapped = replace(shape, covariates_on="waves" if on_stable else "stable")
        found = replace(found, covariate_equality=_compared(model, panel, swapped, options, free=on_stable)[1])
    return found


def _compared(
    model: CfaResult, panel: _Panel, shape: LagShape, options: dict[str, Any], *, free: bool
) -> tuple[CfaResult | None, DifferenceTest | None]:
    """Return the model of another shape and the test between both; None where it has no solution or does not differ.

    ``free`` says that the other shape is the one with more parameters.
    """
    if panel.exploratory and not shape.same:
        return None, None
    try:
        other = _fit(panel, shape, options)
    except (ConvergenceError, NotIdentifiedError):
        return None, None
    return other, compare_models(other.fit, model.fit) if free else compare_models(model.fit, other.fit)
