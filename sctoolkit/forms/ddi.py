"""DDI-Codebook 2.5: the description that data archives ask for."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sctoolkit.instrument.model import Instrument, Item

NAMESPACE = "ddi:codebook:2_5"


def ddi_codebook(instrument: Instrument, wording: Mapping[str, str] | None = None, *, lang: str = "en") -> str:
    """Return the codebook as DDI-Codebook 2.5 XML: one variable an item, categories and missing codes.

    Examples
    --------
    >>> from sctoolkit import load_instrument
    >>> ddi_codebook(load_instrument("ucla3")).splitlines()[1][:30]
    '<codeBook xmlns="ddi:codebook:'
    """
    root = Element("codeBook", {"xmlns": NAMESPACE, "version": "2.5", "xml:lang": lang})
    title = SubElement(SubElement(SubElement(SubElement(root, "stdyDscr"), "citation"), "titlStmt"), "titl")
    title.text = instrument.name
    data = SubElement(root, "dataDscr")
    for item in instrument.items:
        _variable(data, instrument, item, (wording or {}).get(item.code))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _variable(parent: Element, instrument: Instrument, item: Item, text: str | None) -> None:
    response = instrument.response[item.response]
    nature = "interval" if response.number is not None else "ordinal"
    variable = SubElement(parent, "var", {"ID": f"V_{item.code}", "name": item.code, "nature": nature})
    SubElement(variable, "labl", {"level": "variable"}).text = item.label
    if text is not None:
        SubElement(SubElement(variable, "qstn"), "qstnLit").text = text
    if response.number is not None:
        values = SubElement(variable, "valrng")
        SubElement(values, "range", {"min": f"{response.number[0]:g}", "max": f"{response.number[1]:g}"})
    for answer in response.codes:
        _category(variable, str(answer.code), answer.label, missing=False)
    for entry in response.missing:
        _category(variable, str(entry.code), entry.label or entry.kind.replace("_", " "), missing=True)
    SubElement(variable, "varFormat", {"type": "numeric"})


def _category(parent: Element, code: str, label: str, *, missing: bool) -> None:
    category = SubElement(parent, "catgry", {"missing": "Y"} if missing else {})
    SubElement(category, "catValu").text = code
    if label:
        SubElement(category, "labl", {"level": "category"}).text = label
