"""`sctoolkit score DATA`: scores of a questionnaire, and what was not scored and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sctoolkit.cli.columns import terminal_width, text_table
from sctoolkit.cli.data import answer_options, read_answers
from sctoolkit.cli.output import print_json

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores


@click.command()
@answer_options
@click.option("-o", "--out", type=click.Path(path_type=Path), help="CSV file for the scores, one row a row of DATA.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def score(
    data: Path, instrument: str | None, out: Path | None, mapping: Path | None, layout: str | None, as_json: bool,
    **roles: str | None,
) -> None:  # fmt: skip
    """Score the answers in DATA (CSV, Excel, SPSS, Stata; Kobo, REDCap, Qualtrics and other exports)."""
    from sctoolkit.scoring.score import score as score_responses

    responses = read_answers(data, instrument, mapping, layout, roles)
    scores = score_responses(responses)
    if out is not None:
        from sctoolkit.evaluation.write import write_whole

        write_whole(out, scores.frame().to_csv(index=False, lineterminator="\n"))
    rows = list(_rows(scores))
    if as_json:
        print_json({"instrument": scores.instrument.id, "scales": rows, "caveats": [str(c) for c in scores.caveats]})
        return
    click.echo(f"{responses.provenance.options.get('detected', data.name)} {scores.instrument.name}.\n")
    click.echo(text_table(list(rows[0]), [list(_written(row)) for row in rows], terminal_width()))
    for caveat in scores.caveats:
        click.echo(f"! {caveat}")
    if out is not None:
        click.echo(f"\nWrote {out}: one row a person, not to be shared.")


def _rows(scores: Scores) -> Any:
    """One record a scale: how many were scored and not, with the reasons, and where the scores lie."""
    import numpy as np

    from sctoolkit.scoring.scores import SCORE_REASONS

    for place, name in enumerate(scores.scales):
        scale = scores.instrument.scale[name]
        values = scores.values[:, place]
        values = values[np.isfinite(values)]
        counts = np.bincount(scores.reasons[:, place], minlength=len(SCORE_REASONS))
        reasons = {reason: int(n) for reason, n in zip(SCORE_REASONS, counts, strict=True) if n and reason != "scored"}
        yield {
            "scale": name,
            "label": scale.label,
            "items": len(scale.items),
            "scored": int(counts[0]),
            "not scored": reasons,
            "mean": float(values.mean()) if len(values) else float("nan"),
            "sd": float(values.std(ddof=1)) if len(values) > 1 else float("nan"),
            "range": list(scale.range) if scale.range else None,
        }


def _written(row: dict[str, Any]) -> Any:
    """The cells of a record as text."""
    for value in row.values():
        if isinstance(value, float):
            yield f"{value:.2f}"
        elif isinstance(value, dict):
            yield "; ".join(f"{n} {reason.replace('_', ' ')}" for reason, n in value.items())
        elif isinstance(value, list):
            yield f"{value[0]:g} to {value[1]:g}"
        else:
            yield value
