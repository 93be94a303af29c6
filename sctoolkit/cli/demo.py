"""`sctoolkit demo`: a folder with simulated data, and its report."""

from __future__ import annotations

from pathlib import Path

import click

from sctoolkit.cli.run import run_study


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("-o", "--out", "--output", type=click.Path(path_type=Path), help="Another way to name FOLDER.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=20260101,
    show_default=True,
    help="Another seed, other simulated people.",
)
def demo(folder: Path | None, out: Path | None, seed: int) -> None:
    """Write a folder with simulated data (no person gave these answers) and run its study.

    FOLDER is made where it does not exist; default: demo.
    """
    from sctoolkit.evaluation.demo import write_demo

    if folder is not None and out is not None:
        raise click.UsageError("Name the folder once, as FOLDER or with '--out'.")
    folder = folder or out or Path("demo")
    study = write_demo(folder, seed=seed)
    click.echo(f"SIMULATED data of a coproduction programme are in {folder}/; its plan is {study}.\n")
    run_study(study, folder / "out")
