"""Along the path: exposure to mediator to outcome, with sites resampled whole and hidden confounding shown.

``mediation(data, exposure=..., mediator=..., outcome=..., waves=(1, 2, 3)) -> Mediation``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.designs.mediation_paths import Path, build_paths, draw_coefficients, fit_equations
from sctoolkit.change.models.model_frame import model_frame, require_columns
from sctoolkit.change.models.regression import Regression
from sctoolkit.errors import DesignError
from sctoolkit.numerics.change.mediation import RhoCurve, rho_curve
from sctoolkit.numerics.linear.least_squares import fit_least_squares
from sctoolkit.options import check_option, checked_draws, checked_level, checked_seed
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

RHO = np.round(np.arange(-0.9, 0.91, 0.1), 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mediation(Result):
    """Paths from exposure through mediators to outcome.

    ``ordered`` says whether exposure, mediator and outcome were measured one after the other; without it paths are
    associations. ``rho`` and ``rho_indirect`` trace the (first) indirect path against hidden confounding, and
    ``rho_zero`` is the correlation of errors at which it vanishes.
    """

    paths: tuple[Path, ...]
    ordered: bool
    interaction: bool
    rho: FloatArray = field(repr=False)
    rho_indirect: FloatArray = field(repr=False)
    rho_zero: float
    ci_level: float
    n_clusters: int | None
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def __post_init__(self) -> None:
        for name in ("rho", "rho_indirect"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def tidy(self) -> pd.DataFrame:
        """Return one row a path."""
        return tidy_frame(
            {
                "term": path.term,
                "estimand": "path" if self.ordered else "association",
                "estimate": path.estimate,
                "std_error": path.std_error,
                "dof": path.dof,
                "p_value": path.p_value,
                "ci_low": path.ci_low,
                "ci_high": path.ci_high,
                "ci_level": self.ci_level,
                "n_obs": self.provenance.n_used,
                "n_clusters": self.n_clusters,
                "method": path.method,
            }
            for path in self.paths
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: sizes, order in time, and the correlation of errors that removes the indirect path."""
        row = {"n_obs": self.provenance.n_used, "n_clusters": self.n_clusters, "ordered": self.ordered}
        return pd.DataFrame([{**row, "interaction": self.interaction, "rho_zero": self.rho_zero}])


def mediation(
    data: pd.DataFrame,
    *,
    exposure: str,
    mediator: str | Sequence[str],
    outcome: str,
    covariates: Sequence[str] = (),
    waves: tuple[float, float, float] | None = None,
    cluster: str | None = None,
    interaction: bool = False,
    chain: bool = False,
    interval: Literal["bootstrap", "monte-carlo"] = "bootstrap",
    n_draws: int = 5000,
    seed: int = 1,
    ci_level: float = 0.95,
) -> Mediation:
    """Split an association of exposure and outcome into what passes through mediators and what does not.

    Parameters
    ----------
    data : DataFrame
        One row a person. Rows with a missing value are left out and counted.
    exposure, outcome : str
        Numeric columns; with ``interaction`` exposure is 0 or 1.
    mediator : str or sequence of str
        Several are parallel, or with ``chain`` each leads to the next.
    covariates : sequence of str
        Baseline mediator and outcome first of all.
    waves : three numbers, optional
        When exposure, mediator and outcome were measured. Without increasing times the result says "association".
    cluster : str, optional
        Sites: standard errors of single paths are CR2, and whole sites are resampled.
    interaction : bool
        Whether exposure changes the mediator's path (one mediator); gives ACME and ADE at both levels.
    chain : bool
        Whether each mediator also depends on those before it (trust, then shared space): adds the path through all.
    interval : {"bootstrap", "monte-carlo"}
        Percentile bootstrap, or draws of coefficients from their normal distributions.
    n_draws, seed : int
    ci_level : float

    Returns
    -------
    Mediation

    Raises
    ------
    DesignError
        If interaction is asked for with several mediators or an exposure that is not 0 or 1.
    DataError
        If columns are absent or not enough rows are complete.

    Notes
    -----
    a from mediator on exposure and covariates, b and c' from the outcome on these and mediators; the indirect path is
    a b. The path of the mediator is never randomised: ``rho_zero`` says how strongly the errors of both equations
    would have to correlate to remove it.

    References
    ----------
    Imai, Keele and Tingley (2010), doi:10.1037/a0020761; MacKinnon (2008).   Oracle: tal_or_mediation.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=200)
    >>> m = 0.5 * x + rng.normal(size=200)
    >>> data = pd.DataFrame({"x": x, "m": m, "y": 0.4 * m + rng.normal(size=200)})
    >>> paths = mediation(data, exposure="x", mediator="m", outcome="y", waves=(1, 2, 3), n_draws=500)
    >>> paths.tidy()["term"].tolist()[-3:]
    ['indirect m', 'direct', 'total']
    """
    check_option("interval", interval, ("bootstrap", "monte-carlo"))
    checked_level(ci_level, "ci_level")
    checked_seed(seed)
    checked_draws(n_draws)
    mediators = [mediator] if isinstance(mediator, str) else list(mediator)
    names = [exposure, *mediators, *covariates, outcome]
    needed = [*dict.fromkeys(names), *([cluster] if cluster else [])]
    model = model_frame("outcome_ ~ 1", _plain(data, outcome, needed), needed)
    frame = model.frame
    if interaction and (len(mediators) > 1 or not set(np.unique(frame[exposure].astype(float))) <= {0.0, 1.0}):
        raise DesignError(
            "An interaction needs one mediator and an exposure of 0 and 1.",
            hint="Leave the interaction out, or code the exposure as 0 and 1.",
        )
    codes = model.codes(cluster)[0] if cluster else None
    fits = fit_equations(frame, exposure, mediators, outcome, covariates, cluster, interaction, chain)
    draws = draw_coefficients(frame, fits, names, codes, interaction, interval, n_draws, seed)
    means = [float(frame[name].mean()) for name in covariates]
    paths = build_paths(fits, draws, mediators, interaction, chain, means, interval, ci_level)
    curve = _curve(frame, exposure, mediators[0], outcome, covariates)
    ordered = waves is not None and waves[0] < waves[1] < waves[2]
    return Mediation(
        paths=tuple(paths), ordered=ordered, interaction=interaction, rho=curve.rho, rho_indirect=curve.acme,
        rho_zero=curve.rho_zero, ci_level=ci_level, n_clusters=None if codes is None else int(codes.max()) + 1,
        provenance=Provenance(
            analysis=f"mediation {exposure} > {' + '.join(mediators)} > {outcome}", n_in=len(data), n_used=len(frame),
            missing_rule="rows with a missing value left out", seed=seed,
            options={"covariates": list(covariates), "cluster": cluster, "interval": interval, "n_draws": n_draws},
        ),
        caveats=(*model.dropped(), *_caveats(ordered, codes, mediators, covariates, fits, draws)),
    )  # fmt: skip


def _plain(data: pd.DataFrame, outcome: str, needed: Sequence[str]) -> pd.DataFrame:
    require_columns(data, needed)
    return data.assign(outcome_=data[outcome])


def _curve(frame: pd.DataFrame, exposure: str, mediator: str, outcome: str, covariates: Sequence[str]) -> RhoCurve:
    design = np.column_stack([np.ones(len(frame)), frame[[exposure, *covariates]].to_numpy(dtype=np.float64)])
    both = [fit_least_squares(design, frame[name].to_numpy(dtype=np.float64)) for name in (mediator, outcome)]
    return rho_curve(float(both[0].coef[1]), both[1].residuals, both[0].residuals, RHO)


def _caveats(
    ordered: bool, codes: IntArray | None, mediators: Sequence[str], covariates: Sequence[str],
    fits: Sequence[Regression], draws: Sequence[FloatArray],
) -> list[Caveat]:  # fmt: skip
    out = []
    if not ordered:
        sentence = "Exposure, mediator and outcome are not known to follow one another: paths are associations."
        out.append(Caveat(code="no_temporal_order", sentence=sentence))
    if not covariates:
        sentence = "No baseline of mediator or outcome is held constant; stable differences are in these paths."
        out.append(Caveat(code="no_baseline", sentence=sentence))
    if codes is not None and codes.max() + 1 < 10:
        n = int(codes.max()) + 1
        sentence = f"Only {n} sites were resampled; the interval of a product is too narrow with so few."
        out.append(Caveat(code="few_clusters", sentence=sentence, numbers={"n_clusters": n}))
    lost = float(np.mean(~np.isfinite(draws[-2]).all(axis=1)))
    if lost > 0.01:
        sentence = f"{100 * lost:.0f} percent of resamples did not identify the equations and were left out."
        out.append(Caveat(code="resamples_lost", sentence=sentence, numbers={"share": lost}))
    return out
