"""How many things the items of an instrument measure, and which item goes with which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from sctoolkit.evaluation.answers import Answers
from sctoolkit.evaluation.steps.attempt import attempt
from sctoolkit.evaluation.study import Study, pair_of
from sctoolkit.measurement.exploration.dimensions import n_factors
from sctoolkit.measurement.exploration.dimensions_result import FactorNumber
from sctoolkit.measurement.exploration.factors import efa
from sctoolkit.measurement.exploration.factors_result import Factors
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.options import Correlation
from sctoolkit.result import Caveat

FEWEST_PEOPLE = 100
FEWEST_ITEMS = 6
PARALLEL = "parallel, components, permuted"
RULES: Mapping[str, str] = {
    PARALLEL: "Parallel analysis, answers shuffled",
    "MAP": "Velicer's MAP",
    "EKC": "Empirical Kaiser criterion",
    "Hull": "Hull method",
}
"""How the name of a rule that is shown begins -> its name in a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """Number of factors and loadings of one instrument's items at one wave; without a result, why."""

    instrument: str
    wave: str
    n_people: int
    number: FactorNumber | None
    factors: Factors | None
    caveats: tuple[Caveat, ...] = ()


def explored(study: Study, answers: Answers) -> Explored | None:
    """Explore the items of all reported scales at the first compared wave; None for few people or few items."""
    plan = study.plan.analysis
    wave = pair_of(study, answers.responses)[0]
    items = items_of(study, answers)[(answers.frame["wave"] == wave).to_numpy()]
    items = items[items.notna().any(axis=1)]
    if not plan.iterations or items.shape[1] < FEWEST_ITEMS or len(items) < FEWEST_PEOPLE:
        return None
    correlation: Correlation = "polychoric" if plan.ordered else "pearson"
    caveats: list[Caveat] = []
    label = answers.instrument.name
    ask = partial(
        n_factors,
        items,
        correlation=correlation,
        missing="pairwise" if plan.ordered else "listwise",
        n_iterations=plan.iterations,
        seed=plan.seed,
    )
    number = attempt(ask, "number of dimensions", label, caveats)
    factors = None
    if number is not None and advised(number) > 0:
        fit = partial(
            efa,
            items,
            advised(number),
            correlation=correlation,
            missing="pairwise" if plan.ordered else "listwise",
            seed=plan.seed,
        )
        factors = attempt(fit, "exploratory factors", label, caveats)
    return Explored(
        instrument=answers.instrument.id,
        wave=wave,
        n_people=len(items) if number is None else int(number.provenance.n_used or 0),
        number=number,
        factors=factors,
        caveats=tuple(caveats),
    )


def items_of(study: Study, answers: Answers) -> pd.DataFrame:
    """Return the keyed items of all reported scales that are means or sums, each item once."""
    parts: list[pd.DataFrame] = []
    taken: set[str] = set()
    for name, codes in scales_of(study, answers):
        own = keyed_items(answers.scores, name)
        parts.append(own[[code for code in own.columns if code in codes and code not in taken]])
        taken |= set(codes)
    return pd.concat(parts, axis=1) if parts else pd.DataFrame(index=answers.frame.index)


def scales_of(study: Study, answers: Answers) -> Sequence[tuple[str, tuple[str, ...]]]:
    """Return the reported scales that are means or sums, with those of their items that the data have."""
    instrument, present = answers.instrument, set(answers.responses.items)
    found = []
    for name in study.outcome_scales(instrument):
        codes = tuple(code for code in instrument.scale[name].items if code in present)
        if instrument.scale[name].rule in ("mean", "sum") and codes:
            found.append((name, codes))
    return found


def advice(number: FactorNumber) -> dict[str, int]:
    """Return the number of factors that each of the rules shown advises; of several forms of a rule the first."""
    found = {}
    for begins, name in RULES.items():
        terms = [term for term in number.suggestions if term.startswith(begins)]
        if terms:
            found[name] = number.suggestions[terms[0]].n_factors
    return found


def advised(number: FactorNumber) -> int:
    """Return the number that most of the rules shown advise; where they are tied, that of parallel analysis.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> rules = {PARALLEL: 3, "MAP": 2, "EKC": 3, "Hull": 1}
    >>> advised(SimpleNamespace(suggestions={rule: SimpleNamespace(n_factors=n) for rule, n in rules.items()}))
    3
    """
    counts = Counter(advice(number).values())
    most = max(counts.values())
    own = number.suggestions[PARALLEL].n_factors
    return own if counts[own] == most else max(value for value, times in counts.items() if times == most)
