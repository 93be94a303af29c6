"""`sctoolkit factors DATA`: how many factors, and which items go together."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sctoolkit.cli.data import item_options, read_items
from sctoolkit.cli.output import print_json, progress

if TYPE_CHECKING:
    from sctoolkit.measurement.exploration.dimensions_result import FactorNumber
    from sctoolkit.options import Correlation


@click.command()
@item_options
@click.option(
    "-n", "--n-factors", type=click.IntRange(min=1), help="Factors to extract; what the criteria say without."
)
@click.option("--rotation", default="oblimin", show_default=True, help="Rotation of the loadings.")
@click.option("--iterations", default=200, show_default=True, help="Simulated data sets of the parallel analysis.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of simulations and starts."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def factors(
    data: Path, instrument: str | None, scale: str | None, items: str | None, mapping: Path | None, ordered: bool,
    n_factors: int | None, rotation: str, iterations: int, seed: int, as_json: bool,
) -> None:  # fmt: skip
    """Explore the items of DATA: criteria for the number of factors, then rotated loadings."""
    from sctoolkit.measurement.exploration.dimensions import n_factors as criteria
    from sctoolkit.measurement.exploration.factors import efa

    table = read_items(data, instrument, scale, items, mapping)
    correlation: Correlation = "polychoric" if ordered else "pearson"
    with progress() as say:
        say("Comparing eigenvalues with simulated data")
        numbers = criteria(table, correlation=correlation, n_iterations=iterations, seed=seed)
        say("Extracting and rotating factors")
        wanted = n_factors or _most_said(numbers)
        solution = efa(table, wanted, correlation=correlation, rotation=rotation, seed=seed)  # type: ignore[arg-type]
    if as_json:
        print_json({"n_factors": numbers.to_dict(), "efa": solution.to_dict()})
        return
    said = "as asked" if n_factors else "as most rules say"
    click.echo(f"{numbers}\n\n{wanted} factor{'s' * (wanted != 1)}, {said}.\n{solution}")


def _most_said(numbers: FactorNumber) -> int:
    """The number that most rules suggest, the smaller one of a tie; at least 1."""
    said = Counter(entry.n_factors for entry in numbers.suggestions.values())
    return max(1, min(said, key=lambda number: (-said[number], number))) if said else 1
