"""`sctoolkit reliability DATA`: alpha, omega and item statistics of one scale."""

from __future__ import annotations

from pathlib import Path

import click

from sctoolkit.cli.data import item_options, read_items
from sctoolkit.cli.output import print_json


@click.command()
@item_options
@click.option("--bootstrap", is_flag=True, help="Bootstrap intervals in place of delta intervals.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the bootstrap.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reliability(
    data: Path, instrument: str | None, scale: str | None, items: str | None, mapping: Path | None, ordered: bool,
    bootstrap: bool, seed: int, as_json: bool,
) -> None:  # fmt: skip
    """Reliability of a scale in DATA: alpha and omega with intervals, then its items one by one."""
    from sctoolkit.measurement.items.item_analysis import item_analysis
    from sctoolkit.measurement.items.reliability import reliability as estimate

    table = read_items(data, instrument, scale, items, mapping)
    result = estimate(table, ordered=ordered, ci="bootstrap" if bootstrap else "delta", seed=seed, on_reversed="caveat")
    statistics = item_analysis(table)
    if as_json:
        print_json({"reliability": result.to_dict(), "items": statistics.to_dict()})
        return
    click.echo(f"{result}\n\n{statistics}")
