"""What the design supports, and what weakens it."""

from __future__ import annotations

from sctoolkit.change.route.invariance_gate import ENOUGH
from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.sections.naming import outcome_caveats
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.what_may_be_said import Claim, what_may_be_said
from sctoolkit.result import Caveat

NOT_A_WEAKNESS = frozenset({"rows_left_out", "people_by_side"})


def claim_draft(evaluation: Evaluation) -> Draft:
    """Return the section on what may be said: the lowest rung among primary outcomes."""
    found = [finding for finding in evaluation.findings if finding.changes]
    primary = [finding for finding in found if finding.outcome.primary] or found
    routes = [change.route for finding in primary for _, change in finding.changes]
    told = [(f.outcome, [caveat for _, change in f.changes for caveat in change.caveats]) for f in primary]
    caveats = [caveat for caveat in outcome_caveats(told) if _weakens(caveat)]
    compared = any(finding.by_entry for finding in evaluation.findings)
    return what_may_be_said(
        Claim(
            rung=rung_of(evaluation),
            assumptions=tuple(dict.fromkeys(_sentence(route.assumption) for route in routes)),
            cannot=tuple(dict.fromkeys(_sentence(route.refused) for route in routes if route.refused)),
            linked=any(route.facts.linkage == "linked" for route in routes),
            compared_elsewhere=compared,
        ),
        caveats=caveats,
    )


def _weakens(caveat: Caveat) -> bool:
    """Whether a caveat is a weakness of the claim: a scale that kept its meaning is none."""
    if caveat.code == "measurement_invariance":
        return caveat.numbers["verdict"] not in ENOUGH
    return caveat.code not in NOT_A_WEAKNESS


def rung_of(evaluation: Evaluation) -> str:
    """Return the lowest rung among primary outcomes; L0 where nothing could be estimated."""
    rungs = [change.rung for f in evaluation.findings if f.outcome.primary for _, change in f.changes]
    return min(rungs, default="L0")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
