"""The form on paper: HTML made for printing, in ordinary or large print."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from sctoolkit.forms.page import add, new_page, page_text
from sctoolkit.forms.questionnaire import Block, Question, Questionnaire

STYLE = """
@page { size: A4; margin: 16mm 14mm; }
body { font-family: system-ui, "DejaVu Sans", Arial, sans-serif; font-size: 11pt; line-height: 1.4; color: #111;
  max-width: 190mm; margin: 0 auto; padding: 1rem; background: #fff; }
body.large { font-size: 18pt; line-height: 1.25; }
body.large li { padding: .07em 0; }
body.large h1 { font-size: 1.25em; }
h1 { font-size: 1.5em; line-height: 1.2; margin: 0 0 .4em; }
h2 { font-size: 1em; margin: 0 0 .5em; }
.id { border: 1.5pt solid #111; padding: .5em .8em; margin: 0 0 1.2em; display: flex; flex-wrap: wrap; gap: .6em 1.5em;
  align-items: end; }
.line { flex: 1; min-width: 4em; border-bottom: 1pt solid #111; height: 1.6em; }
.lead { margin: 0 0 1em; }
table { width: 100%; border-collapse: collapse; margin: 0 0 1.4em; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th { font-weight: 600; text-align: center; vertical-align: bottom; font-size: .82em; padding: .2em .3em .4em; }
td.item, tbody th { text-align: start; font-weight: 400; font-size: 1em; width: 44%;
  padding-block: .5em; padding-inline: 0 .6em; }
tbody tr { border-top: .75pt solid #999; }
td { text-align: center; padding: .4em .2em; }
.box { display: inline-block; width: 1.15em; height: 1.15em; border: 1.2pt solid #111; border-radius: 50%; }
.code { display: block; font-size: .62em; color: #555; }
.no .box { border-radius: 2pt; border-color: #666; }
fieldset { border: 0; padding: 0; margin: 0 0 1em; break-inside: avoid; }
legend { padding: 0 0 .3em; }
ul { list-style: none; margin: 0; padding: 0; padding-inline-start: .2em; }
li { display: flex; gap: .6em; align-items: baseline; padding: .25em 0; }
footer { font-size: .72em; color: #444; border-top: .75pt solid #999; padding-top: .5em; }
"""


def printable_page(form: Questionnaire, *, large: bool = False) -> str:
    """Return the form as a page to print: an ID box, every item with circles to mark, codes small beneath them.

    ``large`` sets 18 point and one answer a line.

    Examples
    --------
    >>> from sctoolkit import load_instrument
    >>> from sctoolkit.forms.questionnaire import build_questionnaire
    >>> page = printable_page(build_questionnaire(load_instrument("cscq"), side="community", form="short"))
    >>> page.startswith("<!DOCTYPE html>")
    True
    """
    root, body = new_page(form.title, form.lang, STYLE, "default-src 'none'; style-src 'unsafe-inline'")
    if large:
        body.set("class", "large")
    main = add(body, "main")
    add(main, "h1", form.title)
    box = add(main, "div", class_="id")
    for text in (form.code_text, "Date"):
        add(box, "span", text)
        add(box, "span", class_="line")
    if form.instruction:
        add(main, "p", form.instruction, class_="lead")
    number = 1
    for block in form.blocks:
        number = (_list if large else _grid)(main, block, number)
    footer = add(body, "footer", f"{form.name}, version {form.version}. Small figures are for data entry.")
    footer.set("lang", "en")
    footer.set("dir", "ltr")
    return page_text(root)


def _grid(parent: Element, block: Block, number: int) -> int:
    if block.stem:
        add(parent, "h2", block.stem)
    if block.questions[0].number:
        return _open_numbers(parent, block, number)
    table = add(parent, "table")
    header = add(add(table, "thead"), "tr")
    add(header, "td", class_="item")
    for choice in block.choices:
        add(header, "th", choice.text, scope="col", class_="no" if choice.kind else "")
    body = add(table, "tbody")
    for question in block.questions:
        row = add(body, "tr")
        add(row, "th", f"{number}. {question.text}", scope="row")
        for choice in block.choices:
            cell = add(row, "td", class_="no" if choice.kind else "")
            add(cell, "span", class_="box")
            add(cell, "span", str(choice.code), class_="code")
        number += 1
    return number


def _list(parent: Element, block: Block, number: int) -> int:
    if block.stem:
        add(parent, "h2", block.stem)
    if block.questions[0].number:
        return _open_numbers(parent, block, number)
    for question in block.questions:
        _one(parent, question, number)
        number += 1
    return number


def _one(parent: Element, question: Question, number: int) -> None:
    group = add(parent, "fieldset")
    add(group, "legend", f"{number}. {question.text}")
    entries = add(group, "ul")
    for choice in question.choices:
        entry = add(entries, "li", class_="no" if choice.kind else "")
        add(entry, "span", class_="box")
        add(entry, "span", choice.text)
        add(entry, "span", str(choice.code), class_="code")


def _open_numbers(parent: Element, block: Block, number: int) -> int:
    for question in block.questions:
        row = add(parent, "div", class_="id")
        add(row, "span", f"{number}. {question.text}")
        add(row, "span", class_="line")
        number += 1
    return number
