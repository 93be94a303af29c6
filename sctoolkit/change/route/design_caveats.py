"""What the design alone makes a reader need to know, whatever the estimates are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.change.route.router import TYPED
from sctoolkit.change.route.setting import Setting
from sctoolkit.result import Caveat


def design_caveats(setting: Setting) -> tuple[Caveat, ...]:
    """Return what the design alone makes a reader need to know."""
    facts, route = setting.route.facts, setting.route
    caveats = []
    if route.inference == "none":
        caveats.append(
            Caveat(
                code="one_organisation_on_a_side",
                sentence=f"{facts.n_treated} organisations with and {facts.n_control} without the programme: no "
                "sandwich standard error is valid, so none is given; means of organisations rest on equal variances.",
                numbers={"n_treated": facts.n_treated, "n_control": facts.n_control},
            )
        )
    if route.min_p is not None and route.min_p > 1 - setting.level and facts.n_waves > 1:
        caveats.append(
            Caveat(
                code="cannot_reach_level",
                sentence=f"With so few organisations permutation cannot reach {1 - setting.level:.2g} by design: its "
                f"smallest p is {route.min_p:.3g}.",
                numbers={"min_p": route.min_p},
            )
        )
    if route.inference_text.startswith("One organisation"):
        caveats.append(
            Caveat(code="one_organisation", sentence="One organisation: intervals speak of its people only.")
        )
    if route.design not in TYPED and facts.outcome_type in {"ordinal", "count"}:
        caveats.append(
            Caveat(
                code="outcome_taken_as_scale",
                sentence=f"This design compares means: {facts.outcome} is taken as a scale here, although it was told "
                f"to be `{facts.outcome_type}`.",
                numbers={"outcome_type": facts.outcome_type},
            )
        )
    entering = _entering(setting)
    if entering:
        caveats.append(
            Caveat(
                code="organisations_change_group",
                sentence=f"{len(entering)} organisations move into the programme between waves: give their wave of "
                "entry in `entry` to compare them with those not yet entered.",
                numbers={"organisations": entering},
            )
        )
    for code, kind, codes, rule in (
        ("changed_group", "group", setting.panel.group, "each counts where it was at the last wave"),
        ("moved_between_organisations", "organisation", setting.panel.cluster, "each record counts where it was given"),
    ):
        n = _several(setting.panel.unit, codes)
        if n:
            sentence = f"{n} people are in more than one {kind}; {rule}."
            caveats.append(Caveat(code=code, sentence=sentence, numbers={"n": n}, n_people=n))
    return tuple(caveats)


def _several(unit: npt.NDArray[np.int64], codes: npt.NDArray[np.int64] | None) -> int:
    """Return the number of units that stand under more than one code."""
    if codes is None:
        return 0
    pairs = np.unique(np.column_stack([unit, codes]), axis=0)
    return int((np.bincount(pairs[:, 0]) > 1).sum())


def _entering(setting: Setting) -> list[str]:
    """Return organisations that have no participants at their first wave and only participants at their last."""
    panel = setting.panel
    if panel.cluster is None or panel.group is None or setting.treated is None:
        return []
    treated, found = panel.group == setting.treated, []
    for code in np.unique(panel.cluster):
        own = panel.cluster == code
        first, last = panel.wave[own].min(), panel.wave[own].max()
        before, after = treated[own & (panel.wave == first)], treated[own & (panel.wave == last)]
        if first < last and not before.any() and after.all():
            found.append(panel.clusters[int(code)])
    return found
