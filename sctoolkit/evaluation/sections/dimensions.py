"""How many things the items measure, and which item goes with which."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.steps.dimensions import Explored, advice, scales_of
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.dimensions import Dimensions, dimensions_section


def dimensions_drafts(evaluation: Evaluation) -> Iterator[Draft]:
    """Yield a section for each instrument whose items were explored."""
    several = len(evaluation.dimensions) > 1
    for found in evaluation.dimensions:
        yield dimensions_section(
            _found(evaluation, found),
            ordered=evaluation.study.plan.analysis.ordered,
            id=f"dimensions-{found.instrument}" if several else "dimensions",
            caveats=found.caveats,
        )


def _found(evaluation: Evaluation, found: Explored) -> Dimensions:
    answers = next(one for one in evaluation.answers if one.instrument.id == found.instrument)
    labels = {item.code: item.label for item in answers.instrument.items}
    scale = {
        code: answers.instrument.scale[name].label
        for name, codes in reversed(scales_of(evaluation.study, answers))
        for code in codes
    }
    number, factors = found.number, found.factors
    loadings = np.empty((0, 0)) if factors is None else factors.loadings
    order = np.argsort(np.abs(loadings).argmax(axis=0), kind="stable") if loadings.size else slice(None)
    items = () if factors is None else factors.items
    return Dimensions(
        n=found.n_people,
        wave=wave_name(found.wave),
        observed=() if number is None else number.eigenvalues.tolist(),
        random=() if number is None else number.null_components["permuted"].tolist(),
        advice=None if number is None else advice(number),
        items=[labels[code] for code in items],
        scales=[scale.get(code, "") for code in items],
        loadings=loadings[:, order].tolist() if loadings.size else (),
    )
