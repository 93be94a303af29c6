"""The codebook of an instrument: what each column holds, as CSV and as a page."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from sctoolkit.forms.page import add, new_page, page_text
from sctoolkit.instrument.model import Instrument, Item, ResponseScale

COLUMNS: tuple[str, ...] = (
    "code",
    "label",
    "wording",
    "keying",
    "scales",
    "response",
    "codes",
    "non_answers",
    "verified",
)

STYLE = """
body { font: 1rem/1.5 system-ui, "DejaVu Sans", Arial, sans-serif; color: #1a1a1a; margin: 0; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { color: #12436d; line-height: 1.25; } h2 { margin-top: 2.2rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; font-weight: 600; padding: .3rem 0 .5rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem; border-top: 1px solid #c3c7ce; }
thead th { border-top: 0; border-bottom: 2px solid #12436d; }
"""


def codebook_rows(instrument: Instrument, wording: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """Return one row an item: code, label, wording where attached, keying, scales, codes and non-answers."""
    return [_row(instrument, item, (wording or {}).get(item.code, "")) for item in instrument.items]


def _row(instrument: Instrument, item: Item, text: str) -> dict[str, str]:
    response = instrument.response[item.response]
    return {
        "code": item.code,
        "label": item.label,
        "wording": text,
        "keying": {1: "+1", -1: "-1", None: "unknown"}[item.keying],
        "scales": ", ".join(name for name, scale in instrument.scale.items() if item.code in scale.items),
        "response": item.response,
        "codes": _codes(response),
        "non_answers": "; ".join(f"{entry.code} = {entry.label or entry.kind}" for entry in response.missing),
        "verified": "no" if item.verified is False else "yes",
    }


def _codes(response: ResponseScale) -> str:
    if response.number is not None:
        return f"a number from {response.number[0]:g} to {response.number[1]:g}"
    scored = [f" (scores {answer.score:g})" if answer.score != answer.code else "" for answer in response.codes]
    return "; ".join(
        f"{answer.code} = {answer.label}{extra}" for answer, extra in zip(response.codes, scored, strict=True)
    )


def codebook_csv(instrument: Instrument, wording: Mapping[str, str] | None = None) -> str:
    """Return the codebook as CSV text.

    Examples
    --------
    >>> from sctoolkit import load_instrument
    >>> codebook_csv(load_instrument("ucla3")).splitlines()[1].split(",")[0]
    'LON1'
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(codebook_rows(instrument, wording))
    return stream.getvalue()


def codebook_page(instrument: Instrument, wording: Mapping[str, str] | None = None) -> str:
    """Return the codebook as one HTML page: items, scales and how they are scored, sources.

    Examples
    --------
    >>> from sctoolkit import load_instrument
    >>> "lacks companionship" in codebook_page(load_instrument("ucla3"))
    True
    """
    root, body = new_page(f"Codebook: {instrument.name}", "en", STYLE, "default-src 'none'; style-src 'unsafe-inline'")
    main = add(body, "main")
    add(main, "h1", f"Codebook: {instrument.name}")
    add(main, "p", f"{instrument.id}, version {instrument.version}; status: {instrument.status}.")
    rows = codebook_rows(instrument, wording)
    columns = [name for name in COLUMNS if any(row[name] for row in rows)]
    _table(main, "Items", columns, rows)
    scales = [
        {
            "scale": name,
            "label": scale.label,
            "rule": scale.rule,
            "items": ", ".join(scale.items),
            "minimum answered": str(scale.minimum or ""),
            "range": f"{scale.range[0]:g} to {scale.range[1]:g}" if scale.range else "",
            "higher means": scale.higher,
        }
        for name, scale in instrument.scale.items()
    ]
    if scales:
        _table(main, "Scales", list(scales[0]), scales)
    add(main, "h2", "Sources")
    entries = add(main, "ul")
    for source in instrument.source:
        add(entries, "li", source.citation + (f" doi:{source.doi}" if source.doi else "") + f" ({source.taken})")
    add(main, "p", f"Licence of the wording: {instrument.licence.wording}")
    return page_text(root)


def _table(parent: object, caption: str, columns: list[str], rows: list[dict[str, str]]) -> None:
    box = add(parent, "div", class_="scroll", tabindex="0", role="region")  # type: ignore[arg-type]
    box.set("aria-label", caption)
    table = add(box, "table")
    add(table, "caption", caption)
    header = add(add(table, "thead"), "tr")
    for name in columns:
        add(header, "th", name.replace("_", " "), scope="col")
    body = add(table, "tbody")
    for row in rows:
        line = add(body, "tr")
        for place, name in enumerate(columns):
            if place == 0:
                add(line, "th", row[name], scope="row")
            else:
                add(line, "td", row[name])
