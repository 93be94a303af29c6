"""Building an HTML page as a tree, so that every text is escaped, and writing it out."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring


def add(parent: Element, tag: str, text: str = "", **attributes: str) -> Element:
    """Append an element; ``class_`` and ``for_`` stand for the attributes ``class`` and ``for``, ``_`` for ``-``."""
    names = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    child = SubElement(parent, tag, names)
    child.text = text
    return child


RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ku-arab", "pa-arab", "ps", "sd", "ug", "ur", "yi"})
"""Language tags, or the first parts of them, that are written from right to left."""


def direction(lang: str) -> str:
    """Return the direction that a language is written in, ``ltr`` or ``rtl``.

    Examples
    --------
    >>> direction("ar"), direction("fa-AF"), direction("so"), direction("ku-Arab")
    ('rtl', 'rtl', 'ltr', 'rtl')
    """
    tag = lang.casefold()
    subtags = tag.split("-")
    written = subtags[0] in RIGHT_TO_LEFT or tag in RIGHT_TO_LEFT or bool({"arab", "hebr", "thaa"} & set(subtags[1:]))
    return "rtl" if written and "latn" not in subtags else "ltr"


def new_page(title: str, lang: str, style: str, policy: str) -> tuple[Element, Element]:
    """Return the root and the body of a page with a content security policy."""
    root = Element("html", lang=lang, dir=direction(lang))
    head = SubElement(root, "head")
    add(head, "meta", charset="utf-8")
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": policy})
    add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    add(head, "title", title)
    add(head, "style", style)
    return root, SubElement(root, "body")


def page_text(root: Element) -> str:
    """Return the page as text."""
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n"
