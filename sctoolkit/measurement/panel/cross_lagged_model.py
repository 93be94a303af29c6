"""Model texts of two variables over waves: random intercepts with within-person lags, and two waves without them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

PATHS = (("x", "x"), ("x", "y"), ("y", "x"), ("y", "y"))
"""(predictor, outcome) of the four lagged paths; the label of a path is `lag_` + both."""


@dataclass(frozen=True, slots=True)
class PanelNames:
    """Names fit for a model text: observed columns by wave, within-person parts, stable parts, covariates."""

    observed: dict[str, tuple[str, ...]]
    within: dict[str, tuple[str, ...]]
    stable: dict[str, str]
    covariates: dict[str, str]


@dataclass(frozen=True, slots=True)
class LagShape:
    """What is equal: lagged paths over lags, over groups; and where covariates enter ("stable" or "waves")."""

    equal: bool
    same: bool = False
    n_groups: int = 1
    covariates_on: str = "stable"

    def label(self, predictor: str, outcome: str, step: int) -> str:
        """Return the label of a lagged path with its `*`, empty where it stands alone.

        Examples
        --------
        >>> LagShape(equal=True, n_groups=2).label("x", "y", 1)
        'c(lag_xy_1, lag_xy_2)*'
        """
        if not self.equal and not (self.same and self.n_groups > 1):
            return ""
        base = f"lag_{predictor}{outcome}" + ("" if self.equal else f"_at{step}")
        if self.same or self.n_groups == 1:
            return f"{base}*"
        return f"c({', '.join(f'{base}_{g + 1}' for g in range(self.n_groups))})*"


def panel_names(x: str, y: str, waves: Sequence[str], covariates: Sequence[str] = ()) -> PanelNames:
    """Return the names that stand for both variables in a model text.

    Examples
    --------
    >>> panel_names("trust", "joint work", ["1", "2"]).within["y"]
    ('joint_work_within.1', 'joint_work_within.2')
    """
    plain = {key: re.sub(r"\W", "_", name) for key, name in (("x", x), ("y", y))}
    plain = {key: name if re.match(r"[A-Za-z_]", name) else f"_{name}" for key, name in plain.items()}
    if plain["x"] == plain["y"]:
        plain = {"x": "x", "y": "y"}
    ends = [re.sub(r"\W", "_", wave) for wave in waves]
    if len(set(ends)) < len(ends):
        ends = [str(k + 1) for k in range(len(ends))]
    stable = {key: f"{name}_stable" for key, name in plain.items()}
    return PanelNames(
        observed={key: tuple(f"{name}.{end}" for end in ends) for key, name in plain.items()},
        within={key: tuple(f"{name}_within.{end}" for end in ends) for key, name in plain.items()},
        stable=stable,
        covariates={name: _plain_covariate(name, set(stable.values())) for name in covariates},
    )


def _plain_covariate(name: str, taken: set[str]) -> str:
    """Return a covariate's name in a model text; observed and within-person names hold a point, this one none."""
    plain = re.sub(r"\W", "_", name)
    plain = plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"
    return f"{plain}_given" if plain in taken else plain


def random_intercept_text(names: PanelNames, shape: LagShape) -> str:
    """Return the random-intercept cross-lagged panel model (Hamaker, Kuiper & Grasman 2015).

    Notes
    -----
    x_t = mu_t + X + x*_t with loadings of 1 and no residual; (x*, y*)_t on (x*, y*)_{t-1}; residuals of a wave
    correlate; X and Y correlate with each other and with nothing else. Equal lagged paths have one label. Covariates
    predict X and Y, or the scores of every wave (Mulder & Hamaker 2021, their first extension).
    """
    lines: list[str] = []
    for key in ("x", "y"):
        lines.append(f"{names.stable[key]} =~ " + " + ".join(f"1*{name}" for name in names.observed[key]))
        for within, observed in zip(names.within[key], names.observed[key], strict=True):
            lines += [f"{within} =~ 1*{observed}", f"{observed} ~~ 0*{observed}", f"{observed} ~ 1"]
        for t in (0, -1):  # what predicts nothing or is predicted by nothing would covary by default
            lines.append(f"{names.stable[key]} ~~ 0*{names.within['x'][t]} + 0*{names.within['y'][t]}")
    lines.append(f"{names.stable['x']} ~~ {names.stable['y']}")
    lines += _lags(names.within, shape)
    lines += [f"{first} ~~ {second}" for first, second in zip(names.within["x"], names.within["y"], strict=True)]
    on_waves = shape.covariates_on == "waves"
    for key in ("x", "y"):
        outcomes = names.observed[key] if on_waves else (names.stable[key],)
        lines += [f"{outcome} ~ {name}" for outcome in outcomes for name in names.covariates.values()]
    return "\n".join(lines)


def two_wave_text(names: PanelNames, shape: LagShape) -> str:
    """Return the cross-lagged model of two waves, in which stable differences and change stay mixed."""
    lines = _lags(names.observed, shape)
    lines += [
        f"{score} ~ {z}" for key in ("x", "y") for score in names.observed[key] for z in names.covariates.values()
    ]
    lines += [f"{first} ~~ {second}" for first, second in zip(names.observed["x"], names.observed["y"], strict=True)]
    lines += [f"{name} ~ 1" for key in ("x", "y") for name in names.observed[key]]
    return "\n".join(lines)


def _lags(names: dict[str, tuple[str, ...]], shape: LagShape) -> list[str]:
    """Return the lagged regressions."""
    lines = []
    steps = list(pairwise(range(len(names["x"]))))
    for before, after in steps:
        for predictor, outcome in PATHS:
            label = shape.label(predictor, outcome, after)
            lines.append(f"{names[outcome][after]} ~ {label}{names[predictor][before]}")
    return lines
