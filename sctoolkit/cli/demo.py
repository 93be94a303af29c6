"""`sctoolkit demo`: a folder with simulated data, and its report."""

from __future__ import annotations

from pathlib import Path

import click

from sctoolkit.cli.run import run_study


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo"))
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=20260101,
    show_default=True,
    help="Another seed, other simulated people.",
)
def demo(folder: Path, seed: int) -> None:
    """Write a folder with simulated data (no person gave these answers) and run its study.

    FOLDER is made where it does not exist; default: demo.
    """
    from sctoolkit.evaluation.demo import write_demo

    study = write_demo(folder, seed=seed)
    click.echo(f"SIMULATED data of a coproduction programme are in {folder}/; its plan is {study}.\n")
    run_study(study, folder / "out")
