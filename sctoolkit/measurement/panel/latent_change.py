"""Latent change between two waves: a change score model on items that measure alike.

``latent_change(data, items=..., waves=("pre", "post"), ordered=...) -> LatentChange``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sctoolkit.errors import DesignError, OptionError, did_you_mean
from sctoolkit.measurement.invariance.invariance import Criterion, invariance
from sctoolkit.measurement.invariance.invariance_result import Invariance
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.measurement.panel.latent_change_caveats import change_caveats
from sctoolkit.measurement.panel.latent_change_figures import ChangeEstimate, composite_change, latent_rows
from sctoolkit.measurement.panel.latent_change_result import LatentChange
from sctoolkit.measurement.panel.panel_frame import PanelWaves, frame_of, panel_frame
from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.measurement.structure.confirm import choose_estimator
from sctoolkit.options import Estimator, Missing
from sctoolkit.result import Provenance

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

FEW_PEOPLE = 150
MIN_ITEMS = 3


def latent_change(
    data: pd.DataFrame | Scores | Responses,
    *,
    ordered: bool,
    waves: PanelWaves,
    items: Sequence[str] | None = None,
    unit: str | None = None,
    wave: str | None = None,
    partial: Sequence[str] = (),
    propose: bool = True,
    criterion: Criterion = "test",
    alpha: float = 0.05,
    estimator: Estimator | None = None,
    missing: Missing | None = None,
    cluster: str | None = None,
    empty_categories: str = "refuse",
    ci_level: float = 0.95,
    scale: str | None = None,
) -> LatentChange:
    """Estimate the mean and spread of change in what items measure, free of their errors.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed items, with waves in rows (``unit`` and ``wave`` name columns) or in columns.
    ordered : bool
        Whether items are ordinal.
    waves : two labels, or mapping of label to {item: column}
        First and second wave: labels in column ``wave``, or endings of columns (`a_pre`, `a_post`).
    items : sequence of str, optional
        At least three items of one scale, named without wave; with `Scores` and `Responses` those of ``scale``.
    unit, wave : str, optional
        Columns of respondents and waves; with `Scores` and `Responses` the roles `respondent` and `wave`.
    partial : sequence of str
        Parameters free at each wave, with the factor called `latent`: ``"latent =~ item2"``, ``"item3 | t1"``,
        ``"item1 ~ 1"``.
    propose : bool
        Release further parameters where equal ones are rejected, and say so.
    criterion, alpha
        What decides whether a level of invariance holds, see `sctoolkit.invariance`.
    estimator : str, optional
        WLSMV for ordinal items, MLR for continuous ones.
    missing : {"listwise", "pairwise", "fiml"}, optional
        FIML for continuous items: people seen once count too (missing at random). Listwise for ordinal ones.
    cluster : str, optional
        Column of sites: standard errors are robust to them.
    empty_categories : {"refuse", "collapse"}
        What to do when a category is used at one wave alone.
    ci_level : float
        Level of the intervals.
    scale : str, optional
        Scale, for `Scores` and `Responses`.

    Returns
    -------
    LatentChange
        ``tidy()``: mean change in latent standard deviations of the first wave, variance of change (in the variance
        of the first wave), correlation of change with the start, and the change in points of the item scale that the
        model expects, split into people and items; beside them the change of the plain score.

    Raises
    ------
    DesignError
        If there are fewer than three items.
    DataError, OptionError
        If columns or waves are absent or not two, or categories differ over waves.
    NotIdentifiedError, ConvergenceError
        If the data do not determine the model.

    Notes
    -----
    Two waves of one factor with f2 = 1 f1 + 1 Delta and no residual, so that the mean of Delta is kappa, its variance
    psi. The model is fitted as the scalar longitudinal factor model with residuals of the same item correlated over
    waves, of which it is a rotation, and kappa / sqrt(psi_11) and the others follow by the delta method (tested against
    the change score model written out). Equalities are those of the scalar level; ``invariance`` says whether they
    hold. Under 150 linked people the change of the score is the primary figure and the latent one the check; where the
    scalar level is out of reach even with releases, no figure is primary. A mean change without a comparison is a
    change, not more.

    References
    ----------
    McArdle (2009), doi:10.1146/annurev.psych.60.110707.163612; McArdle & Nesselroade (1994); Wu & Estabrook (2016),
    doi:10.1007/s11336-016-9506-0.   Oracle: tests/oracle/panel_models.R (lavaan 0.6-14).

    Examples
    --------
    >>> rng = np.random.default_rng(4)
    >>> start = rng.normal(size=(400, 1))
    >>> end = 0.3 + 0.8 * start + 0.5 * rng.normal(size=(400, 1))
    >>> pre = pd.DataFrame(start + rng.normal(size=(400, 3)), columns=["a_pre", "b_pre", "c_pre"])
    >>> post = pd.DataFrame(end + rng.normal(size=(400, 3)), columns=["a_post", "b_post", "c_post"])
    >>> change = latent_change(pre.join(post), items=["a", "b", "c"], waves=("pre", "post"), ordered=False)
    >>> bool(abs(change.tidy()["estimate"].iloc[0] - 0.3) < 0.15)
    True
    """
    chosen = choose_estimator(ordered, estimator)
    rule: Missing = missing or ("listwise" if ordered else "fiml")
    if not 0.0 < ci_level < 1.0:
        raise OptionError(f"`ci_level` must lie between 0 and 1, not be {ci_level}.", hint="For example 0.95.")
    names, frame = _items(data, items, scale)
    check_partial(partial, names, _factor(names), ordered)
    unit, wave = _roles(data, unit, wave)
    wide, labels = panel_frame(frame, names, waves, unit=unit, wave=wave, others=() if cluster is None else (cluster,))
    if len(labels) != 2:
        raise OptionError(
            f"Latent change must be between two waves, and `waves` lists {len(labels)}.",
            hint="List two of them, or take the waves two by two.",
        )
    between = (labels[0], labels[1])
    seen = np.array([wide[[f"{item}.{label}" for item in names]].notna().any(axis=1) for label in between])
    options: dict[str, Any] = {
        "ordered": ordered, "estimator": chosen, "partial": tuple(partial), "propose": propose, "criterion": criterion,
        "alpha": alpha, "cluster": cluster, "empty_categories": empty_categories,
    }  # fmt: skip
    ladder = invariance(
        wide,
        f"{_factor(names)} =~ {' + '.join(names)}",
        waves={label: {item: f"{item}.{label}" for item in names} for label in between},
        missing=rule,
        **options,
    )
    model, reserved = _model(ladder)
    n_linked = int(seen.all(axis=0).sum())
    few = n_linked < FEW_PEOPLE
    estimates = latent_rows(model, ladder, names, between, ci_level, few, reserved)
    composite = _composite(wide, names, between, cluster, ci_level, "primary" if few and not reserved else "check")
    estimates = [*composite, *estimates] if few else [*estimates, *composite]
    return LatentChange(
        provenance=Provenance(
            analysis="latent change",
            scale=scale,
            waves=between,
            n_in=len(wide),
            n_used=sum(model.fit.data.n),
            missing_rule=rule,
            options=options | {"items": names},
        ),
        caveats=change_caveats(
            ladder, model, estimates, between, n_linked, int(seen.any(axis=0).sum()), few, reserved, tuple(partial)
        ),
        estimates=tuple(estimates),
        model=model,
        invariance=ladder,
        claim_reserved=reserved,
        waves=between,
        n_linked=n_linked,
        n_clusters=None if cluster is None else len(np.unique(np.concatenate(model.fit.data.clusters or ([],)))),
        ci_level=ci_level,
    )


def _items(
    data: pd.DataFrame | Scores | Responses, items: Sequence[str] | None, scale: str | None
) -> tuple[tuple[str, ...], pd.DataFrame]:
    """Return the names of the items and the frame that holds them."""
    frame = frame_of(data, scores=False, scale=scale)
    if items is None and isinstance(data, pd.DataFrame):
        raise OptionError(
            "`items` must name the items of the scale, without their wave.", hint='For example `items=["a", "b", "c"]`.'
        )
    if isinstance(items, str):
        raise OptionError(
            f"`items` must be a list of names, not the text `{items}`.", hint='For example `items=["a", "b", "c"]`.'
        )
    names = tuple(dict.fromkeys(str(name) for name in (keyed_items(data, scale).columns if items is None else items)))
    strange = [name for name in names if not re.fullmatch(r"[A-Za-z_.][\w.]*", name)]
    if strange:
        raise OptionError(
            f"Items must have names of letters, digits, `_` or `.`, and `{strange[0]}` has others.",
            hint="Rename its columns first.",
        )
    if len(names) < MIN_ITEMS:
        raise DesignError(
            f"A latent change must rest on {MIN_ITEMS} items or more, and there are {len(names)}.",
            hint="Use `estimate_change` with the score.",
        )
    return names, frame


def _roles(
    data: pd.DataFrame | Scores | Responses, unit: str | None, wave: str | None
) -> tuple[str | None, str | None]:
    """Return the columns of respondents and waves; those of responses are known."""
    if isinstance(data, pd.DataFrame):
        return unit, wave
    return unit or "respondent", wave or "wave"


def check_partial(partial: Sequence[str], items: tuple[str, ...], factor: str, ordered: bool) -> None:
    """Raise for a release that names no parameter of the model."""
    if isinstance(partial, str):
        raise OptionError(f"`partial` must be a list of parameters, not the text `{partial}`.")
    shapes = [f"{factor} =~ {{}}", "{} ~ 1", "{} ~~ {}"]
    known = [shape.format(item, item) for item in items for shape in shapes]
    for name in partial:
        squeezed = name.replace(" ", "")
        threshold = re.fullmatch(r"(.+)\|t[1-9]\d*", squeezed)
        if squeezed in [entry.replace(" ", "") for entry in known]:
            continue
        if not (ordered and threshold and threshold.group(1) in items):
            raise OptionError(
                f"`partial` must name loadings, thresholds, intercepts or residuals of items, and `{name}` is none.",
                hint=did_you_mean(name, known),
            )


def _factor(items: Sequence[str]) -> str:
    """Return a name of the latent variable that no item bears."""
    name = "latent"
    while name in items:
        name += "_"
    return name


def _model(ladder: Invariance) -> tuple[CfaResult, bool]:
    """Return the model on one metric, and whether the scalar level is out of reach."""
    levels = [entry.level for entry in ladder.tests]
    wanted = "scalar" if "scalar" in levels else "strict"
    reserved = levels.index(ladder.partial_verdict) < levels.index(wanted)
    model = ladder.models[wanted] if reserved else ladder.partial_models.get(wanted, ladder.models[wanted])
    return model, reserved


def _composite(
    wide: pd.DataFrame,
    items: tuple[str, ...],
    waves: tuple[str, str],
    cluster: str | None,
    ci_level: float,
    role: str,
) -> list[ChangeEstimate]:
    """Return the change of the plain score."""
    first, second = (wide[[f"{item}.{label}" for item in items]].to_numpy(dtype=np.float64) for label in waves)
    if cluster is None:
        return composite_change(first, second, None, ci_level, role)
    known = wide[cluster].notna().to_numpy()
    codes = pd.factorize(wide.loc[known, cluster])[0].astype(np.float64)
    return composite_change(first[known], second[known], codes, ci_level, role)
