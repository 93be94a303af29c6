"""`sctoolkit theory coverage`: which parts of the theory a study can test, and which it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sctoolkit.cli.columns import terminal_width, text_table
from sctoolkit.cli.output import print_json

if TYPE_CHECKING:
    from sctoolkit.evaluation.study import Study
    from sctoolkit.instrument.coverage import Coverage


@click.group()
def theory() -> None:
    """What the theory of coproduction claims, and what a study can test of it."""


@theory.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option("--waves", type=click.IntRange(min=1), help="Number of waves, in place of what the study file says.")
@click.option("--json", "as_json", is_flag=True, help="Print the tables as JSON.")
def coverage(study: Path, waves: int | None, as_json: bool) -> None:
    """Say which nodes and arrows of the theory a study can test with its instruments and logs, which not, and why.

    STUDY is a study.toml, or the folder that holds one.
    """
    from sctoolkit.evaluation.study import load_study
    from sctoolkit.instrument.coverage import theory_coverage

    plan = load_study(study)
    planned, source = (waves, "as given") if waves is not None else planned_waves(plan)
    covered = theory_coverage(plan.instruments, waves=planned, sides=planned_sides(plan), logs=planned_logs(plan))
    if as_json:
        print_json(
            {
                "instruments": covered.instruments,
                "waves": covered.waves,
                "sides": covered.sides,
                "logs": covered.logs,
                "nodes": covered.nodes().to_dict("records"),
                "arrows": covered.arrows().to_dict("records"),
            }
        )
        return
    _print(plan, covered, source)


def planned_waves(study: Study) -> tuple[int, str]:
    """Return how many waves a study has, and where that is known from."""
    plan = study.plan
    if plan.analysis.waves:
        return len(plan.analysis.waves), "from `analysis.waves`"
    named = {entry.wave for entry in plan.file if entry.wave is not None}
    if named:
        return len(named), "from the files' waves"
    if plan.columns.wave is not None:
        return _waves_in_data(study), f"from column `{plan.columns.wave}`"
    return 1, "no wave is named"


def _waves_in_data(study: Study) -> int:
    from sctoolkit.survey.read import read

    plan, seen = study.plan, set[str]()
    for entry in plan.file:
        responses = read(
            study.path(entry.path),
            study.instruments[0],
            format=entry.format,
            sheet=entry.sheet,
            columns={**plan.columns.roles(), **plan.columns.items},
            missing_codes=plan.missing_codes,
            answers=plan.answers,
        )
        seen |= {wave for wave in responses.waves() if wave != ""}
    return max(1, len(seen))


def planned_sides(study: Study) -> tuple[str, ...]:
    """Return the sides that the files name, else those of the instruments where a column tells them apart."""
    named = dict.fromkeys(entry.side for entry in study.plan.file if entry.side is not None)
    if named or study.plan.columns.side is None:
        return tuple(named)
    return tuple(dict.fromkeys(side for instrument in study.instruments for side in instrument.instrument.sides))


def planned_logs(study: Study) -> tuple[str, ...]:
    """Return the names of the programme's tables that the study file has."""
    from sctoolkit.instrument.theory import LOGS

    return tuple(name for name, path in study.plan.logs.model_dump().items() if path is not None and name in LOGS)


def _print(study: Study, covered: Coverage, source: str) -> None:
    width = terminal_width()
    click.echo(study.title)
    click.echo(
        f"{', '.join(covered.instruments)}; {covered.waves} {'wave' if covered.waves == 1 else 'waves'} ({source}); "
        f"sides: {', '.join(covered.sides) or 'not told apart'}; logs: {', '.join(covered.logs) or 'none'}\n"
    )
    nodes = [
        (row["id"], row["node"], row["verdict"], row["by"], row["why"]) for row in covered.nodes().to_dict("records")
    ]
    click.echo(text_table(("", "node", "verdict", "by", "why, or what would"), nodes, width))
    arrows = [
        (_arrow_text(entry.arrow.source, entry.arrow.to), entry.arrow.sign, entry.verdict, entry.why)
        for entry in covered.arrow
    ]
    click.echo("\n" + text_table(("arrow", "sign", "verdict", "why"), arrows, width))
    counts = covered.arrows()["verdict"].value_counts()
    click.echo("\n" + f"Arrows: {', '.join(f'{count} {verdict}' for verdict, count in counts.items())}.")


def _arrow_text(cause: str, effect: str) -> str:
    return f"{cause} on {effect}" if "->" in effect else f"{cause} -> {effect}"
