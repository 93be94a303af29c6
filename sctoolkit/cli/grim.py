"""`sctoolkit grim FIGURES -n N`: whether printed figures can come from this many people."""

from __future__ import annotations

import re

import click

from sctoolkit.errors import closest


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("figures", nargs=-1, required=True)
@click.option(
    "-n", "--people", "n", type=int, required=True, help="Number of people that the figures are said to be of."
)
@click.option("--mean", is_flag=True, help="Means of whole-number answers; percentages otherwise.")
@click.option("--items", type=int, default=1, show_default=True, help="Items that a mean is averaged over.")
@click.option("--parts", type=click.Choice(["separate", "exclusive", "whole"]), default="separate", show_default=True,
              help="exclusive: one answer a person; whole: all answers of one question.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def grim(
    ctx: click.Context, figures: tuple[str, ...], n: int, mean: bool, items: int, parts: str, as_json: bool
) -> int:
    """Check printed FIGURES, such as 84 14 or 3.42, against the number of people.

    Leaves with 1 when a figure cannot be.
    """
    from sctoolkit.cli.output import print_json
    from sctoolkit.programme.grim import grim as check

    for word in figures:
        if re.match(r"--?[A-Za-z]", word):
            known = [name for parameter in ctx.command.params for name in parameter.opts if name.startswith("--")]
            near = closest(word, known)
            raise click.NoSuchOption(word, possibilities=[near] if near else None, ctx=ctx)
    kind = "mean" if mean else "percent"
    result = check(figures, n, kind=kind, parts=parts, items=items)  # type: ignore[arg-type]
    if as_json:
        print_json(result.to_dict())
        return int(not result.possible)
    for figure in result.figures:
        verdict = "possible" if figure.possible else "impossible"
        click.echo(f"{figure.text:>8}  {verdict:10}  nearest {figure.nearest:.4g} ({figure.count} of {n * items})")
    for caveat in result.caveats:
        click.echo(caveat.sentence)
    if result.possible:
        click.echo(f"All figures can come from {n} people.")
    return int(not result.possible)
