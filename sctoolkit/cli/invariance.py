"""`sctoolkit invariance DATA`: do the items measure alike over groups, sides or waves."""

from __future__ import annotations

from pathlib import Path

import click

from sctoolkit.cli.data import item_options, read_items
from sctoolkit.cli.output import print_json, progress
from sctoolkit.errors import OptionError


@click.command()
@item_options
@click.option("--over", required=True, help="Column of the groups, sides or waves to compare.")
@click.option("--unit", help="Column of the respondent, where `--over` names waves of the same people.")
@click.option("--model", help="Model in syntax: `f =~ a + b + c`. One factor for all items without.")
@click.option("--collapse", is_flag=True, help="Join categories that a group does not use, and report it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def invariance(
    data: Path, instrument: str | None, scale: str | None, items: str | None, mapping: Path | None, ordered: bool,
    over: str, unit: str | None, model: str | None, collapse: bool, as_json: bool,
) -> None:  # fmt: skip
    """Test whether the items of DATA measure alike, level by level, and what drift does to the scores."""
    from sctoolkit.measurement.invariance.invariance import invariance as test

    table = read_items(data, instrument, scale, items, mapping, keep=(over, *((unit,) if unit else ())))
    names = [name for name in table.columns if name not in (over, unit)]
    twice = [name for name in (over, unit) if name is not None and list(table.columns).count(name) > 1]
    if twice:
        raise OptionError(
            f"An item must not be what is compared over; `{twice[0]}` is both.", hint="Leave it out of `--items`."
        )
    with progress() as say:
        say("Fitting the levels")
        result = test(
            table,
            model or f"{scale or 'factor'} =~ {' + '.join(names)}",
            ordered=ordered,
            group=None if unit else over,
            waves=over if unit else None,
            unit=unit,
            empty_categories="collapse" if collapse else "refuse",
        )
    if as_json:
        print_json(result.to_dict())
        return
    click.echo(str(result))
