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
    help="xlsform, redcap, limesurvey, qualtrics, docx, print, large-print, offline, codebook, codebook-csv, ddi, spss",
)
@click.option("--side", help="Side that answers, where the instrument has sides.")
@click.option("--short", is_flag=True, help="The short form.")
@click.option("--lang", default="en", show_default=True, help="Language of the wording.")
@click.option("--slot", "slots", multiple=True, metavar="NAME=TEXT", help="Fill a slot of the wording.")
@click.option("--study", type=click.Path(path_type=Path), help="Take slots and title from this study.")
@click.option("--title", help="Title at the top of the form.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="File to write.")
def form(
    instrument: str, to: str, side: str | None, short: bool, lang: str, slots: tuple[str, ...], study: Path | None,
    title: str | None, out: Path | None,
) -> None:  # fmt: skip
    """Write INSTRUMENT as a form for the tool that you use, or its codebook.

    INSTRUMENT is an id of the library or the path of your own instrument.toml.
    """
    from sctoolkit.forms.questionnaire import build_questionnaire
    from sctoolkit.forms.write import FORMATS, write_form
    from sctoolkit.forms.write_codebook import CODEBOOKS, write_codebook
    from sctoolkit.instrument.library import load_instrument
    from sctoolkit.options import check_option

    check_option("to", to, (*FORMATS, *CODEBOOKS))
    loaded = load_instrument(instrument)
    if to in CODEBOOKS:
        written: tuple[Path, ...] = (write_codebook(loaded, to, out, lang=lang),)
    else:
        length = "short" if short else "full"
        filled, heading = _from_study(study, side)
        filled |= _pairs(slots)
        questionnaire = build_questionnaire(
            loaded, lang=lang, side=side, form=length, slots=filled, title=title or heading
        )
        written = write_form(questionnaire, to, out)
    for path in written:
        click.echo(f"Wrote {path}")


def _pairs(slots: tuple[str, ...]) -> dict[str, str]:
    for slot in slots:
        if "=" not in slot:
            raise click.BadParameter(f"`{slot}` must be NAME=TEXT.", param_hint="--slot")
    return dict(slot.split("=", 1) for slot in slots)


def _from_study(study: Path | None, side: str | None) -> tuple[dict[str, str], str | None]:
    """The slots that a study fills for a side, and its title."""
    if study is None:
        return {}, None
    from sctoolkit.evaluation.study import load_study

    loaded = load_study(study)
    return dict(loaded.plan.slot.get(side or "", {})), loaded.title
