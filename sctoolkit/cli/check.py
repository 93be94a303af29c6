"""`sctoolkit check DATA`: what a file holds, which answers are missing and why, and how carefully it was answered."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sctoolkit.cli.columns import terminal_width, text_table
from sctoolkit.cli.data import answer_options, read_answers
from sctoolkit.cli.output import print_json

if TYPE_CHECKING:
    from sctoolkit.survey.quality import Quality


@click.command()
@answer_options
@click.option("-o", "--out", type=click.Path(path_type=Path), help="CSV file for indices and flags, one row a row.")
@click.option("--duration", help="Column of the seconds taken.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(
    data: Path, instrument: str | None, out: Path | None, mapping: Path | None, layout: str | None, as_json: bool,
    **roles: str | None,
) -> None:  # fmt: skip
    """Look at the answers in DATA before they are scored. Rows are flagged, none is taken out."""
    from sctoolkit.survey.quality import check as check_responses

    quality = check_responses(read_answers(data, instrument, mapping, layout, roles))
    if out is not None:
        from sctoolkit.evaluation.write import write_whole

        write_whole(out, quality.frame().to_csv(index=False, lineterminator="\n"))
    if as_json:
        print_json(quality.to_dict())
        return
    _print(quality, data)
    if out is not None:
        click.echo(f"\nWrote {out}: one row a person, not to be shared.")


def _print(quality: Quality, data: Path) -> None:
    """Print what was recognised and matched, why answers are missing, what was flagged, and the caveats."""
    responses = quality.responses
    options = responses.provenance.options
    click.echo(str(options.get("detected", data.name)))
    click.echo(f"{responses.instrument.name}: {_matched(options, len(responses.instrument.items))}")
    left_behind = options.get("identifiers_left_behind", ())
    if left_behind:
        click.echo(f"Left behind, because they identify people: {', '.join(left_behind)}.")
    click.echo(f"\n{_missing(quality)}\n")
    flags = [(name, int(quality.flags[:, place].sum())) for place, name in enumerate(quality.names)]
    rows = [*((name.replace("_", " "), count) for name, count in flags if count), ("any", int(quality.flagged.sum()))]
    click.echo(text_table(("flag", "rows"), rows, terminal_width()))
    for caveat in quality.caveats:
        click.echo(f"! {caveat}")


def _matched(options: Any, n_items: int) -> str:
    """Say how many items were found, and by what."""
    by = Counter(options["matched_by"].values())
    ways = ", ".join(f"{count} by {way}" for way, count in by.items())
    return f"{sum(by.values())} of {n_items} items found ({ways})."


def _missing(quality: Quality) -> str:
    """Say how many answers there are, and how many are missing for each reason."""
    counts = quality.responses.tidy().groupby("term", sort=False)["estimate"].sum().astype(int)
    parts = [f"{kind} {count}".replace("_", " ") for kind, count in counts.items() if count and kind != "answered"]
    return f"Answers {counts['answered']}; {', '.join(parts) or 'none missing'}."
