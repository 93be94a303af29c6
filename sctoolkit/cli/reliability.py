"""`sctoolkit reliability DATA`: alpha, omega and item statistics of one scale."""

from __future__ import annotations

from pathlib import Path

import click

from sctoolkit.cli.data import item_options, read_items
from sctoolkit.cli.output import print_json, progress
from sctoolkit.errors import OptionError


@click.command()
@item_options
@click.option("--bootstrap", is_flag=True, help="Bootstrap intervals in place of delta intervals.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the bootstrap.")
@click.option("--weights", help="Column of sampling weights.")
@click.option("--cluster", help="Column of the sampling cluster: village, organisation.")
@click.option("--group-factors", type=click.IntRange(min=2), help="Group factors, for omega hierarchical.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reliability(
    data: Path, instrument: str | None, scale: str | None, items: str | None, mapping: Path | None, ordered: bool,
    bootstrap: bool, seed: int, weights: str | None, cluster: str | None, group_factors: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Reliability of a scale in DATA: alpha and omega with intervals, then its items one by one."""
    from sctoolkit.measurement.items.item_analysis import item_analysis
    from sctoolkit.measurement.items.reliability import reliability as estimate

    keep = tuple(dict.fromkeys(name for name in (weights, cluster) if name is not None))
    table = read_items(data, instrument, scale, items, mapping, keep=keep)
    twice = [name for name in keep if list(table.columns).count(name) > 1]
    if twice:
        hint = "Leave it out of `--items`."
        raise OptionError(f"An item must not be weight or cluster too; `{twice[0]}` is both.", hint=hint)
    with progress() as say:
        say("Estimating reliability")
        result = estimate(
            table, ordered=ordered, ci="bootstrap" if bootstrap else "delta", seed=seed, on_reversed="caveat",
            weights=weights, cluster=cluster, group_factors=group_factors,
        )  # fmt: skip
        statistics = item_analysis(table, weights=weights, cluster=cluster)
    if as_json:
        print_json({"reliability": result.to_dict(), "items": statistics.to_dict()})
        return
    click.echo(f"{result}\n\n{statistics}")
