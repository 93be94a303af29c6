"""One ordered item: cumulative logit in shares, tests of equal shares and of symmetry, and the shares themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from sctoolkit.change.models.net_shift import clustered_vcov, net_shift
from sctoolkit.change.route.estimates import Estimate, compact, from_t
from sctoolkit.change.route.panel import Panel
from sctoolkit.change.route.setting import Setting
from sctoolkit.errors import SctoolkitError
from sctoolkit.numerics.change.square_table import bowker, stuart_maxwell
from sctoolkit.numerics.ordinal.cumulative_link import fit_cumulative
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]


def cumulative_rows(
    setting: Setting, panel: Panel, design: FloatArray, estimand: str
) -> tuple[list[Estimate], tuple[Caveat, ...]]:
    """Return the net chance of a cumulative logit (first column of the design), its odds ratio, and a doubt about it.

    Errors are a sandwich by organisation, or by person where there are none, with t(G - 1): the small-sample answer is
    the primary one, from signs or placements; this is its check.
    """
    levels, codes = np.unique(panel.outcome, return_inverse=True)
    grouped = panel.cluster is not None and np.unique(panel.cluster).size > 1
    clusters = compact(panel.cluster if grouped and panel.cluster is not None else panel.unit)
    answers = codes.astype(np.int64)
    try:
        fit = fit_cumulative(design, answers, len(levels))
        rest = np.delete(design, 0, axis=1)
        free = None
        if len(levels) > 2:
            free = fit_cumulative(rest, answers, len(levels), nominal=design[:, [0]], require_finite=False)
    except (SctoolkitError, np.linalg.LinAlgError):
        return [], ()
    vcov, g = clustered_vcov(fit, clusters), int(clusters.max()) + 1
    shift, slope = net_shift(fit, design, 0, "logit")
    name = f"cumulative logit{'' if panel.weight is None else ', unweighted'}"
    shared: dict[str, Any] = {
        "n_obs": len(answers), "n_clusters": g if grouped else None, "wave": panel.waves[setting.last],
        "method": f"sandwich by {'organisation' if grouped else 'person'} G/(G-1), t({g - 1})",
    }  # fmt: skip
    found = [
        from_t(
            shift, float(np.sqrt(slope @ vcov @ slope)), g - 1, setting.level, estimand=estimand, estimator=name,
            role="check", **shared,
        ),
        from_t(
            float(fit.slopes[0]), float(np.sqrt(vcov[fit.n_thresholds, fit.n_thresholds])), g - 1, setting.level,
            estimand="log odds ratio of a higher answer", estimator=name, role="detail", term="size", **shared,
        ),
    ]  # fmt: skip
    if free is None:
        return found, ()
    p = float(stats.chi2.sf(max(2 * (free.loglik - fit.loglik), 0.0), len(levels) - 2))
    if p >= 1 - setting.level:
        return found, ()
    sentence = f"Equal odds at all cut-points is doubtful (p {p:.3f}): read the shares of answers, not the odds ratio."
    return found, (Caveat(code="odds_not_proportional", sentence=sentence, numbers={"p": p}),)


def marginal_homogeneity(setting: Setting) -> list[Estimate]:
    """Return Stuart and Maxwell's and Bowker's tests of linked people; without p where organisations matter."""
    panel = setting.panel
    i, j = panel.pairs(0, setting.last)
    if len(i) < 2:
        return []
    levels, both = np.unique(np.concatenate([panel.outcome[i], panel.outcome[j]]), return_inverse=True)
    table = np.zeros((len(levels), len(levels)))
    np.add.at(table, (both[: len(i)], both[len(i) :]), 1.0)
    grouped = panel.cluster is not None and np.unique(panel.cluster[j]).size > 1
    found = []
    for name, estimand, (chi2, dof) in (
        ("Stuart-Maxwell", "equal shares of answers at both waves", stuart_maxwell(table)),
        ("Bowker", "as many moves up as down between every two answers", bowker(table)),
    ):
        p = float("nan") if grouped or not dof else float(stats.chi2.sf(chi2, dof))
        found.append(
            Estimate(
                estimand=estimand, estimator=name, role="detail", term="test", estimate=float("nan"), statistic=chi2,
                dof=float(dof), p_value=p, ci_level=setting.level, n_obs=len(i), wave=panel.waves[setting.last],
                method="chi-square, organisations not accounted for" if grouped else "chi-square",
            )
        )  # fmt: skip
    return found


def answer_shares(setting: Setting) -> list[Estimate]:
    """Return the share of each answer at the first and at the last wave."""
    panel, found = setting.panel, []
    for code in (0, setting.last):
        rows = panel.wave == code
        weights = np.ones(int(rows.sum())) if panel.weight is None else panel.weight[rows]
        for level in np.unique(panel.outcome):
            share = float(np.average(panel.outcome[rows] == level, weights=weights))
            found.append(
                Estimate(
                    estimand="share of an answer", estimator="share of the wave", role="detail",
                    term=f"answer {level:g}", estimate=share, ci_level=setting.level, n_obs=int(rows.sum()),
                    wave=panel.waves[code],
                    method="share of those who answered",
                )
            )  # fmt: skip
    return found
