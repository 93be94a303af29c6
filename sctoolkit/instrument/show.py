"""One instrument on a page: what it asks, how it is scored, how far it is validated, whose wording it is."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from sctoolkit.instrument.describe import (
    answers_text,
    counted_text,
    keying_text,
    non_answers_text,
    number,
    rule_text,
    unverified_parts,
)
from sctoolkit.instrument.find import n_questions
from sctoolkit.instrument.model import Benchmark, Cutoff, Instrument, Psychometric, Scale
from sctoolkit.instrument.wording import wording_files

STATUS_TEXT = {
    "validated": "a source tested its measurement",
    "index": "questions or a composite by convention; no source validated the composite",
    "draft": "nobody has answered it yet",
    "listed": "known to exist; cannot be scored from what was read",
}


def show_instrument(instrument: Instrument, *, width: int = 100) -> str:
    """Return all that the library knows of an instrument as plain text.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire.
    width : int
        Columns to wrap at.

    Examples
    --------
    >>> from sctoolkit.instrument.library import load_instrument
    >>> print(show_instrument(load_instrument("ucla3")).splitlines()[0])
    UCLA 3-item loneliness scale (ONS indirect measure)  [ucla3, version 1.0]
    """
    lines = [
        f"{instrument.name}  [{instrument.id}, version {instrument.version}]",
        *_facts(instrument),
    ]
    for title, body in _sections(instrument, width).items():
        if body:
            lines += ["", title, *body]
    return "\n".join(_wrapped(lines, width))


def _facts(instrument: Instrument) -> Iterator[str]:
    header = instrument.instrument
    yield f"  {header.status}: {STATUS_TEXT[header.status]}"
    facts = {
        "Year": header.year,
        "Measures": ", ".join(header.constructs),
        "Level": " -> ".join((header.level, *header.levels)),
        "Population": header.population,
        "Period": header.reference_period,
        "Questions": n_questions(instrument) or "not known",
        "Languages": ", ".join(header.languages),
        "Sides": ", ".join(header.sides),
        "Forms": _forms(instrument),
        "Wording": _wording(instrument),
        "Text": header.access,
        "Also known as": ", ".join(header.also),
    }
    for name, value in facts.items():
        if value:
            yield f"  {name + ':':<15}{value}"


def _forms(instrument: Instrument) -> str:
    forms = instrument.instrument.forms
    return "" if len(forms) == 1 else ", ".join(f"{form} {len(instrument.items_of_form(form))} items" for form in forms)


def _wording(instrument: Instrument) -> str:
    languages = list(wording_files(instrument))
    return (
        f"here in {', '.join(languages)}" if languages else "not here; the labels below are ours and are not the text"
    )


def _sections(instrument: Instrument, width: int) -> Mapping[str, Sequence[str]]:
    header = instrument.instrument
    return {
        "Items (label, answers, direction)": list(_items(instrument, width)),
        "Answers": list(_answers(instrument)),
        "Scoring": list(_scoring(instrument)),
        "Not verified": [f"  - {part}" for part in unverified_parts(instrument)],
        "Evidence": [f"  - {_figure(entry)}" for entry in instrument.psychometrics],
        "To compare with": [f"  - {_benchmark(entry)}" for entry in instrument.benchmark],
        "Known criticisms": [f"  - {text}" for text in header.criticisms],
        "Notes": [f"  - {text}" for text in header.notes],
        "Licence of the wording": _licence(instrument),
        "Sources": [
            f"  - {source.citation}"
            + (f", doi:{source.doi}" if source.doi else "")
            + (f", {source.url}" if source.url else "")
            + (f": {source.taken}" if source.taken else "")
            + ("" if source.verified is not False else " (not read)")
            for source in instrument.source
        ],
    }


def _items(instrument: Instrument, width: int) -> Iterator[str]:
    if not instrument.items:
        return
    code_width = max(len(item.code) for item in instrument.items)
    answer_width = max(len(item.response) for item in instrument.items)
    room = max(20, width - code_width - answer_width - 12)
    for item in instrument.items:
        mark = " *" if item.verified is False else ""
        short = " (short form)" if len(instrument.instrument.forms) > 1 and item.form != "full" else ""
        text = textwrap.shorten(item.label + short + mark, room, placeholder="...")
        yield f"  {item.code:<{code_width}}  {text:<{room}}  {item.response:<{answer_width}}  {keying_text(item)}"


def _answers(instrument: Instrument) -> Iterator[str]:
    for name, response in instrument.response.items():
        yield f"  {name}: {answers_text(response)}"
        non_answers = non_answers_text(response)
        if non_answers:
            yield f"    not an answer: {non_answers}"
        if response.note and response.verified is not False:
            yield f"    {response.note}"


def _scoring(instrument: Instrument) -> Iterator[str]:
    for name, scale in instrument.scale.items():
        yield f"  {name}: {scale.label}"
        yield f"    {rule_text(scale)}{_direction(scale)}"
        yield f"    items {', '.join(scale.items)}"
        if scale.counted:
            yield f"    counts: {counted_text(instrument, scale)}"
        placed = ", ".join((*scale.tags.constructs, *((scale.tags.kind,) if scale.tags.kind else ()), scale.tags.level))
        yield f"    {placed}" + (f" (placed by: {scale.tags.basis})" if scale.tags.basis else "")
        if scale.source:
            yield f"    rule from: {scale.source}" + ("" if scale.verified is not False else " (not verified)")
        yield from _cutoffs(scale)
        if scale.note:
            yield f"    {scale.note}"
    if instrument.instrument.missing_rule:
        yield f"  Missing answers: {instrument.instrument.missing_rule}"


def _direction(scale: Scale) -> str:
    return f"; high means {scale.higher}" if scale.higher and scale.scored else ""


def _cutoffs(scale: Scale) -> Iterator[str]:
    variants: dict[str, list[Cutoff]] = {}
    for cutoff in scale.cutoffs:
        variants.setdefault(cutoff.variant, []).append(cutoff)
    for variant, cutoffs in variants.items():
        bands = ", ".join(f"{_band(cut)} {cut.label}" for cut in cutoffs)
        doubt = " (recalled)" if any(cut.verified is False for cut in cutoffs) else ""
        yield f"    bands{f' ({variant})' if variant else ''}: {bands}; {cutoffs[0].source}{doubt}"


def _band(cutoff: Cutoff) -> str:
    low, high = number(cutoff.low), number(cutoff.high)
    return low if low == high else f"{low}-{high}"


def _figure(entry: Psychometric) -> str:
    scale = f"[{entry.scale}] " if entry.scale else ""
    who = ", ".join(part for part in (f"n {entry.n}" if entry.n is not None else "", entry.sample) if part)
    value = f"{entry.value:g}" if isinstance(entry.value, float) else entry.value
    return f"{scale}{entry.statistic}: {value}{f' ({who})' if who else ''}; {entry.source}{_doubt(entry.verified)}"


def _benchmark(entry: Benchmark) -> str:
    parts = [
        f"mean {entry.mean:g}" if entry.mean is not None else "",
        f"SD {entry.sd:g}" if entry.sd is not None else "",
        f"n {entry.n}" if entry.n is not None else "",
        entry.sample,
        entry.text,
    ]
    scale = f"[{entry.scale}] " if entry.scale else ""
    return f"{scale}{', '.join(part for part in parts if part)}; {entry.source}{_doubt(entry.verified)}"


def _doubt(verified: bool | str) -> str:
    return " (recalled)" if verified is False else " (computed)" if verified == "computed" else ""


def _licence(instrument: Instrument) -> list[str]:
    licence = instrument.licence
    free = {True: "usable without asking", False: "ask first", None: "not known whether one must ask"}[licence.free]
    return [f"  {licence.wording}", f"  {free}; text at: {licence.where or instrument.source[0].citation}"]


def _wrapped(lines: Sequence[str], width: int) -> Iterator[str]:
    for line in lines:
        if len(line) <= width:
            yield line.rstrip()
            continue
        lead = len(line) - len(line.lstrip())
        hang = lead + (17 - lead if line[lead:].split(" ")[0].endswith(":") and lead == 2 and ":  " in line else 2)
        yield from textwrap.wrap(
            line, width, subsequent_indent=" " * hang, break_long_words=False, break_on_hyphens=False
        )
