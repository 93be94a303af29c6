"""A planned study simulated: answers as they would come, through the analysis that they would meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from sctoolkit.change.pooling.planned_design import Design
from sctoolkit.errors import SctoolkitError


def simulate_power(
    design: Design, effect: float, alpha: float, n_simulations: int, seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[tuple[float, float, int], ...]:  # fmt: skip
    """Return power at a true change and false positives at none: share of simulated studies with p below alpha."""
    rows = []
    rng = np.random.default_rng(seed)
    total, done = 2 * n_simulations, 0
    for true in (effect, 0.0):
        hits = runs = 0
        for _ in range(n_simulations):
            p_value = _one_study(design, true, rng)
            done += 1
            if progress is not None:
                progress(done, total)
            if p_value is not None:
                runs += 1
                hits += p_value < alpha
        rows.append((true, hits / runs if runs else float("nan"), runs))
    return tuple(rows)


def _one_study(design: Design, true: float, rng: np.random.Generator) -> float | None:
    """Return the p-value of the primary estimate of one simulated study; None when it has none."""
    from sctoolkit.change.route.estimate_change import estimate_change

    frame = simulate_study(design, true, rng)
    options: dict[str, Any] = {"outcome": "score", "unit": "respondent", "wave": "wave", "n_draws": 99}
    if design.n_organisations is not None:
        options["cluster"] = "organisation"
    if design.comparison != "none":
        options |= {"group": "group", "treated": "1"}
    try:
        best = estimate_change(frame, **options).primary
    except SctoolkitError:
        return None
    return None if best is None or not np.isfinite(best.p_value) else best.p_value


def simulate_study(design: Design, true: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return simulated answers, one row a respondent and wave, with total variance 1 at each wave."""
    g = design.n_organisations or 1
    spread = np.sqrt(np.log1p(design.size_cv**2))
    sizes = np.maximum(np.round(design.n_people * np.exp(spread * rng.normal(size=g) - spread**2 / 2)), 2).astype(int)
    if design.comparison == "people" and design.n_organisations is None:
        sizes = sizes * 2
    organisation = np.repeat(np.arange(g), sizes)
    n = len(organisation)
    if design.comparison == "organisations":
        taking = np.arange(g) < round(g * design.share_treated)
        arm = taking[organisation].astype(int)
    else:
        arm = rng.permutation(np.arange(n) % 2) if design.comparison == "people" else np.ones(n, dtype=int)
    between = np.sqrt(design.icc) * _pair(g, design.correlation, rng)[:, organisation]
    within = np.sqrt(1 - design.icc) * _pair(n, design.correlation, rng)
    scores = between + within
    scores[1] += true * (arm if design.comparison != "none" else 1)
    if design.n_categories is not None:
        cuts = stats.norm.ppf(np.arange(1, design.n_categories) / design.n_categories)
        scores = np.searchsorted(cuts, scores).astype(float) + 1
    stayed = rng.random(n) >= design.attrition
    keys = np.arange(n).astype(object)
    later = keys.copy()
    later[rng.random(n) >= design.linked] = None
    waves = [
        pd.DataFrame({"respondent": keys, "wave": 1, "organisation": organisation, "group": arm, "score": scores[0]}),
        pd.DataFrame({"respondent": later, "wave": 2, "organisation": organisation, "group": arm, "score": scores[1]}),
    ]
    return pd.concat([waves[0], waves[1][stayed]], ignore_index=True)


def _pair(n: int, correlation: float, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return two rows of standard normal values with a correlation."""
    first = rng.normal(size=n)
    return np.vstack([first, correlation * first + np.sqrt(1 - correlation**2) * rng.normal(size=n)])
