"""Whether each item, and each person, behaves as a fitted graded response model says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import chi2 as chi2_distribution

from sctoolkit.errors import DataError
from sctoolkit.measurement.irt.grm_result import Grm
from sctoolkit.measurement.items.item_codes import recode_items
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.numerics.change.multiplicity import adjust
from sctoolkit.numerics.irt.item_fit import s_x2
from sctoolkit.result import Caveat, FloatArray, Provenance, Result, read_only, tidy_frame

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemFitTable(Result):
    """S-X2 of each item.

    Attributes
    ----------
    items : tuple of str
        Names of the k items.
    chi2, dof, p_value, p_adjusted, rmsea : (k,) float arrays
        S-X2; its degrees of freedom; p, and p after Benjamini and Hochberg's correction over items; and
        sqrt(max(S-X2 - dof, 0) / (dof (n - 1))). nan where no degrees of freedom are left.
    n_obs : int
        Respondents who answered every item.
    """

    items: tuple[str, ...]
    chi2: FloatArray
    dof: FloatArray
    p_value: FloatArray
    p_adjusted: FloatArray
    rmsea: FloatArray
    n_obs: int
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        for name in ("chi2", "dof", "p_value", "p_adjusted", "rmsea"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def tidy(self) -> pd.DataFrame:
        """Return one row an item; ``estimate`` is the RMSEA of the item, ``p_value`` is not adjusted."""
        return tidy_frame(
            {
                "item": name,
                "term": "rmsea",
                "estimate": self.rmsea[j],
                "statistic": self.chi2[j],
                "dof": self.dof[j],
                "p_value": self.p_value[j],
                "n_obs": self.n_obs,
                "method": "S-X2",
            }
            for j, name in enumerate(self.items)
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: respondents, items and how many items misfit at 5% after correction."""
        with np.errstate(invalid="ignore"):
            misfits = int((self.p_adjusted < 0.05).sum())
        return pd.DataFrame([{"n_obs": self.n_obs, "n_items": len(self.items), "n_misfit": misfits}])


def item_fit(
    fit: Grm, data: pd.DataFrame | Scores | Responses, *, scale: str | None = None, min_expected: float = 1.0
) -> ItemFitTable:
    """Compare how often each answer is given at each sum score with what the model expects (S-X2).

    Parameters
    ----------
    fit : Grm
        Single-group model.
    data : DataFrame, Scores or Responses
        The items on which it was fitted; respondents with a missing answer are left out, because a sum score needs all.
    min_expected : float
        Neighbouring answers at a sum score are merged until each expects this many people.

    Raises
    ------
    DataError
        If the model has several groups or weights, or fewer than two respondents answered every item.

    References
    ----------
    Orlando & Thissen (2000), doi:10.1177/01466216000241003; Kang & Chen (2008), doi:10.1111/j.1745-3984.2008.00071.x;
    Benjamini & Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.   Oracle: mirt::itemfit (LSAT-7).

    Examples
    --------
    >>> from sctoolkit import grm
    >>> rng = np.random.default_rng(1)
    >>> answers = (rng.normal(size=(400, 1)) + rng.logistic(size=(400, 5)) > 0).astype(float)
    >>> items = pd.DataFrame(answers, columns=list("abcde"))
    >>> item_fit(grm(items), items).tidy()["dof"].tolist()
    [2.0, 2.0, 2.0, 2.0, 2.0]
    """
    if len(fit.groups) > 1:
        raise DataError(
            "Item fit must have a model of one group, not of several.",
            where=f"Groups: {', '.join(fit.groups)}.",
            hint="Fit `grm` without `group`, or within one group.",
        )
    if fit.weighted:
        raise DataError(
            "Item fit must have a model without sampling weights: S-X2 compares counts of people.",
            hint="Fit `grm` without `weights` for this check.",
        )
    frame = keyed_items(data, scale)
    codes = recode_items(frame, fit.items, fit.categories).codes
    complete = codes[(codes >= 0).all(axis=1)]
    if len(complete) < 2:
        raise DataError(
            f"At least two respondents must have answered every item, not {len(complete)}.",
            hint="Leave out of `grm` the item that most people skipped, and check the fit of the others.",
        )
    found = s_x2(complete, fit.item_parameters(), fit.grid(), min_expected)
    dof = np.where(found.dof > 0, found.dof, np.nan)
    p_value = np.asarray(chi2_distribution.sf(found.chi2, dof))
    with np.errstate(invalid="ignore"):
        rmsea = np.sqrt(np.maximum(found.chi2 - dof, 0.0) / (dof * (len(complete) - 1)))
    return ItemFitTable(
        items=fit.items,
        chi2=found.chi2,
        dof=dof,
        p_value=p_value,
        p_adjusted=adjust(p_value, "bh"),
        rmsea=rmsea,
        n_obs=len(complete),
        provenance=Provenance(
            analysis="item fit of a graded response model (S-X2)",
            scale=scale,
            n_in=len(frame),
            n_used=len(complete),
            missing_rule="respondents with a missing answer left out",
            options={"min_expected": min_expected},
        ),
        caveats=_caveats(fit.items, dof, len(frame) - len(complete)),
    )


def _caveats(items: tuple[str, ...], dof: FloatArray, n_left_out: int) -> tuple[Caveat, ...]:
    """People left out and items that cannot be tested."""
    caveats = []
    if n_left_out:
        caveats.append(
            Caveat(
                code="incomplete_left_out",
                sentence=f"{n_left_out} respondents with a missing answer were left out.",
                numbers={"n": n_left_out},
            )
        )
    untested = [name for name, value in zip(items, dof, strict=True) if np.isnan(value)]
    if untested:
        caveats.append(
            Caveat(
                code="no_degrees_of_freedom",
                sentence=f"Too few well-filled cells to test: {', '.join(untested)}.",
                numbers={"items": untested},
            )
        )
    return tuple(caveats)
