"""Several outcomes, one question: p-values adjusted within the family of primary outcomes, and within the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from sctoolkit.change.doubts.multiplicity import Family, adjust_family
from sctoolkit.change.route.told import Told
from sctoolkit.evaluation.evaluation import Finding
from sctoolkit.evaluation.outcome import Outcome
from sctoolkit.evaluation.steps.told import told_of


def families(findings: Iterable[Finding]) -> Iterator[tuple[str, Family]]:
    """Yield families by name: one a question (a side's own change, the gap), primary outcomes apart from the others.

    Primary outcomes are adjusted by Holm, the others, which explore, by Benjamini and Hochberg; one test alone is not
    adjusted.
    """
    tests: dict[str, list[dict[str, object]]] = {}
    for finding in findings:
        for one in told_of(finding):
            if np.isfinite(one.estimate.p_value):
                row = {"term": finding.outcome.key, "estimate": one.estimate.estimate, "p_value": one.estimate.p_value}
                tests.setdefault(_name(finding.outcome, one), []).append(row)
    for name, rows in tests.items():
        if len(rows) > 1:
            yield name, adjust_family(pd.DataFrame(rows), method="holm" if name.startswith("primary") else "bh")


def adjusted_p(found: Iterable[tuple[str, Family]], outcome: Outcome, one: Told) -> float:
    """Return the adjusted p-value of a told change; nan where it has none or stands alone."""
    family = dict(found).get(_name(outcome, one))
    if family is None or outcome.key not in family.terms:
        return float("nan")
    return float(family.adjusted[family.terms.index(outcome.key)])


def _name(outcome: Outcome, one: Told) -> str:
    """Name of the family that a told change belongs to."""
    about = {"gap": "gap between the sides", "groups": "difference between the groups"}.get(one.about, one.group)
    question = ", ".join(part for part in (one.side, about) if part) or "change"
    return f"{'primary' if outcome.primary else 'other'} outcomes, {question}"
