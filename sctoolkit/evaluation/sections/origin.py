"""What the report was made from."""

from __future__ import annotations

from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.study import pair_of
from sctoolkit.report.sections.provenance import Origin


def origin(evaluation: Evaluation) -> Origin:
    """Return what the report was made from."""
    plan = evaluation.study.plan
    instruments = evaluation.study.instruments
    options = {
        "Waves compared": " and ".join(map(wave_name, pair_of(evaluation.study, evaluation.answers[0].responses))),
        "Items": "ordinal" if plan.analysis.ordered else "continuous",
        "Intervals": f"{plan.analysis.ci_level:.0%}",
        "Comparison": plan.analysis.comparison,
    }
    if plan.analysis.assignment != "none":
        options["How groups came about"] = plan.analysis.assignment
    return Origin(
        inputs=dict(evaluation.provenance.inputs),
        instrument="; ".join(f"{instrument.name} {instrument.version}" for instrument in instruments),
        instrument_status=", ".join(dict.fromkeys(instrument.status for instrument in instruments)),
        options=options,
        seed=plan.analysis.seed,
        citation="; ".join(source.citation for instrument in instruments for source in instrument.source[:1]),
    )
