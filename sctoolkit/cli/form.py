"""`sctoolkit form ID --to FORMAT`: something that people can fill in."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("instrument")
@click.option(
    "--to",
    "to",
    required=True,
    metavar="FORMAT",
    help="xlsform, redcap, limesurvey, qualtrics, print, large-print, offline, codebook, codebook-csv, ddi or spss.",
)
@click.option("--side", help="Side that answers, where the instrument has sides.")
@click.option("--short", is_flag=True, help="The short form.")
@click.option("--lang", default="en", show_default=True, help="Language of the wording.")
@click.option("--slot", "slots", multiple=True, metavar="NAME=TEXT", help="Fill a slot of the wording.")
@click.option("--title", help="Title at the top of the form.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="File to write.")
def form(
    instrument: str, to: str, side: str | None, short: bool, lang: str, slots: tuple[str, ...], title: str | None,
    out: Path | None,
) -> None:  # fmt: skip
    """Write INSTRUMENT as a form for the tool that you use, or its codebook.

    INSTRUMENT is an id of the library or the path of your own instrument.toml.
    """
    from sctoolkit.forms.questionnaire import build_questionnaire
    from sctoolkit.forms.write import write_form
    from sctoolkit.forms.write_codebook import CODEBOOKS, write_codebook
    from sctoolkit.instrument.library import load_instrument

    loaded = load_instrument(instrument)
    if to in CODEBOOKS:
        written: tuple[Path, ...] = (write_codebook(loaded, to, out, lang=lang),)
    else:
        length = "short" if short else "full"
        questionnaire = build_questionnaire(loaded, lang=lang, side=side, form=length, slots=_pairs(slots), title=title)
        written = write_form(questionnaire, to, out)
    for path in written:
        click.echo(f"Wrote {path}")


def _pairs(slots: tuple[str, ...]) -> dict[str, str]:
    for slot in slots:
        if "=" not in slot:
            raise click.BadParameter(f"`{slot}` must be NAME=TEXT.", param_hint="--slot")
    return dict(slot.split("=", 1) for slot in slots)
