"""Data, sample statistics and model of all groups and waves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sctoolkit.measurement.invariance.invariance_fit import Setup
from sctoolkit.measurement.invariance.wave_model import Waves, wave_model
from sctoolkit.measurement.structure.confirm import analysis_frame, draw_sample, items_with_roles
from sctoolkit.measurement.structure.model_data import model_data
from sctoolkit.measurement.structure.model_syntax import Syntax
from sctoolkit.result import Provenance

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses


def prepare(
    data: pd.DataFrame | Scores | Responses,
    syntax: Syntax,
    ordered: bool,
    estimator: str,
    group: str | None,
    waves: Waves | None,
    unit: str | None,
    weights: str | None,
    cluster: str | None,
    missing: str,
    convention: str,
    empty_categories: str,
    scale: str | None,
    options: dict[str, object],
    analysis: str = "measurement invariance",
) -> Setup:
    """Return data, sample statistics and the model of all blocks."""
    others = [name for name in (group, weights, cluster) if name is not None]
    wide = syntax
    occasion: dict[str, tuple[str, int]] = {}
    labels: tuple[str, ...] = ()
    if waves is None:
        frame = analysis_frame(data, syntax, others, scale)
    else:
        joined = wave_model(_raw_frame(data, scale), syntax, waves, unit=unit, others=others)
        frame, wide, occasion, labels = joined.frame, joined.syntax, joined.occasion, joined.labels
        frame = analysis_frame(frame, wide, others, None)
    prepared = model_data(
        frame,
        wide.variables,
        ordered=wide.variables if ordered else (),
        group=group,
        weights=weights,
        cluster=cluster,
        missing=missing,
        empty_categories=empty_categories,
        same_item={name: base for name, (base, _) in occasion.items()},
    )
    return Setup(
        base=syntax,
        syntax=wide,
        data=prepared,
        sample=draw_sample(prepared, ordered, estimator),
        ordered=ordered,
        estimator=estimator,
        convention=convention,
        occasion=occasion,
        waves=labels,
        provenance=Provenance(
            analysis=analysis,
            scale=scale,
            waves=labels,
            n_in=len(frame),
            n_used=sum(prepared.n),
            missing_rule=missing,
            options=options,
        ),
    )


def _raw_frame(data: pd.DataFrame | Scores | Responses, scale: str | None) -> pd.DataFrame:
    """Return the caller's frame, or keyed items beside the roles of responses."""
    if isinstance(data, pd.DataFrame):
        return data.set_axis([str(name) for name in data.columns], axis=1)
    return items_with_roles(data, scale)
