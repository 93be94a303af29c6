"""Caveats of cross-lagged panel models."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from sctoolkit.measurement.structure.cfa_result import CfaResult
from sctoolkit.numerics.structure.scaled_difference import DifferenceTest
from sctoolkit.result import Caveat

FEW_PEOPLE = 200
NOT_SHOWN = "It does not show that one changes the other: whatever moves both in time remains."


def lagged_caveats(
    model: CfaResult,
    waves: tuple[str, ...],
    n_repeated: int,
    equal: bool,
    equality: DifferenceTest | None,
    group_equality: DifferenceTest | None,
) -> tuple[Caveat, ...]:
    """Return the caveats, those that decide what may be said first."""
    found: list[Caveat] = []
    if len(waves) == 2:
        found.append(
            Caveat(
                code="two_waves_exploratory",
                sentence="Two waves cannot tell stable differences between people from change within them: these "
                "lagged associations are exploratory.",
            )
        )
    else:
        found.append(Caveat(code="association_only", sentence=f"A lagged association within people. {NOT_SHOWN}"))
    if n_repeated < FEW_PEOPLE:
        found.append(
            Caveat(
                code="few_people_for_lags",
                sentence=f"{n_repeated} people with two waves or more, fewer than {FEW_PEOPLE}: lagged paths within "
                "people are poorly determined.",
                numbers={"n_repeated": n_repeated, "threshold": FEW_PEOPLE},
                n_people=n_repeated,
            )
        )
    found += _fit(model) + _lags(waves, equal, equality) + _spread(model)
    if len(model.fit.groups) > 1 and group_equality is None:
        found.append(
            Caveat(
                code="groups_not_compared",
                sentence="Lagged paths equal over groups could not be compared with free ones: that model has no "
                "solution.",
            )
        )
    known = {caveat.code for caveat in found}
    return (*found, *(caveat for caveat in model.caveats if caveat.code not in known))


def _fit(model: CfaResult) -> list[Caveat]:
    """Return a caveat of a model that does not fit."""
    measures = model.measures
    end = next((s for s in ("_robust", "_scaled", "") if np.isfinite(measures[f"rmsea{s}"])), "")
    cfi, rmsea = measures[f"cfi{end}"], measures[f"rmsea{end}"]
    test = "_scaled" if np.isfinite(measures["p_value_scaled"]) else ""
    rejected = model.fit.dof > 0 and measures[f"p_value{test}"] < 0.05
    if not rejected or (rmsea <= 0.08 and cfi >= 0.95):
        return []
    return [
        Caveat(
            code="panel_model_misfit",
            sentence=f"The model fits poorly (cfi {cfi:.3f}, rmsea {rmsea:.3f}): its lagged paths say little.",
            numbers={"cfi": cfi, "rmsea": rmsea},
        )
    ]


def _lags(waves: tuple[str, ...], equal: bool, equality: DifferenceTest | None) -> list[Caveat]:
    """Return caveats about lags that differ in length or strength."""
    found: list[Caveat] = []
    if len(waves) > 2 and equality is None:
        found.append(
            Caveat(
                code="lags_not_compared",
                sentence="Equal paths over lags could not be compared with free ones: the other model has no solution.",
            )
        )
    try:
        gaps = [float(after) - float(before) for before, after in pairwise(waves)]
    except ValueError:
        gaps = []
    if equal and len(gaps) > 1 and max(gaps) - min(gaps) > 1e-9 * max(map(abs, gaps)):
        found.append(
            Caveat(
                code="lags_of_unequal_length",
                sentence="Waves are not evenly spaced, and equal paths over lags suppose that they are: see "
                "`equal=False`.",
                numbers={"gaps": gaps},
            )
        )
    if equal and equality is not None and equality.p_value < 0.05:
        found.append(
            Caveat(
                code="lags_differ",
                sentence=f"Paths that are equal over lags are rejected (p {equality.p_value:.3f}): see `equal=False`.",
                numbers={"chi2": equality.chi2, "dof": equality.dof, "p_value": equality.p_value},
            )
        )
    return found


def _spread(model: CfaResult) -> list[Caveat]:
    """Return a caveat naming latent variances that are not above zero."""
    fit = model.fit
    names = [
        row.lhs
        for row, value in zip(fit.table.parameters, fit.estimates, strict=True)
        if row.op == "~~" and row.lhs == row.rhs and row.lhs in fit.latents and value <= 0.0
    ]
    if not names:
        return []
    return [
        Caveat(
            code="latent_variance_not_positive",
            sentence=f"No variance above zero for {', '.join(f'`{name}`' for name in names)}: the split into stable "
            "and within-person parts is not supported by these data.",
            numbers={"names": names},
        )
    ]
