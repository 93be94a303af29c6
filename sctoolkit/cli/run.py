"""`sctoolkit run study.toml -o out/`: the main job."""

from __future__ import annotations

from pathlib import Path

import click

from sctoolkit.cli.output import print_json, progress


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder to write to; default: `out` beside the study.",
)
@click.option("--disclosure", help="Disclosure preset, in place of the study's own.")
@click.option("--json", "as_json", is_flag=True, help="Print the headline results as JSON.")
def run(study: Path, out: Path | None, disclosure: str | None, as_json: bool) -> None:
    """Run a study: read, audit, link, score, measure, estimate change, and write the report.

    STUDY is a study.toml, or the folder that holds one.
    """
    run_study(study, out, disclosure=disclosure, as_json=as_json)


def run_study(study: Path, out: Path | None, *, disclosure: str | None = None, as_json: bool = False) -> None:
    """Run a study and print what was found and where the report is."""
    from sctoolkit.disclosure.presets import get_preset
    from sctoolkit.evaluation.evaluate import evaluate
    from sctoolkit.evaluation.study import load_study
    from sctoolkit.evaluation.write import check_folder, write_report

    plan = load_study(study)
    if disclosure is not None:
        get_preset(disclosure)
    folder = out if out is not None else plan.folder / "out"
    check_folder(folder)
    with progress() as say:
        evaluation = evaluate(plan, progress=say)
        say("Writing the report")
        written = write_report(evaluation, folder, preset=disclosure)
    if as_json:
        print_json(written.results)
        return
    click.echo(written.summary)
    click.echo("")
    for path, meaning in written.files.items():
        click.echo(f"  {path}  {meaning}")
