"""Survey-based social capital: questionnaires, measurement, change, and what may be said of it.

Everything public is importable from here; a name is loaded when it is first used, so that the import itself
stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sctoolkit.change.designs.did import did
    from sctoolkit.change.designs.dose import dose_response
    from sctoolkit.change.designs.doubly_robust import doubly_robust_did
    from sctoolkit.change.designs.matched_comparison import matched_comparison
    from sctoolkit.change.designs.mediation import mediation
    from sctoolkit.change.designs.meta_perception import meta_perception
    from sctoolkit.change.designs.staggered_did import staggered_did
    from sctoolkit.change.doubts.attrition import attrition
    from sctoolkit.change.doubts.honest_trends import honest_trends
    from sctoolkit.change.doubts.imputation import imputed_regress
    from sctoolkit.change.doubts.leave_one_out import leave_one_out
    from sctoolkit.change.doubts.multiplicity import adjust_family, step_down
    from sctoolkit.change.doubts.placebo import placebo_outcomes, placebo_periods
    from sctoolkit.change.doubts.sensitivity import sensitivity
    from sctoolkit.change.doubts.staying_weights import staying_weights
    from sctoolkit.change.models.agreement import agreement
    from sctoolkit.change.models.gee import gee
    from sctoolkit.change.models.its import its
    from sctoolkit.change.models.mixed import mixed
    from sctoolkit.change.models.mixed_robust import robust_mixed
    from sctoolkit.change.models.moderation import moderation
    from sctoolkit.change.models.ordinal import ordinal
    from sctoolkit.change.models.regress import regress
    from sctoolkit.change.pooling.accumulation import accumulate
    from sctoolkit.change.pooling.equivalence import equivalence
    from sctoolkit.change.pooling.plan import plan
    from sctoolkit.change.pooling.reliable_change import reliable_change
    from sctoolkit.change.pooling.shrunken_changes import shrunken_changes
    from sctoolkit.change.route.estimate_change import estimate_change
    from sctoolkit.change.route.then_test import then_test
    from sctoolkit.evaluation.evaluate import evaluate
    from sctoolkit.evaluation.study import load_study
    from sctoolkit.evaluation.write import write_report
    from sctoolkit.instrument.compare import compare_instruments
    from sctoolkit.instrument.coverage import theory_coverage
    from sctoolkit.instrument.find import list_instruments
    from sctoolkit.instrument.library import load_instrument
    from sctoolkit.measurement.exploration.dimensions import n_factors
    from sctoolkit.measurement.exploration.factors import efa
    from sctoolkit.measurement.exploration.polychoric import polychoric
    from sctoolkit.measurement.invariance.alignment import alignment
    from sctoolkit.measurement.invariance.invariance import invariance
    from sctoolkit.measurement.irt.dif import dif
    from sctoolkit.measurement.irt.grm import grm
    from sctoolkit.measurement.irt.item_fit import item_fit
    from sctoolkit.measurement.irt.person_fit import person_fit
    from sctoolkit.measurement.items.icc import icc
    from sctoolkit.measurement.items.item_analysis import item_analysis
    from sctoolkit.measurement.items.reliability import reliability
    from sctoolkit.measurement.panel.cross_lagged import cross_lagged
    from sctoolkit.measurement.panel.latent_change import latent_change
    from sctoolkit.measurement.scores.ecometrics import ecometrics
    from sctoolkit.measurement.scores.factor_scores import factor_scores
    from sctoolkit.measurement.structure.confirm import cfa
    from sctoolkit.programme.exposures import exposures
    from sctoolkit.programme.grim import grim
    from sctoolkit.programme.returns import returns
    from sctoolkit.scoring.describe import describe
    from sctoolkit.scoring.score import score
    from sctoolkit.survey.frame import from_frame
    from sctoolkit.survey.link import link
    from sctoolkit.survey.quality import check
    from sctoolkit.survey.read import read

_HOME: dict[str, str] = {
    "compare_instruments": "sctoolkit.instrument.compare",
    "theory_coverage": "sctoolkit.instrument.coverage",
    "list_instruments": "sctoolkit.instrument.find",
    "load_instrument": "sctoolkit.instrument.library",
    "from_frame": "sctoolkit.survey.frame",
    "link": "sctoolkit.survey.link",
    "check": "sctoolkit.survey.quality",
    "read": "sctoolkit.survey.read",
    "exposures": "sctoolkit.programme.exposures",
    "grim": "sctoolkit.programme.grim",
    "returns": "sctoolkit.programme.returns",
    "describe": "sctoolkit.scoring.describe",
    "score": "sctoolkit.scoring.score",
    "n_factors": "sctoolkit.measurement.exploration.dimensions",
    "efa": "sctoolkit.measurement.exploration.factors",
    "polychoric": "sctoolkit.measurement.exploration.polychoric",
    "alignment": "sctoolkit.measurement.invariance.alignment",
    "invariance": "sctoolkit.measurement.invariance.invariance",
    "dif": "sctoolkit.measurement.irt.dif",
    "grm": "sctoolkit.measurement.irt.grm",
    "item_fit": "sctoolkit.measurement.irt.item_fit",
    "person_fit": "sctoolkit.measurement.irt.person_fit",
    "icc": "sctoolkit.measurement.items.icc",
    "item_analysis": "sctoolkit.measurement.items.item_analysis",
    "reliability": "sctoolkit.measurement.items.reliability",
    "cross_lagged": "sctoolkit.measurement.panel.cross_lagged",
    "latent_change": "sctoolkit.measurement.panel.latent_change",
    "ecometrics": "sctoolkit.measurement.scores.ecometrics",
    "factor_scores": "sctoolkit.measurement.scores.factor_scores",
    "cfa": "sctoolkit.measurement.structure.confirm",
    "did": "sctoolkit.change.designs.did",
    "dose_response": "sctoolkit.change.designs.dose",
    "doubly_robust_did": "sctoolkit.change.designs.doubly_robust",
    "matched_comparison": "sctoolkit.change.designs.matched_comparison",
    "mediation": "sctoolkit.change.designs.mediation",
    "meta_perception": "sctoolkit.change.designs.meta_perception",
    "staggered_did": "sctoolkit.change.designs.staggered_did",
    "attrition": "sctoolkit.change.doubts.attrition",
    "honest_trends": "sctoolkit.change.doubts.honest_trends",
    "imputed_regress": "sctoolkit.change.doubts.imputation",
    "leave_one_out": "sctoolkit.change.doubts.leave_one_out",
    "adjust_family": "sctoolkit.change.doubts.multiplicity",
    "step_down": "sctoolkit.change.doubts.multiplicity",
    "placebo_outcomes": "sctoolkit.change.doubts.placebo",
    "placebo_periods": "sctoolkit.change.doubts.placebo",
    "sensitivity": "sctoolkit.change.doubts.sensitivity",
    "staying_weights": "sctoolkit.change.doubts.staying_weights",
    "agreement": "sctoolkit.change.models.agreement",
    "gee": "sctoolkit.change.models.gee",
    "its": "sctoolkit.change.models.its",
    "mixed": "sctoolkit.change.models.mixed",
    "robust_mixed": "sctoolkit.change.models.mixed_robust",
    "moderation": "sctoolkit.change.models.moderation",
    "ordinal": "sctoolkit.change.models.ordinal",
    "regress": "sctoolkit.change.models.regress",
    "accumulate": "sctoolkit.change.pooling.accumulation",
    "equivalence": "sctoolkit.change.pooling.equivalence",
    "plan": "sctoolkit.change.pooling.plan",
    "reliable_change": "sctoolkit.change.pooling.reliable_change",
    "shrunken_changes": "sctoolkit.change.pooling.shrunken_changes",
    "estimate_change": "sctoolkit.change.route.estimate_change",
    "then_test": "sctoolkit.change.route.then_test",
    "evaluate": "sctoolkit.evaluation.evaluate",
    "load_study": "sctoolkit.evaluation.study",
    "write_report": "sctoolkit.evaluation.write",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    try:
        home = _HOME[name]
    except KeyError:
        raise AttributeError(f"module 'sctoolkit' has no attribute '{name}'") from None
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOME]
