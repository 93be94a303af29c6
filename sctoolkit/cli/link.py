"""`sctoolkit link DATA...`: the same people in several waves, by a number or a self-generated code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sctoolkit.cli.columns import terminal_width, text_table
from sctoolkit.cli.data import each_once
from sctoolkit.cli.output import print_json

if TYPE_CHECKING:
    from sctoolkit.survey.linkage import Linkage


@click.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--key", required=True, help="Column of the number or code; several columns of one code: a,b,c.")
@click.option("-i", "--instrument", help="Questionnaire: an id of the library or a file; found by its columns without.")
@click.option("--wave", help="Column of the wave; without it, each file is a wave, in their order.")
@click.option("--tolerance", type=click.IntRange(0, 2), default=1, show_default=True, help="Slips in a code.")
@click.option("--block", help="Column, such as the site, outside of which nobody is linked.")
@click.option("--stable", help="Columns that do not change, such as birth year: a,b.")
@click.option("--map", "mapping", type=click.Path(path_type=Path), help="Mapping file for columns and words.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="CSV file for who is who, one row a row.")
@click.option("--review", type=click.Path(path_type=Path), help="CSV file for the pairs that a human must decide.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def link(
    data: tuple[Path, ...], key: str, instrument: str | None, wave: str | None, tolerance: int, block: str | None,
    stable: str | None, mapping: Path | None, out: Path | None, review: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Find the same people in the waves of DATA: one file a wave, or one file with a column of waves."""
    from sctoolkit.survey.link import link as link_waves
    from sctoolkit.survey.read import read

    each_once(data)
    parts, facts = _names(key), _names(stable)
    kept = list(dict.fromkeys([*(parts if len(parts) == 1 else []), *([block] if block else []), *facts]))
    columns = {"respondent": parts} if len(parts) > 1 else {}
    columns |= {"wave": [wave]} if wave else {}
    waves = [
        read(path, instrument, mapping=mapping, columns=columns, keep=kept, wave=None if wave else place)
        for place, path in enumerate(data, start=1)
    ]
    name = "respondent" if len(parts) > 1 else parts[0]
    linkage = link_waves(*waves, key=name, tolerance=tolerance, block=block, stable=facts)
    for path, frame in ((out, linkage.frame()), (review, linkage.review())):
        if path is not None:
            from sctoolkit.evaluation.write import write_whole

            write_whole(path, frame.to_csv(index=False, lineterminator="\n"))
    if as_json:
        print_json(linkage.to_dict())
        return
    _print(linkage)
    if out is not None:
        click.echo(f"\nWrote {out}: who is who, not to be shared.")


def _print(linkage: Linkage) -> None:
    """Print the counts of every wave and the caveats."""
    header = ("wave", "rows", "exact", "one slip", "ambiguous", "no key", "new", "lost", "by chance")
    rows = [
        (s.wave, s.n_rows, s.exact, s.off_by_one, s.ambiguous, s.without_key, s.new, s.lost, f"{s.expected_false:.1f}")
        for s in linkage.steps
    ]
    click.echo(text_table(header, rows, terminal_width()))
    for caveat in linkage.caveats:
        click.echo(f"! {caveat}")


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]
