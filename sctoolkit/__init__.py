"""Survey-based social capital: questionnaires, measurement, change, and what may be said of it.

Everything public is importable from here; a name is loaded when it is first used, so that the import itself
stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sctoolkit.change.attrition import attrition
    from sctoolkit.change.did import did
    from sctoolkit.change.estimate_change import estimate_change
    from sctoolkit.change.its import its
    from sctoolkit.change.mediation import mediation
    from sctoolkit.change.mixed import mixed
    from sctoolkit.change.plan import plan
    from sctoolkit.change.regress import regress
    from sctoolkit.change.reliable_change import reliable_change
    from sctoolkit.change.staggered_did import staggered_did
    from sctoolkit.evaluation.evaluate import evaluate
    from sctoolkit.evaluation.study import load_study
    from sctoolkit.evaluation.write import write_report
    from sctoolkit.instrument.compare import compare_instruments
    from sctoolkit.instrument.coverage import theory_coverage
    from sctoolkit.instrument.find import list_instruments
    from sctoolkit.instrument.library import load_instrument
    from sctoolkit.measurement.confirm import cfa
    from sctoolkit.measurement.cross_lagged import cross_lagged
    from sctoolkit.measurement.dif import dif
    from sctoolkit.measurement.dimensions import n_factors
    from sctoolkit.measurement.ecometrics import ecometrics
    from sctoolkit.measurement.factor_scores import factor_scores
    from sctoolkit.measurement.factors import efa
    from sctoolkit.measurement.grm import grm
    from sctoolkit.measurement.icc import icc
    from sctoolkit.measurement.invariance import invariance
    from sctoolkit.measurement.item_analysis import item_analysis
    from sctoolkit.measurement.item_fit import item_fit
    from sctoolkit.measurement.latent_change import latent_change
    from sctoolkit.measurement.person_fit import person_fit
    from sctoolkit.measurement.polychoric import polychoric
    from sctoolkit.measurement.reliability import reliability
    from sctoolkit.programme.grim import grim
    from sctoolkit.scoring.describe import describe
    from sctoolkit.scoring.score import score
    from sctoolkit.survey.frame import from_frame
    from sctoolkit.survey.link import link
    from sctoolkit.survey.quality import check
    from sctoolkit.survey.read import read

_HOME: dict[str, str] = {
    "plan": "sctoolkit.change.plan",
    "attrition": "sctoolkit.change.attrition",
    "staggered_did": "sctoolkit.change.staggered_did",
    "did": "sctoolkit.change.did",
    "its": "sctoolkit.change.its",
    "mediation": "sctoolkit.change.mediation",
    "reliable_change": "sctoolkit.change.reliable_change",
    "estimate_change": "sctoolkit.change.estimate_change",
    "cfa": "sctoolkit.measurement.confirm",
    "cross_lagged": "sctoolkit.measurement.cross_lagged",
    "invariance": "sctoolkit.measurement.invariance",
    "latent_change": "sctoolkit.measurement.latent_change",
    "grim": "sctoolkit.programme.grim",
    "person_fit": "sctoolkit.measurement.person_fit",
    "item_fit": "sctoolkit.measurement.item_fit",
    "dif": "sctoolkit.measurement.dif",
    "ecometrics": "sctoolkit.measurement.ecometrics",
    "factor_scores": "sctoolkit.measurement.factor_scores",
    "grm": "sctoolkit.measurement.grm",
    "efa": "sctoolkit.measurement.factors",
    "icc": "sctoolkit.measurement.icc",
    "item_analysis": "sctoolkit.measurement.item_analysis",
    "n_factors": "sctoolkit.measurement.dimensions",
    "polychoric": "sctoolkit.measurement.polychoric",
    "reliability": "sctoolkit.measurement.reliability",
    "mixed": "sctoolkit.change.mixed",
    "from_frame": "sctoolkit.survey.frame",
    "read": "sctoolkit.survey.read",
    "check": "sctoolkit.survey.quality",
    "link": "sctoolkit.survey.link",
    "score": "sctoolkit.scoring.score",
    "describe": "sctoolkit.scoring.describe",
    "evaluate": "sctoolkit.evaluation.evaluate",
    "load_study": "sctoolkit.evaluation.study",
    "write_report": "sctoolkit.evaluation.write",
    "regress": "sctoolkit.change.regress",
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
