"""What each side thinks the other thinks, against what the other says: bias, and how it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.route.estimates import Estimate, show
from sctoolkit.change.route.panel import Panel, left_out_caveat, read_panel
from sctoolkit.errors import DesignError
from sctoolkit.options import checked_draws, checked_level, checked_seed
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MetaPerception(Result):
    """Bias of each side's guess at each wave, and its change; descriptive."""

    estimates: tuple[Estimate, ...]
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row a side and wave, then one a side for the change."""
        return tidy_frame(estimate.row() for estimate in self.estimates)

    def __str__(self) -> str:
        return show("What each side thinks the other thinks, less what it says.", "(L0)", self.estimates, self.caveats)


def meta_perception(
    data: Any,
    *,
    own: str,
    guess: str,
    side: str,
    wave: str,
    cluster: str | None = None,
    ci_level: float = 0.95,
    n_draws: int = 1999,
    seed: int = 1,
) -> MetaPerception:
    """Compare one side's guess of the other with the other's own answers.

    Parameters
    ----------
    data : DataFrame, or an object with ``frame()``
        One row a respondent and wave, of two sides.
    own, guess : str
        Columns of the own answer and of what people think the other side would answer, on the same scale.
    side, wave : str
        Columns of the side and the wave.
    cluster : str, optional
        Organisation: whole organisations are drawn, within their side; without it respondents.
    ci_level : float, optional
        Level of the percentile intervals.
    n_draws, seed : int, optional
        Bootstrap draws and their seed.

    Returns
    -------
    MetaPerception
        For each side and wave mean guess less the other side's mean own answer (positive: they think too well of the
        other's view), and the change of that bias from the first to the last wave.

    Raises
    ------
    DesignError
        If there are not two sides with answers at a common wave.

    Examples
    --------
    >>> answers = {"own": [4.0, 4, 2, 3], "guess": [3.0, 4, 4, 5]}
    >>> frame = pd.DataFrame({"side": ["c", "c", "s", "s"], "wave": 1, **answers})
    >>> result = meta_perception(frame, own="own", guess="guess", side="side", wave="wave", n_draws=9)
    >>> result.tidy()["estimate"].tolist()
    [1.0, 0.5]
    """
    checked_level(ci_level)
    checked_seed(seed)
    checked_draws(n_draws)
    panel = read_panel(data, outcome=own, unit=None, wave=wave, side=side, cluster=cluster, covariates=[guess])
    pair = [code for code, name in enumerate(panel.sides) if name != "broker"][:2]
    if len(pair) < 2 or panel.side is None:
        raise DesignError(
            f"Guesses can be judged with two sides, and `{side}` holds {len(panel.sides)}: {', '.join(panel.sides)}.",
            hint=f"Add the answers of the other side; `describe` shows what one side says in `{own}`.",
        )
    rng = np.random.default_rng(seed)
    observed = _bias(panel, pair, np.ones(panel.n_obs))
    draws = np.array([_bias(panel, pair, _redraw(panel, rng)) for _ in range(n_draws)])
    estimates = _rows(panel, pair, observed, draws, ci_level)
    if not estimates:
        raise DesignError("No wave has both sides' answers.", hint="Ask the mirrored question on both sides.")
    return MetaPerception(
        estimates=tuple(estimates),
        provenance=Provenance(
            analysis=f"guess of {own}", scale=own, waves=panel.waves, n_in=panel.n_in, n_used=panel.n_obs, seed=seed,
            missing_rule="rows without both answers left out", options={"n_draws": n_draws, "cluster": cluster},
        ),
        caveats=(*_caveats(panel), *left_out_caveat(panel)),
    )  # fmt: skip


def _bias(panel: Panel, pair: list[int], weight: FloatArray) -> FloatArray:
    """Return (2, waves): each side's mean guess less the other's mean own answer; nan without answers."""
    guess, side = panel.covariates[:, 0], panel.side
    found = np.full((2, len(panel.waves)), np.nan)
    for position, (mine, other) in enumerate(((pair[0], pair[1]), (pair[1], pair[0]))):
        for wave in range(len(panel.waves)):
            my, their = (
                weight * ((side == mine) & (panel.wave == wave)),
                weight * ((side == other) & (panel.wave == wave)),
            )
            if my.sum() > 0 and their.sum() > 0:
                found[position, wave] = my @ guess / my.sum() - their @ panel.outcome / their.sum()
    return found


def _redraw(panel: Panel, rng: np.random.Generator) -> FloatArray:
    """Return how often each row counts when organisations (or respondents) are drawn anew within their side."""
    side = panel.side if panel.side is not None else np.zeros(panel.n_obs, dtype=np.int64)
    unit = panel.cluster if panel.cluster is not None else np.arange(panel.n_obs)
    weight = np.zeros(panel.n_obs)
    for code in np.unique(side):
        names = np.unique(unit[side == code])
        times = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names)).astype(float)
        rows = side == code
        weight[rows] = times[np.searchsorted(names, unit[rows])]
    return weight


def _rows(panel: Panel, pair: list[int], observed: FloatArray, draws: FloatArray, level: float) -> list[Estimate]:
    """Return estimates with percentile intervals."""
    tail = (1 - level) / 2
    how = "bootstrap of " + ("organisations" if panel.cluster is not None else "respondents") + ", percentile"
    n_clusters = None if panel.cluster is None else int(np.unique(panel.cluster).size)
    found = []

    def row(value: float, drawn: FloatArray, **labels: Any) -> Estimate:
        seen = drawn[np.isfinite(drawn)]
        low, high = np.quantile(seen, [tail, 1 - tail]) if seen.size > 20 else (np.nan, np.nan)
        return Estimate(
            estimator="mean guess less mean answer", estimate=float(value), ci_low=float(low), ci_high=float(high),
            std_error=float(seen.std(ddof=1)) if seen.size > 20 else float("nan"), ci_level=level, n_obs=panel.n_obs,
            n_clusters=n_clusters, method=how, **labels,
        )  # fmt: skip

    for position, code in enumerate(pair):
        for wave, label in enumerate(panel.waves):
            if np.isfinite(observed[position, wave]):
                found.append(
                    row(
                        observed[position, wave], draws[:, position, wave], role="detail", wave=label,
                        side=panel.sides[code], estimand="bias of the guess",
                    )
                )  # fmt: skip
    last = len(panel.waves) - 1
    for position, code in enumerate(pair):
        moved = observed[position, last] - observed[position, 0]
        if last > 0 and np.isfinite(moved):
            found.append(
                row(
                    moved, draws[:, position, last] - draws[:, position, 0], role="check", side=panel.sides[code],
                    estimand="change of the bias",
                )
            )  # fmt: skip
    return found


def _caveats(panel: Panel) -> tuple[Caveat, ...]:
    """Return a warning when few organisations are drawn."""
    if panel.cluster is None or panel.side is None:
        return ()
    fewest = min(int(np.unique(panel.cluster[panel.side == code]).size) for code in range(len(panel.sides)))
    if fewest >= 6:
        return ()
    return (
        Caveat(
            code="few_organisations",
            sentence=f"{fewest} organisations on a side: intervals from drawing them anew are too narrow.",
            numbers={"fewest": fewest},
        ),
    )
