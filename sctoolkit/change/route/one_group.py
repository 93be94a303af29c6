"""One group at two waves: linked, partly linked or not, the honest answers side by side."""

from __future__ import annotations

from typing import Any

import numpy as np

from sctoolkit.change.doubts.leave_out import leave_out
from sctoolkit.change.route.estimates import Estimate, compact, from_permutation, over_organisations
from sctoolkit.change.route.linkage import linkage_caveats
from sctoolkit.change.route.outcome_type import change_words
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.setting import Findings, Setting
from sctoolkit.change.route.sizes import linked_sizes, unlinked_sizes
from sctoolkit.change.route.typed_change import ratio_moved, typed_change, with_primary_of
from sctoolkit.change.route.wave_means import wave_means
from sctoolkit.change.route.waves_compared import all_records, linked, organisation_gains, overlapping, unlinked
from sctoolkit.numerics.change.placements import placements
from sctoolkit.numerics.linear.cluster_means import collapse
from sctoolkit.numerics.linear.permutation import flip_signs
from sctoolkit.result import Caveat


def one_group(setting: Setting) -> Findings:
    """Estimate the change of one group from the first to the last wave, in every way that the linkage allows."""
    panel, facts = setting.panel, setting.route.facts
    key = _first_choice(setting)
    estimates: list[Estimate] = []
    for name, estimate in (("linked", linked), ("all", all_records), ("overlap", overlapping), ("unlinked", unlinked)):
        if name in {"linked", "all", "overlap"} and facts.linkage == "unlinked":
            continue
        estimates += estimate(setting, panel, "primary" if name == key else "check")
    if facts.linkage != "unlinked":
        estimates += organisation_checks(setting, panel)
    typed, notes = typed_change(setting)
    estimates = with_primary_of([*estimates, *typed])
    if facts.linkage != "unlinked":
        estimates += linked_sizes(setting)
    else:
        estimates += unlinked_sizes(setting)
    estimates += wave_means(setting, panel)
    left_out, hangs = _one_left_out(setting, panel)
    return Findings(
        estimates=(*estimates, *left_out),
        caveats=(*hangs, *notes, *linkage_caveats(setting, estimates)),
        template=f"changed_{'all' if facts.linkage == 'partly linked' and key != 'linked' else key}",
        fields=ratio_moved(estimates),
    )


def _first_choice(setting: Setting) -> str:
    """Return which of the answers the linkage and the type of outcome put first."""
    key = {"linked": "linked", "partly linked": "all", "unlinked": "unlinked"}[setting.route.facts.linkage]
    if key == "all" and setting.panel.ordered:
        return "linked"
    return "unlinked" if key == "all" and not setting.modelled and setting.by_means else key


def organisation_checks(setting: Setting, panel: Panel) -> list[Estimate]:
    """Return the means of organisations where CR2 is primary, and the sign-flip of organisations' mean changes."""
    if panel.cluster is None or np.unique(panel.cluster).size < 2:
        return []
    i, j = panel.pairs(0, setting.last)
    if len(i) < 2:
        return []
    change, clusters = panel.gains(i, j), compact(panel.cluster[j])
    if clusters.max() < 1:
        return []
    labels: dict[str, Any] = {
        "estimand": f"{change_words(setting.outcome_type)}, linked people", "wave": panel.waves[setting.last],
    }  # fmt: skip
    means = collapse(change, clusters, panel.pair_weights(i, j))
    found = []
    if not setting.by_means:
        found.append(
            over_organisations(
                means, setting.level, role="check", n_obs=len(change), estimator="means of organisations, linked",
                **labels,
            )
        )  # fmt: skip
    if np.ptp(means) > 0:
        flips = flip_signs(means, n_draws=setting.n_draws, seed=setting.seed)
        found.append(
            from_permutation(
                flips, setting.level, "sign-flip", estimator="sign-flip of organisations", role="check",
                n_obs=len(change), n_clusters=len(means), **labels,
            )
        )  # fmt: skip
    return found


def _one_left_out(setting: Setting, panel: Panel) -> tuple[list[Estimate], tuple[Caveat, ...]]:
    """Return how much the mean of organisations hangs on one of them."""
    if panel.cluster is None:
        return [], ()
    i, j = panel.pairs(0, setting.last)
    if len(i) > 1:
        codes, found = np.unique(panel.cluster[j], return_inverse=True)
        gains = collapse(panel.gains(i, j), found, panel.pair_weights(i, j))
    else:
        early, late = panel.wave == 0, panel.wave == setting.last
        codes = np.intersect1d(panel.cluster[early], panel.cluster[late])
        rows = np.isin(panel.cluster, codes) & (early | late)
        if len(codes) < 2:
            return [], ()
        post = (panel.wave[rows] == setting.last).astype(float)
        weights = None if panel.weight is None else panel.weight[rows]
        y = placements(panel.outcome[rows], post == 1, weights) if panel.ordered else panel.outcome[rows]
        gains = organisation_gains(y, post, compact(panel.cluster[rows]), weights)
    return leave_out(gains, None, [panel.clusters[code] for code in codes], setting.level)
