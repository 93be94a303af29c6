"""`sctoolkit change DATA`: what changed between waves, the route before any number."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--outcome", required=True, help="Column of the score.")
@click.option("--unit", help="Column that links a respondent over waves; leave out when nobody can be linked.")
@click.option("--wave", required=True, help="Column of the wave.")
@click.option("--cluster", help="Column of the organisation.")
@click.option("--side", help="Column of the side: community, statutory, broker.")
@click.option("--group", help="Column of the comparison: two groups.")
@click.option("--treated", help="Label of the group that takes part.")
@click.option("--assignment", type=click.Choice(["randomised", "existing"]), help="How the comparison was formed.")
@click.option("--primary", type=click.Choice(["did", "ancova"]), help="Answer declared primary for two groups.")
@click.option("--weight", help="Column of weights.")
@click.option("--waves", help="Waves to use, in their order: 1,2,3.")
@click.option("--reliability", type=float, help="Reliability of the score before, for the corrected ANCOVA.")
@click.option("--false-match-rate", type=float, default=0.0, show_default=True, help="Share of links that are wrong.")
@click.option("--range", "scale_range", type=float, nargs=2, help="Ends of the scale: --range 1 5.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of bootstrap and permutation.")
@click.option("--route", "route_only", is_flag=True, help="Print the route and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def change(data: Path, waves: str | None, route_only: bool, as_json: bool, **options: Any) -> None:
    """Estimate what changed in DATA, a CSV or Excel file with one row a respondent and wave.

    The route comes first: what is estimated, how, on what it rests and what may be said. Then the estimates.
    """
    from sctoolkit.change.estimate_change import estimate_change, route_of
    from sctoolkit.cli.output import print_json
    from sctoolkit.result import jsonable

    frame = read_frame(data)
    options["scale_range"] = options["scale_range"] or None
    options["waves"] = [part.strip() for part in waves.split(",")] if waves else None
    route = route_of(frame, **options)
    if not as_json:
        click.echo(f"{route}\n")
    elif route_only:
        print_json(jsonable(route))
    if route_only:
        return
    result = estimate_change(frame, **options)
    if as_json:
        print_json(result.to_dict())
    else:
        click.echo(str(result))


def read_frame(path: Path) -> pd.DataFrame:
    """Return a CSV or Excel file as a frame.

    Raises
    ------
    ReadError
        If there is no file, or it is neither.
    """
    import pandas as pd

    from sctoolkit.errors import ReadError

    if not path.is_file():
        raise ReadError(f"No file `{path.name}` is there.", where=f"looked for {path}")
    try:
        if path.suffix.lower() in {".xlsx", ".xls", ".ods"}:
            return pd.read_excel(path, engine="calamine")
        return pd.read_csv(path, encoding="utf-8-sig", sep="\t" if path.suffix.lower() == ".tsv" else ",")
    except (ValueError, pd.errors.ParserError) as error:
        text = isinstance(error, UnicodeDecodeError)
        raise ReadError(
            f"`{path.name}` must be a CSV file in UTF-8 or an Excel file, with one header line.",
            where="the text is not UTF-8" if text else str(error).strip().splitlines()[0][:200],
            hint="Score other formats first: `sctoolkit run` reads what survey tools export.",
        ) from None
