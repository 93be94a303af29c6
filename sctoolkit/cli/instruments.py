"""`sctoolkit instruments`: find, show, compare and check questionnaires, and attach their wording."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sctoolkit.cli.columns import terminal_width, text_table
from sctoolkit.cli.output import print_frame, print_json

if TYPE_CHECKING:
    from sctoolkit.instrument.model import Instrument
    from sctoolkit.instrument.wording import Wording

CONSTRUCTS = "bonding, bridging, linking, trust, coproduction, outcome, power or cohesion"


@click.group()
def instruments() -> None:
    """Find, show, compare and check questionnaires, and attach their wording."""


@instruments.command("list")
@click.option("--construct", multiple=True, help=f"Measures this: {CONSTRUCTS}. May be repeated.")
@click.option("--level", help="Describes this level: individual, household, community, organisation, partnership ...")
@click.option("--max-items", type=click.IntRange(min=1), help="Has at most so many questions.")
@click.option("--language", help="Exists in this language, as a tag: en, cy, pt-BR.")
@click.option("--free", is_flag=True, help="Wording said to be usable without asking.")
@click.option("--side", help="Has a form for this side: community or statutory.")
@click.option("--status", multiple=True, help="validated, index, draft or listed. May be repeated.")
@click.option("--scored", is_flag=True, help="Has at least one scale that yields a score.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def list_(
    construct: tuple[str, ...],
    level: str | None,
    max_items: int | None,
    language: str | None,
    free: bool,
    side: str | None,
    status: tuple[str, ...],
    scored: bool,
    as_json: bool,
) -> None:
    """List the library, or the part of it that fits."""
    from sctoolkit.instrument.find import list_instruments

    found = list_instruments(
        construct=construct or None,
        level=level,
        max_items=max_items,
        language=language,
        free=True if free else None,
        side=side,
        status=status or None,
        scored=True if scored else None,
    )
    if as_json:
        print_frame(found, as_json=True)
        return
    if not len(found):
        click.echo("No questionnaire fits. Drop a filter: `sctoolkit instruments list` shows all.")
        return
    for record in found.to_dict("records"):
        click.echo(_entry(record))
    count = "1 questionnaire" if len(found) == 1 else f"{len(found)} questionnaires"
    click.echo(f"\n{count}. `sctoolkit instruments show ID` says how far each is validated.")


def _entry(record: Mapping[Hashable, Any]) -> str:
    """Return an instrument of the list in two lines: what one chooses by, then its name."""
    items = "  ?" if record["n_items"] != record["n_items"] else f"{record['n_items']:3.0f}"
    free = {True: "free", False: "ask first"}.get(record["free"], "")
    facts = f"{record['id']:<32} {record['status']:<10}{items} items  {record['languages'][:14]:<15} {free:<10}"
    name = textwrap.shorten(record["name"], terminal_width() - 4, placeholder="...")
    return f"{facts.rstrip()}\n    {name}\n    {record['constructs']}; {record['level']}"


@instruments.command()
@click.argument("instrument")
@click.option("--json", "as_json", is_flag=True, help="Print the definition as JSON.")
def show(instrument: str, as_json: bool) -> None:
    """Show one questionnaire and how far it is validated.

    Items, scoring, evidence, criticisms, licence, and what is not verified.

    INSTRUMENT is an id of the library, or a file or folder of your own.
    """
    from sctoolkit.instrument.library import load_instrument
    from sctoolkit.instrument.show import show_instrument

    loaded = load_instrument(instrument)
    if as_json:
        print_json(loaded.model_dump(mode="json", exclude_defaults=True))
        return
    click.echo(show_instrument(loaded, width=terminal_width()))


@instruments.command()
@click.argument("instrument", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def compare(instrument: tuple[str, ...], as_json: bool) -> None:
    """Show questionnaires side by side."""
    from sctoolkit.instrument.compare import compare_instruments

    table = compare_instruments(*instrument)
    if as_json:
        print_frame(table.reset_index(), as_json=True)
        return
    rows = [(str(name), *row) for name, row in zip(table.index, table.itertuples(index=False), strict=True) if any(row)]
    click.echo(text_table(("", *table.columns), rows, terminal_width()))


@instruments.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check an instrument file of your own.

    All faults are named at once, each with its place in the file.
    """
    from sctoolkit.instrument.find import n_unverified
    from sctoolkit.instrument.library import load_instrument

    loaded = load_instrument(file if file.is_dir() or file.suffix == ".toml" else f"./{file}")
    scored = sum(scale.scored for scale in loaded.scale.values())
    click.echo(f"{loaded.id} {loaded.version}: no fault. {len(loaded.items)} items, {scored} scored scales.")
    doubts = n_unverified(loaded)
    if doubts:
        click.echo(f"{doubts} parts are flagged as not verified; scores made with them will say so.")


@instruments.command()
def schema() -> None:
    """Write the JSON Schema of instrument files, for editors."""
    from sctoolkit.instrument.schema import instrument_schema

    click.echo(json.dumps(instrument_schema(), indent=2, ensure_ascii=False))


@instruments.command()
@click.argument("instrument")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--lang", help="Language tag of the wording; default: the one in the file, else en.")
@click.option("--check", "only_check", is_flag=True, help="Check FILE, or what is attached, and keep nothing.")
@click.option("--remove", is_flag=True, help="Remove the wording that you attached in this language.")
@click.option("--template", is_flag=True, help="Write an empty wording file to FILE, or print it.")
@click.option("--study", type=click.Path(path_type=Path), help="List with the slots filled as this study fills them.")
@click.option("--json", "as_json", is_flag=True, help="Print what is there as JSON.")
def wording(
    instrument: str,
    file: Path | None,
    lang: str | None,
    only_check: bool,
    remove: bool,
    template: bool,
    study: Path | None,
    as_json: bool,
) -> None:
    """Attach, list, check or remove the wording of a questionnaire.

    With FILE, its texts are checked and kept in your own folder, from where every form takes them. Without FILE, what
    is there is listed. Published wording is not ours to ship: `instruments show` says where it can be had.
    """
    from sctoolkit.instrument.library import load_instrument

    if sum((only_check, remove, template)) > 1:
        raise click.UsageError("--check, --remove and --template exclude each other.")
    loaded = load_instrument(instrument)
    if template:
        _write_template(loaded, file, lang or "en")
    elif remove:
        _remove(loaded, lang or "en")
    elif file is not None:
        _attach(loaded, file, lang, keep=not only_check)
    else:
        _list_wording(loaded, lang, study, as_json)


def _write_template(instrument: Instrument, file: Path | None, lang: str) -> None:
    from sctoolkit.errors import WriteError
    from sctoolkit.evaluation.write import write_whole
    from sctoolkit.instrument.wording_file import wording_template

    text = wording_template(instrument, lang)
    if file is None:
        click.echo(text, nl=False)
        return
    if file.exists():
        raise WriteError(
            f"A template must not overwrite a file; `{file}` exists.", hint="Name another file, or move this one away."
        )
    write_whole(file, text)
    click.echo(f"{file}: fill the column `text`, then `sctoolkit instruments wording {instrument.id} {file}`.")


def _remove(instrument: Instrument, lang: str) -> None:
    from sctoolkit.instrument.wording import remove_wording

    click.echo(f"Removed {remove_wording(instrument, lang)}")


def _attach(instrument: Instrument, file: Path, lang: str | None, *, keep: bool) -> None:
    from sctoolkit.instrument.wording import attach_wording, check_wording_file

    if keep:
        click.echo(f"Attached: {attach_wording(instrument, file, lang)}")
    else:
        tag = check_wording_file(instrument, file, lang)
        click.echo(f"{file}: no fault. {len(instrument.items)} items in `{tag}`.")


def _list_wording(instrument: Instrument, lang: str | None, study: Path | None, as_json: bool) -> None:
    from sctoolkit.evaluation.study import load_study
    from sctoolkit.instrument.wording import wording_files, wording_of

    slots = {} if study is None else load_study(study).plan.slot
    languages = [tag for tag in wording_files(instrument) if lang in (None, tag)]
    sides: tuple[str | None, ...] = instrument.instrument.sides or (None,)
    texts = [wording_of(instrument, tag, side=side, slots=slots.get(side or "")) for tag in languages for side in sides]
    if not texts:
        wording_of(instrument, lang or "en")
    if as_json:
        print_json(
            [
                {"lang": entry.lang, "side": entry.side, "items": entry.items, "answers": entry.answers}
                for entry in texts
            ]
        )
        return
    for entry in texts:
        click.echo(f"{instrument.id} in {entry.lang}{f', {entry.side} side' if entry.side else ''}{_age(entry)}")
        rows = [(code, text) for code, text in entry.items.items()]
        click.echo(text_table(("item", "text"), rows, terminal_width()) + "\n")


def _age(wording: Wording) -> str:
    from sctoolkit.instrument.wording import wording_readability

    if wording.lang.split("-")[0] != "en":
        return ""
    figures = wording_readability(wording)
    return (
        f": reading age about {figures.age:.0f} (Flesch-Kincaid grade {figures.grade:.1f}, "
        f"{figures.words_a_sentence:.0f} words a sentence)"
    )
