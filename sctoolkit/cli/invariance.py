"""`sctoolkit invariance DATA`: do the items measure alike over groups, sides or waves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sctoolkit.cli.data import item_options, read_items
from sctoolkit.cli.output import print_json, progress
from sctoolkit.errors import OptionError

if TYPE_CHECKING:
    from sctoolkit.result import Result


@click.command()
@item_options
@click.option("--over", required=True, help="Column of the groups, sides or waves to compare.")
@click.option("--unit", help="Column of the respondent, where `--over` names waves of the same people.")
@click.option("--model", help="Model in syntax: `f =~ a + b + c`. One factor for all items without.")
@click.option(
    "--method",
    type=click.Choice(["levels", "alignment"]),
    default="levels",
    show_default=True,
    help="Levels of equality one by one, or alignment, which gives the means of many groups.",
)
@click.option("--free", multiple=True, help="Parameter that may differ, `f =~ a` or `a ~ 1`; repeat for more.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the alignment's starts and draws.")
@click.option("--collapse", is_flag=True, help="Join categories that a group does not use, and report it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def invariance(
    data: Path, instrument: str | None, scale: str | None, items: str | None, mapping: Path | None, ordered: bool,
    over: str, unit: str | None, model: str | None, method: str, free: tuple[str, ...], seed: int, collapse: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Test whether the items of DATA measure alike, level by level, and what drift does to the scores.

    With --method alignment: the means of many groups where a few items differ in a few of them.
    """
    table = read_items(data, instrument, scale, items, mapping, keep=(over, *((unit,) if unit else ())))
    names = [name for name in table.columns if name not in (over, unit)]
    twice = [name for name in (over, unit) if name is not None and list(table.columns).count(name) > 1]
    if twice:
        raise OptionError(
            f"An item must not be what is compared over; `{twice[0]}` is both.", hint="Leave it out of `--items`."
        )
    if free and method == "alignment":
        raise OptionError("`--free` must come with `--method levels`.", hint="Alignment finds what differs by itself.")
    text = model or f"{scale or 'factor'} =~ {' + '.join(names)}"
    options: dict[str, Any] = {
        "ordered": ordered, "group": None if unit else over, "waves": over if unit else None, "unit": unit,
        "empty_categories": "collapse" if collapse else "refuse",
    }  # fmt: skip
    result = _aligned(table, text, seed, options) if method == "alignment" else _levels(table, text, free, options)
    if as_json:
        print_json(result.to_dict())
        return
    click.echo(str(result))


def _levels(table: Any, text: str, free: tuple[str, ...], options: dict[str, Any]) -> Result:
    """Return the ladder of levels."""
    from sctoolkit.measurement.invariance.invariance import invariance as test

    with progress() as say:
        say("Fitting the levels")
        return test(table, text, partial=free, **options)


def _aligned(table: Any, text: str, seed: int, options: dict[str, Any]) -> Result:
    """Return the alignment of the groups."""
    from sctoolkit.measurement.invariance.alignment import alignment

    with progress() as say:
        say("Aligning the groups")
        return alignment(table, text, seed=seed, **options)
