"""Means of many groups by alignment: no ladder, no exact invariance.

``alignment(data, model, ordered=..., group="country") -> AlignedGroups``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sctoolkit.errors import OptionError
from sctoolkit.measurement.invariance.aligned_factor import ENOUGH_DRAWS, AlignedFactor, aligned_factors
from sctoolkit.measurement.invariance.alignment_result import TRUSTED_SHARE, AlignedGroups
from sctoolkit.measurement.invariance.invariance_caveats import configural_caveats
from sctoolkit.measurement.invariance.invariance_fit import as_result, fit_level
from sctoolkit.measurement.invariance.invariance_setup import prepare
from sctoolkit.measurement.invariance.wave_model import Waves
from sctoolkit.measurement.structure.confirm import check_missing, choose_estimator
from sctoolkit.measurement.structure.model_syntax import parse_model
from sctoolkit.options import Convention, Estimator, Missing, check_option
from sctoolkit.result import Caveat

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses


def alignment(
    data: pd.DataFrame | Scores | Responses,
    model: str,
    *,
    ordered: bool,
    group: str | None = None,
    waves: Waves | None = None,
    unit: str | None = None,
    estimator: Estimator | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    missing: Missing = "listwise",
    convention: Convention = "lavaan",
    empty_categories: str = "refuse",
    scale: str | None = None,
    n_draws: int = 200,
    seed: int = 1,
    ci_level: float = 0.95,
) -> AlignedGroups:
    """Estimate factor means and spreads of many groups when a few items differ in a few of them.

    Parameters
    ----------
    data : DataFrame, Scores or Responses
        Keyed items, see `sctoolkit.invariance`.
    model : str
        Factor model of one group.
    ordered : bool
        Whether items are ordinal.
    group : str, optional
        Column of groups; the first in sorted order has mean 0 and standard deviation 1.
    waves, unit
        Waves to align, beside or instead of groups, as in `sctoolkit.invariance`.
    estimator, weights, cluster, missing, convention, empty_categories, scale
        As in `sctoolkit.invariance`.
    n_draws : int
        Draws for standard errors, at least 20.
    seed : int
    ci_level : float

    Returns
    -------
    AlignedGroups
        ``tidy()``: one row a factor, group and figure (mean, standard deviation) with error and interval;
        ``drifting()``: parameters outside the largest set of groups that share them; ``trusted``.

    Raises
    ------
    DataError, ModelSyntaxError, NotIdentifiedError, ConvergenceError
        If the configural model cannot be fitted.
    OptionError
        If neither ``group`` nor ``waves`` is given, or options are not offered.

    Notes
    -----
    The configural model is fitted to all groups and its loadings and locations are moved onto scales on which as many
    as possible agree: minimise sum over pairs of groups of sqrt(n_g n_h) f(difference), f(x) = (x^2 + .001)^(1/4),
    which prefers a few large differences to many small ones. A parameter of a group is flagged when it differs (p <
    .001) from the largest set of groups that agree. Means rest on the items that agree; they can be trusted up to about
    a quarter of flagged parameters. Two groups are better served by `sctoolkit.invariance`.

    References
    ----------
    Asparouhov & Muthen (2014), doi:10.1080/10705511.2014.919210; Muthen & Asparouhov (2018),
    doi:10.1177/0049124117701488.   Checked by simulation: benchmarks/RESULTS-model-simulations.md.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(3)
    >>> trust = rng.normal(size=(900, 1)) + np.repeat([0.0, 0.5, -0.5], 300)[:, None]
    >>> answers = pd.DataFrame(trust + rng.normal(size=(900, 4)), columns=list("abcd"))
    >>> answers["site"] = np.repeat(["east", "north", "south"], 300)
    >>> result = alignment(answers, "trust =~ a + b + c + d", ordered=False, group="site", n_draws=20)
    >>> result.trusted
    True
    """
    chosen = choose_estimator(ordered, estimator)
    check_missing(ordered, missing)
    check_option("convention", convention)
    check_option("empty_categories", empty_categories, ("refuse", "collapse"))
    if group is None and waves is None:
        raise OptionError(
            "Alignment must be over `group`, `waves` or both, and neither is given.", hint="Name the column of groups."
        )
    if n_draws < ENOUGH_DRAWS:
        raise OptionError(f"`n_draws` must be at least {ENOUGH_DRAWS}, not {n_draws}.", hint="200 give errors to 5%.")
    if not 0.0 < ci_level < 1.0:
        raise OptionError(f"`ci_level` must lie between 0 and 1, not be {ci_level}.", hint="For example 0.95.")
    options = {
        "model": model, "ordered": ordered, "estimator": chosen, "group": group, "waves": waves, "unit": unit,
        "convention": convention, "empty_categories": empty_categories, "weights": weights, "cluster": cluster,
        "n_draws": n_draws, "seed": seed,
    }  # fmt: skip
    setup = prepare(
        data, parse_model(model), ordered, chosen, group, waves, unit, weights, cluster, missing, convention,
        empty_categories, scale, options, analysis="alignment of groups",
    )  # fmt: skip
    fitted = as_result(setup, fit_level(setup, ()))
    factors = aligned_factors(setup, fitted.fit, seed=seed, n_draws=n_draws)
    return AlignedGroups(
        provenance=setup.provenance,
        caveats=(*_caveats(factors), *configural_caveats(fitted)),
        factors=factors,
        model=fitted,
        n_obs=setup.data.n,
        ci_level=ci_level,
    )


def _caveats(factors: tuple[AlignedFactor, ...]) -> list[Caveat]:
    """Return caveats of alignments that cannot be trusted or have rival optima."""
    found = []
    for entry in factors:
        if entry.share > TRUSTED_SHARE:
            found.append(
                Caveat(
                    code="alignment_not_trusted",
                    sentence=f"{entry.share:.0%} of the parameters of {entry.factor} differ between groups, more than "
                    "a quarter: aligned means are not to be compared.",
                    numbers={"factor": entry.factor, "share": entry.share},
                )
            )
        if len(entry.blocks) == 2:
            found.append(
                Caveat(
                    code="alignment_of_two",
                    sentence=f"{entry.factor}: two groups cannot tell which of them an item differs in; see "
                    "invariance().",
                )
            )
    return found
