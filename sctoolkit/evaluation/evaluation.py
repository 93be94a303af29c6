"""What a study found: every result, outcome by outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from sctoolkit.change.designs.dose import Dose
from sctoolkit.change.designs.staggered_did import StaggeredDid
from sctoolkit.change.doubts.attrition import Attrition
from sctoolkit.change.doubts.multiplicity import Family
from sctoolkit.change.doubts.sensitivity import Sensitivity
from sctoolkit.change.pooling.equivalence import SizeTests
from sctoolkit.change.pooling.reliable_change import ReliableChange
from sctoolkit.change.route.estimate_change import Change
from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.programme import Programme
from sctoolkit.evaluation.steps.beliefs import Belief
from sctoolkit.evaluation.steps.dimensions import Explored
from sctoolkit.evaluation.steps.equity import GroupChanges
from sctoolkit.evaluation.steps.measure import Measurement
from sctoolkit.evaluation.steps.paths import AlongPath
from sctoolkit.evaluation.steps.places import Places
from sctoolkit.evaluation.steps.reciprocal import BothWays
from sctoolkit.evaluation.study import Study
from sctoolkit.measurement.panel.latent_change_result import LatentChange
from sctoolkit.result import Caveat, Provenance, Result, jsonable, tidy_frame
from sctoolkit.scoring.describe import Description


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is known of one outcome: means, how well it was measured, what changed.

    ``changes`` has one entry under an empty name; where groups are compared on two sides, one a side.
    """

    outcome: Outcome
    description: Description
    measurement: Measurement | None
    changes: tuple[tuple[str, Change], ...]
    sizes: tuple[tuple[str, SizeTests], ...]
    hidden_factors: tuple[tuple[str, Sensitivity], ...]
    persons: tuple[tuple[str, ReliableChange], ...]
    latent: tuple[tuple[str, LatentChange], ...]
    by_entry: tuple[tuple[str, StaggeredDid], ...]
    by_dose: Dose | None
    attrition: tuple[tuple[str, Attrition], ...]
    equity: tuple[GroupChanges, ...] = ()
    places: tuple[Places, ...] = ()
    caveats: tuple[Caveat, ...] = ()

    def groups_and_places(self) -> dict[str, Result | None]:
        """Return changes by group and what the scale says of organisations, each under a name of its own."""
        named: dict[str, Result | None] = {
            f"equity.{one.by}.{one.stratum.name or 'all'}": one.result for one in self.equity
        }
        return named | {f"places.{one.side or 'all'}": one.result for one in self.places}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation(Result):
    """All results of a study.

    Attributes
    ----------
    study : Study
        The plan.
    answers : tuple of Answers
        One an instrument.
    findings : tuple of Finding
        One an outcome, primary ones first.
    families : tuple of (str, Family)
        P-values adjusted over the outcomes that answer one question.
    programme : Programme
        Rates of return, exposures and times of entry, where the study has roster and logs.
    beliefs : tuple of Belief
        What each side thinks the other thinks, one a mirrored question.
    dimensions : tuple of Explored
        How many things the items measure, one an instrument.
    paths : tuple of AlongPath
        Paths that the plan names, side by side.
    reciprocal : tuple of BothWays
        Which of two scales follows the other, side by side.
    """

    study: Study
    answers: tuple[Answers, ...]
    findings: tuple[Finding, ...]
    families: tuple[tuple[str, Family], ...]
    programme: Programme
    beliefs: tuple[Belief, ...] = ()
    dimensions: tuple[Explored, ...] = ()
    paths: tuple[AlongPath, ...] = ()
    reciprocal: tuple[BothWays, ...] = ()
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def parts(self) -> dict[str, Result]:
        """Return every result under a name of its own."""
        named: dict[str, Result | None] = {"returns": self.programme.returns, "exposures": self.programme.exposures}
        named |= {f"families.{name}": family for name, family in self.families}
        for answers in self.answers:
            prefix = answers.instrument.id
            named |= {f"{prefix}.quality": answers.quality, f"{prefix}.linkage": answers.linkage}
        named |= {f"{one.instrument}.beliefs.{one.name}": one.result for one in self.beliefs}
        for path in self.paths:
            steps = f"{path.plan.start}-{path.plan.through}-{path.plan.to}"
            named |= {f"{path.instrument}.path.{steps}.{path.side or 'all'}": path.result}
        named |= {f"{both.instrument}.reciprocal.{both.side or 'all'}": both.result for both in self.reciprocal}
        for one in self.dimensions:
            named |= {f"{one.instrument}.n_factors": one.number, f"{one.instrument}.factors": one.factors}
        for finding in self.findings:
            prefix = f"{finding.outcome.instrument}.{finding.outcome.name}"
            named |= {f"{prefix}.{name}": part for name, part in finding.groups_and_places().items()}
            named |= {
                f"{prefix}.description": finding.description,
                **{_named(f"{prefix}.change", side): result for side, result in finding.changes},
                **{_named(f"{prefix}.size", side): result for side, result in finding.sizes},
                **{_named(f"{prefix}.hidden_factor", side): result for side, result in finding.hidden_factors},
                **{f"{prefix}.persons.{side or 'all'}": result for side, result in finding.persons},
                **{f"{prefix}.latent.{side or 'all'}": result for side, result in finding.latent},
                **{f"{prefix}.by_entry.{side or 'all'}": result for side, result in finding.by_entry},
                f"{prefix}.by_dose": finding.by_dose,
                **{f"{prefix}.attrition.{side or 'all'}": result for side, result in finding.attrition},
            }
            if finding.measurement is not None:
                named |= {f"{prefix}.{name}": part for name, part in finding.measurement.parts().items()}
        return {name: result for name, result in named.items() if result is not None}

    def tidy(self) -> pd.DataFrame:
        """Return the estimates of change of all outcomes, one row an estimate."""
        rows: list[dict[str, Any]] = []
        for finding in self.findings:
            for side, change in finding.changes:
                told = {"scale": finding.outcome.name, **({"side": side} if side else {})}
                rows += [{**estimate.row(), **told} for estimate in change.estimates]
        return tidy_frame(rows)

    def glance(self) -> pd.DataFrame:
        """Return one row: rows, respondents, outcomes and the lowest rung among primary outcomes."""
        rungs = [change.rung for f in self.findings if f.outcome.primary for _, change in f.changes]
        people = {name for answers in self.answers for name in answers.responses.roles.get("respondent", ()) if name}
        row = {"n_obs": self.provenance.n_used, "n_respondents": len(people), "n_outcomes": len(self.findings)}
        return pd.DataFrame([{**row, "rung": min(rungs, default=None)}])

    def to_dict(self) -> dict[str, Any]:
        """Return all results, JSON-safe and unrounded; not disclosure-controlled."""
        record = {name: part.to_dict() for name, part in self.parts().items()}
        return {"schema": 1, "study": self.study.title, "provenance": jsonable(self.provenance), "results": record}


def _named(name: str, side: str) -> str:
    """Name of a result, with its side where it is of one side."""
    return f"{name}.{side}" if side else name
