"""`sctoolkit irt DATA`: graded response model of a scale, its fit and information, and whether items favour a group."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sctoolkit.cli.data import item_options, read_items
from sctoolkit.cli.output import print_json, progress
from sctoolkit.errors import OptionError

if TYPE_CHECKING:
    import pandas as pd

    from sctoolkit.measurement.irt.grm_result import Grm

THETA = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)


@click.command()
@item_options
@click.option("--dif", "over", help="Column of groups: test whether items work differently in them.")
@click.option(
    "--method",
    type=click.Choice(["irt", "logistic", "mantel"]),
    default="irt",
    show_default=True,
    help="Of `--dif`: likelihood ratios of the model, ordinal regression, or Mantel's test.",
)
@click.option("--reference", help="Group of `--dif` that the others are compared with; the first in order without.")
@click.option("--anchors", help="Items known to work alike, a,b; found by purification without.")
@click.option("--weights", help="Column of sampling weights.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def irt(
    data: Path, instrument: str | None, scale: str | None, items: str | None, mapping: Path | None, ordered: bool,
    over: str | None, method: str, reference: str | None, anchors: str | None, weights: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Fit a graded response model to the items of DATA: how sharply and where each separates people.

    With --dif: also whether people of equal standing answer items differently by group.
    """
    _check(ordered, over, reference, anchors, weights)
    keep = tuple(name for name in (over, weights) if name is not None)
    table = read_items(data, instrument, scale, items, mapping, keep=keep)
    twice = [name for name in keep if list(table.columns).count(name) > 1]
    if twice:
        hint = "Leave it out of `--items`."
        raise OptionError(f"An item must not be group or weight too; `{twice[0]}` is both.", hint=hint)
    answers = table.drop(columns=list(keep))
    with progress() as say:
        say("Fitting the graded response model")
        parts = _model(answers, None if weights is None else table[weights].to_numpy())
        if over is not None:
            say("Testing the items one by one")
            parts["dif"] = _differences(answers.assign(**{over: table[over]}), over, method, reference, anchors)
    if as_json:
        print_json({name: _record(part) for name, part in parts.items()})
        return
    click.echo("\n\n".join(_text(part) for part in parts.values()))


def _check(ordered: bool, over: str | None, reference: str | None, anchors: str | None, weights: str | None) -> None:
    """Raise on options that do not go together."""
    if not ordered:
        raise OptionError(
            "A graded response model must have ordinal items, and `--continuous` says otherwise.",
            hint="`sctoolkit factors --continuous` explores continuous items.",
        )
    if over is None and (reference or anchors):
        given = "--reference" if reference else "--anchors"
        raise OptionError(f"`{given}` must come with `--dif COLUMN`.", hint="Name the column of the groups.")
    if over is not None and weights is not None:
        raise OptionError(
            "Tests of `--dif` must come without `--weights`: they count people.",
            hint="Run the weighted model and the tests one after the other.",
        )


def _model(answers: pd.DataFrame, weights: Any) -> dict[str, Any]:
    """The model, and from it item fit (people who answered everything, without weights) and information."""
    import numpy as np

    from sctoolkit.measurement.irt.grm import grm
    from sctoolkit.measurement.irt.item_fit import item_fit

    fit: Grm = grm(answers, weights=weights)
    parts: dict[str, Any] = {"grm": fit}
    if weights is None and int(answers.notna().all(axis=1).sum()) >= 2:
        parts["item_fit"] = item_fit(fit, answers)
    parts["information"] = fit.information(np.array(THETA))[["theta", "test", "std_error"]]
    return parts


def _differences(table: pd.DataFrame, over: str, method: str, reference: str | None, anchors: str | None) -> Any:
    """Differential functioning of every item over the groups."""
    from sctoolkit.measurement.irt.dif import dif

    named = [name.strip() for name in anchors.split(",")] if anchors else None
    return dif(table, over, method=method, reference=reference, anchors=named)  # type: ignore[arg-type]


def _record(part: Any) -> Any:
    """A part as it goes into JSON."""
    from sctoolkit.result import Result, frame_records

    return part.to_dict() if isinstance(part, Result) else frame_records(part)


def _text(part: Any) -> str:
    """A part as it is printed."""
    from sctoolkit.result import Result

    if isinstance(part, Result):
        return str(part)
    table = part.to_string(index=False, float_format=lambda value: f"{value:.2f}")
    return f"Information of the test, and the error of a score, by standing (theta)\n{table}"
