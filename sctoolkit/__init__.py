"""Survey-based social capital: questionnaires, measurement, change, and what may be said of it.

Everything public is importable from here; a name is loaded when it is first used, so that the import itself
stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sctoolkit.change.designs.did import did
    from sctoolkit.change.designs.mediation import mediation
    from sctoolkit.change.designs.staggered_did import staggered_did
    from sctoolkit.change.doubts.attrition import attrition
    from sctoolkit.change.models.its import its
    from sctoolkit.change.models.mixed import mixed
    from sctoolkit.change.models.regress import regress
    from sctoolkit.change.pooling.equivalence import equivalence
    from sctoolkit.change.pooling.plan import plan
    from sctoolkit.change.pooling.reliable_change import reliable_change
    from sctoolkit.change.route.estimate_change import estimate_change
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
    from sctoolkit.programme.grim import grim
    from sctoolkit.scoring.describe import describe
    from sctoolkit.scoring.score import score
    from sctoolkit.survey.frame import from_frame
    from sctoolkit.survey.link import link
    from sctoolkit.survey.quality import check
    from sctoolkit.survey.read import read

_HOME: dict[str, str] = {
    "plan": "sctoolkit.change.pooling.plan",
    "attrition": "sctoolkit.change.doubts.attrition",
    "staggered_did": "sctoolkit.change.designs.staggered_did",
    "did": "sctoolkit.change.designs.did",
    "its": "sctoolkit.change.models.its",
    "mediation": "sctoolkit.change.designs.mediation",
    "reliable_change": "sctoolkit.change.pooling.reliable_change",
    "equivalence": "sctoolkit.change.pooling.equivalence",
    "estimate_change": "sctoolkit.change.route.estimate_change",
    "cfa": "sctoolkit.measurement.structure.confirm",
    "cross_lagged": "sctoolkit.measurement.panel.cross_lagged",
    "invariance": "sctoolkit.measurement.invariance.invariance",
    "alignment": "sctoolkit.measurement.invariance.alignment",
    "latent_change": "sctoolkit.measurement.panel.latent_change",
    "grim": "sctoolkit.programme.grim",
    "person_fit": "sctoolkit.measurement.irt.person_fit",
    "item_fit": "sctoolkit.measurement.irt.item_fit",
    "dif": "sctoolkit.measurement.irt.dif",
    "ecometrics": "sctoolkit.measurement.scores.ecometrics",
    "factor_scores": "sctoolkit.measurement.scores.factor_scores",
    "grm": "sctoolkit.measurement.irt.grm",
    "efa": "sctoolkit.measurement.exploration.factors",
    "icc": "sctoolkit.measurement.items.icc",
    "item_analysis": "sctoolkit.measurement.items.item_analysis",
    "n_factors": "sctoolkit.measurement.exploration.dimensions",
    "polychoric": "sctoolkit.measurement.exploration.polychoric",
    "reliability": "sctoolkit.measurement.items.reliability",
    "mixed": "sctoolkit.change.models.mixed",
    "from_frame": "sctoolkit.survey.frame",
    "read": "sctoolkit.survey.read",
    "check": "sctoolkit.survey.quality",
    "link": "sctoolkit.survey.link",
    "score": "sctoolkit.scoring.score",
    "describe": "sctoolkit.scoring.describe",
    "evaluate": "sctoolkit.evaluation.evaluate",
    "load_study": "sctoolkit.evaluation.study",
    "write_report": "sctoolkit.evaluation.write",
    "regress": "sctoolkit.change.models.regress",
    "list_instruments": "sctoolkit.instrument.find",
    "compare_instruments": "sctoolkit.instrument.compare",
    "theory_coverage": "sctoolkit.instrument.coverage",
    "load_instrument": "sctoolkit.instrument.library",
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
