"""`sctoolkit init DATA...`: a first study file, from the files that there are."""

from __future__ import annotations

from pathlib import Path

import click

from sctoolkit.cli.data import each_once


@click.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-i", "--instrument", help="Questionnaire; found by the columns without.")
@click.option("-o", "--out", default="study.toml", show_default=True, type=click.Path(path_type=Path), help="File.")
@click.option("--force", is_flag=True, help="Write over a study file that is there.")
def init(data: tuple[Path, ...], instrument: str | None, out: Path, force: bool) -> None:
    """Write a first study file for DATA, one file a wave in the order given.

    Look it over before you run it: a plan is written before the data are seen.
    """
    from sctoolkit.errors import WriteError
    from sctoolkit.evaluation.draft import draft_study
    from sctoolkit.evaluation.write import write_whole

    each_once(data)
    if out.exists() and not force:
        raise WriteError(
            f"`{out}` must not exist yet, and it does.", hint="Name another file with `-o`, or use `--force`."
        )
    drafted = draft_study(data, instrument=instrument, folder=out.resolve().parent)
    write_whole(out, drafted.text)
    for line in drafted.noticed:
        click.echo(f"  {line}")
    click.echo(f"\nWrote {out}. Look it over, then: sctoolkit run {out}")
