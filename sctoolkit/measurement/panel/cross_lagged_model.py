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
    """Names fit for a model text: observed columns by wave, within-person parts, stable parts."""

    observed: dict[str, tuple[str, ...]]
    within: dict[str, tuple[str, ...]]
    stable: dict[str, str]


def panel_names(x: str, y: str, waves: Sequence[str]) -> PanelNames:
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
    return PanelNames(
        observed={key: tuple(f"{name}.{end}" for end in ends) for key, name in plain.items()},
        within={key: tuple(f"{name}_within.{end}" for end in ends) for key, name in plain.items()},
        stable={key: f"{name}_stable" for key, name in plain.items()},
    )


def random_intercept_text(names: PanelNames, equal: bool) -> str:
    """Return the random-intercept cross-lagged panel model (Hamaker, Kuiper & Grasman 2015).

    Notes
    -----
    x_t = mu_t + X + x*_t with loadings of 1 and no residual; (x*, y*)_t on (x*, y*)_{t-1}; residuals of a wave
    correlate; X and Y correlate with each other and with nothing else. ``equal`` gives lagged paths one label.
    """
    lines: list[str] = []
    for key in ("x", "y"):
        lines.append(f"{names.stable[key]} =~ " + " + ".join(f"1*{name}" for name in names.observed[key]))
        for within, observed in zip(names.within[key], names.observed[key], strict=True):
            lines += [f"{within} =~ 1*{observed}", f"{observed} ~~ 0*{observed}", f"{observed} ~ 1"]
        lines.append(f"{names.stable[key]} ~~ 0*{names.within['x'][0]} + 0*{names.within['y'][0]}")
    lines.append(f"{names.stable['x']} ~~ {names.stable['y']}")
    lines += _lags(names.within, equal)
    lines += [f"{first} ~~ {second}" for first, second in zip(names.within["x"], names.within["y"], strict=True)]
    return "\n".join(lines)


def two_wave_text(names: PanelNames) -> str:
    """Return the cross-lagged model of two waves, in which stable differences and change stay mixed."""
    lines = _lags(names.observed, False)
    lines += [f"{first} ~~ {second}" for first, second in zip(names.observed["x"], names.observed["y"], strict=True)]
    lines += [f"{name} ~ 1" for key in ("x", "y") for name in names.observed[key]]
    return "\n".join(lines)


def _lags(names: dict[str, tuple[str, ...]], equal: bool) -> list[str]:
    """Return the lagged regressions."""
    lines = []
    steps = list(pairwise(range(len(names["x"]))))
    for before, after in steps:
        for predictor, outcome in PATHS:
            label = f"lag_{predictor}{outcome}*" if equal else ""
            lines.append(f"{names[outcome][after]} ~ {label}{names[predictor][before]}")
    return lines
