"""A report as one HTML page: self-contained, accessible, the same bytes for the same report."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from sctoolkit.disclosure.table import Table
from sctoolkit.report.document import Block, Bullets, Figure, Paragraph, Report, Steps
from sctoolkit.report.figures import draw
from sctoolkit.report.safe_text import visible
from sctoolkit.report.sections.provenance import hidden_sentence
from sctoolkit.report.table_text import table_text
from sctoolkit.result import package_version


def render_html(report: Report) -> str:
    """Return a report as an HTML page.

    Parameters
    ----------
    report : Report
        What `build_report` returned.

    Returns
    -------
    str
        A page without script and without reference to anything outside; it reads on a phone, at 200 % zoom and on
        paper. All text is escaped; control and direction characters show as their code point.
    """
    page = environment().get_template("report.html.j2")
    places = _places(report)
    sections = [
        {
            "id": section.id,
            "heading": section.heading,
            "part": section.part,
            "blocks": [_block(block, report, places) for block in section.blocks],
        }
        for section in report.sections
    ]
    return page.render(report=report, sections=sections, version=package_version(), hidden=hidden_sentence(report.log))


@cache
def environment() -> Environment:
    """Return the template environment: everything is escaped, an unknown name is an error."""
    found = Environment(
        loader=PackageLoader("sctoolkit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
    )
    found.filters["names"] = _names
    found.filters["groupby_part"] = _parts
    return found


def _finalize(value: Any) -> Any:
    """Make what cannot be seen visible in every text that the template writes."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _names(text: str) -> Markup:
    """Escape a sentence and set the names in it, which stand in backticks, as code."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:
        return escape(visible(text))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def _parts(sections: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the sections by the part of the report in which they stand, in their order."""
    return [(part, list(listed)) for part, listed in groupby(sections, key=lambda section: str(section["part"]))]


def _places(report: Report) -> dict[str, dict[str, str]]:
    """Return table id -> caption and anchor of its first place on the page."""
    found: dict[str, dict[str, str]] = {}
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                found.setdefault(block.id, {"caption": block.caption, "anchor": f"t-{block.id}"})
            elif isinstance(block, Figure) and not block.twin:
                found.setdefault(block.table.id, {"caption": block.caption, "anchor": f"f-{block.id}"})
    return found


def _block(block: Block, report: Report, places: Mapping[str, dict[str, str]]) -> dict[str, Any]:
    """Return what the template needs of a block."""
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": block.text, "tone": block.tone}
    if isinstance(block, Bullets):
        return {"kind": "bullets", "items": block.items, "heading": block.heading, "tone": block.tone}
    if isinstance(block, Steps):
        return {"kind": "steps", "names": block.names, "reached": block.reached, "heading": block.heading}
    if isinstance(block, Table):
        return {"kind": "table", "table": table_text(block, report.log.preset)}
    return {
        "kind": "figure",
        "figure": block,
        "table": None if block.twin else table_text(block.shown, report.log.preset),
        "twin": places.get(block.twin),
        "wide": _data_uri(draw(block)),
        "narrow": _data_uri(draw(block, narrow=True)),
    }


def _data_uri(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode('utf-8')).decode('ascii')}"
