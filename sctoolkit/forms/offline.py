"""The form as one HTML file that works without a network: fill in, save as CSV or JSON."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from xml.etree.ElementTree import Element

from sctoolkit.forms.page import add, new_page, page_text
from sctoolkit.forms.questionnaire import Question, Questionnaire

STYLE = """
:root { color-scheme: light; }
body { font: 1.06rem/1.5 system-ui, "DejaVu Sans", Arial, sans-serif; color: #1a1a1a; background: #f4f5f7; margin: 0; }
main { max-width: 44rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.55rem; line-height: 1.25; margin: 0 0 .6rem; color: #12436d; }
h2 { font-size: 1.12rem; margin: 2rem 0 .6rem; }
.lead { margin: 0 0 1.4rem; }
fieldset, .card { border: 1px solid #c3c7ce; border-radius: .5rem; background: #fff; margin: 0 0 1rem;
  padding: .9rem 1rem 1rem; }
legend { font-weight: 600; float: inline-start; width: 100%; padding: 0; margin: 0 0 .5rem; }
legend + .choice { clear: both; }
.card p { margin: 0 0 .4rem; font-weight: 600; }
.choice { display: flex; align-items: center; gap: .7rem; padding: .38rem .3rem; border-radius: .35rem; }
.choice:hover { background: #eef2f6; }
.choice input { width: 1.3rem; height: 1.3rem; accent-color: #12436d; flex: none; }
.choice label { flex: 1; cursor: pointer; }
.other { color: #4a4f57; }
.choice:not(.other) + .other { border-top: 1px solid #d9dce1; border-radius: 0; margin-top: .4rem; padding-top: .5rem; }
input[type=text], input[type=number] { font: inherit; padding: .45rem .6rem; border: 1px solid #6b7280;
  border-radius: .35rem; width: min(100%, 18rem); }
:focus-visible { outline: 3px solid #f46a25; outline-offset: 2px; }
button { font: inherit; font-weight: 600; padding: .6rem 1.1rem; border-radius: .4rem; border: 2px solid #12436d;
  background: #12436d; color: #fff; cursor: pointer; margin: 0; margin-block-end: .6rem;
  margin-inline-end: .6rem; }
button.second { background: #fff; color: #12436d; }
[role=status] { min-height: 1.6em; font-weight: 600; }
.error { border: 2px solid #801650; background: #fff; border-radius: .5rem; padding: .8rem 1rem; margin: 0 0 1rem; }
.error a { color: #801650; }
footer { font-size: .85rem; color: #4a4f57; border-top: 1px solid #c3c7ce; margin-top: 1.5rem; padding-top: .6rem; }
code { overflow-wrap: anywhere; }
"""


def offline_page(form: Questionnaire) -> str:
    """Return the form as one file: labelled radio buttons, no network, answers kept until they are saved.

    Answers of several people can be entered one after another; they stay in the page's memory only, and leave it as a
    CSV or JSON file with one row a person and the item codes as columns. Leaving with unsaved answers warns.

    Examples
    --------
    >>> from sctoolkit import load_instrument
    >>> from sctoolkit.forms.questionnaire import build_questionnaire
    >>> page = offline_page(build_questionnaire(load_instrument("cscq"), side="community", form="short"))
    >>> "http" in page.replace("http-equiv", "")
    False
    """
    script = files("sctoolkit.forms").joinpath("offline.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; form-action 'none'"
    root, body = new_page(form.title, form.lang, STYLE, policy)
    main = add(body, "main")
    add(main, "h1", form.title)
    if form.instruction:
        add(main, "p", form.instruction, class_="lead")
    errors = add(main, "div", id="errors", tabindex="-1")
    errors.set("aria-live", "polite")
    sheet = add(main, "form", id="form", novalidate="", data_name=form.name, data_side=form.side or "")
    card = add(sheet, "div", class_="card")
    add(add(card, "p"), "label", form.code_text, for_="respondent")
    add(card, "input", type="text", id="respondent", name="respondent", autocomplete="off")
    number = 1
    for block in form.blocks:
        if block.stem:
            add(sheet, "h2", block.stem)
        for question in block.questions:
            _question(sheet, question, number)
            number += 1
    _buttons(main)
    _reading_back(main, form)
    add(body, "script", script)
    return page_text(root)


def _question(parent: Element, question: Question, number: int) -> None:
    if question.number:
        card = add(parent, "div", class_="card")
        add(add(card, "p"), "label", f"{number}. {question.text}", for_=question.code)
        low, high = question.number
        add(card, "input", type="number", id=question.code, name=question.code, min=f"{low:g}", max=f"{high:g}")
        return
    group = add(parent, "fieldset", id=f"q-{question.code}")
    add(group, "legend", f"{number}. {question.text}")
    for choice in question.choices:
        row = add(group, "div", class_="choice other" if choice.kind else "choice")
        name = f"{question.code}-{choice.code}".replace("--", "-m")
        add(row, "input", type="radio", id=name, name=question.code, value=str(choice.code))
        add(row, "label", choice.text, for_=name)


def _buttons(parent: Element) -> None:
    row = add(parent, "div", lang="en", dir="ltr")
    add(row, "p", "", id="count", role="status")
    for name, text, style in (
        ("keep", "Done: keep these answers", ""),
        ("csv", "Save as CSV", "second"),
        ("json", "Save as JSON", "second"),
    ):
        add(row, "button", text, id=name, type="button", class_=style)


def _reading_back(parent: Element, form: Questionnaire) -> None:
    """Say to whoever collects the files how the saved answers are read."""
    footer = add(parent, "footer", lang="en", dir="ltr")
    text = add(footer, "p", "For the person who collects the answers: ")
    command = f"sctoolkit score FILE.csv -i {form.instrument} --respondent respondent --side side"
    add(text, "code", command if form.side else command.removesuffix(" --side side"))
    add(footer, "p", f"{form.name}, version {form.version}.")
