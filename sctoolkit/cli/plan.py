"""`sctoolkit plan`: what change a design could find, before data are collected."""

from __future__ import annotations

import sys
from typing import Any

import click


@click.command()
@click.option("--people", "n_people", type=float, required=True, help="People in each organisation, or in all.")
@click.option(
    "--organisations", "n_organisations", type=int, help="Organisations; leave out when people are on their own."
)
@click.option("--compare", "comparison", type=click.Choice(["none", "organisations", "people"]), default="none",
              show_default=True, help="Who is compared with whom.")  # fmt: skip
@click.option(
    "--share-treated", type=float, default=0.5, show_default=True, help="Share of organisations that take part."
)
@click.option("--correlation", type=float, default=0.6, show_default=True, help="Correlation over the waves.")
@click.option("--icc", type=float, default=0.05, show_default=True, help="Share of variance between organisations.")
@click.option("--size-cv", type=float, default=0.0, show_default=True, help="Variation of organisations' sizes.")
@click.option("--linked", type=float, help="Share of people that can be linked, 0 to 1.")
@click.option("--months", type=float, help="Months between the waves; sets the share linked.")
@click.option("--attrition", type=float, default=0.0, show_default=True, help="Share lost at the last wave.")
@click.option("--categories", "n_categories", type=int, help="One item with so many ordered answers, not a scale.")
@click.option("--power", type=float, default=0.8, show_default=True, help="Power asked for.")
@click.option("--plausible", type=float, default=0.2, show_default=True, help="Largest change thought likely.")
@click.option("--simulate", "n_simulations", type=int, default=0, help="Simulated studies through the analysis itself.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the simulation.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def plan(as_json: bool, **options: Any) -> None:
    """Say what change a design could find, and whether to test at all."""
    from sctoolkit.change.pooling.plan import plan as work_out
    from sctoolkit.cli.output import print_json

    shows = options["n_simulations"] and sys.stderr.isatty()
    if not shows:
        result = work_out(**options)
    else:
        from rich.progress import Progress

        with Progress(transient=True) as bar:
            task = bar.add_task("Simulating studies", total=None)
            result = work_out(**options, progress=lambda done, total: bar.update(task, completed=done, total=total))
    if as_json:
        print_json(result.to_dict())
    else:
        click.echo(str(result))
