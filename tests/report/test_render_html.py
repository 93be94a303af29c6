"""The page: structure, safety, hidden figures, the same bytes."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest
from sample import sample_drafts, sample_report

from sctoolkit.report.document import build_report
from sctoolkit.report.render_html import render_html

HOSTILE = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}{% raw %}javascript:alert(3)"
    "\u202e\x00$\\frac{1}{2}$"
)
DRAWING = r'<style>.*?</style>|;base64,[^"]+| (?:d|style|width|height|viewBox|x|y|transform|points)="[^"]*"'
"""Coordinates and styles, which hold numbers that are about nobody."""


class Outline(HTMLParser):
    """Counts elements and keeps attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    return found


@pytest.fixture(scope="module")
def page() -> str:
    return render_html(sample_report())


@pytest.fixture(scope="module")
def hostile_page() -> str:
    return render_html(sample_report(hostile=HOSTILE))


def svgs(page: str) -> list[str]:
    found = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", page)
    return [base64.b64decode(text).decode("utf-8") for text in found]


def test_structure(page: str) -> None:
    found = outline(page)
    assert found.of("html")[0]["lang"] == "en"
    assert len(found.of("h1")) == 1
    assert [len(found.of(tag)) for tag in ("main", "nav", "header", "footer")] == [1, 1, 1, 1]
    assert found.of("a")[0]["href"] == "#main"
    assert len(found.of("caption")) == len(found.of("table")) > 8
    assert all(attrs.get("scope") in ("col", "row", "rowgroup") for attrs in found.of("th"))
    assert all(attrs["alt"] for attrs in found.of("img"))
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"][1:] for attrs in found.of("a")]
    assert set(links) <= set(ids)


def test_nothing_comes_from_outside(page: str) -> None:
    found = outline(page)
    assert not found.of("script")
    assert not found.of("link")
    policy = [attrs["content"] for attrs in found.of("meta") if "Content-Security-Policy" in attrs.values()]
    assert policy[0].startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'")
    assert not re.search(r"(src|href|srcset)=\"(?!#|data:)", page)
    assert "url(" not in page
    assert all("http" not in svg.replace("http://www.w3.org/", "") for svg in svgs(page))


def test_every_picture_has_a_table_twin(page: str) -> None:
    found = outline(page)
    assert len(found.of("figure")) == len(found.of("details")) == len(found.of("img")) == len(found.of("source"))


def test_simulated_is_said(page: str) -> None:
    assert "Simulated data." in page
    assert "(simulated data)</title>" in page


def test_the_same_report_gives_the_same_bytes(page: str) -> None:
    assert render_html(sample_report()) == page


def test_hostile_names_stay_text(hostile_page: str) -> None:
    found = outline(hostile_page)
    assert not found.of("script")
    assert not [attrs for _, attrs in found.tags if any(name.startswith("on") for name in attrs)]
    assert all(attrs["src"].startswith("data:image/svg+xml;base64,") for attrs in found.of("img"))
    assert "<script>" not in hostile_page
    assert "{{7*7}}" in hostile_page
    assert "\u202e" not in hostile_page
    assert "\x00" not in hostile_page
    assert "[U+202E]" in hostile_page
    for svg in svgs(hostile_page):
        assert "<script" not in svg
        assert "onerror=alert" not in re.sub(r">[^<]*<", "><", svg)
        assert "\u202e" not in svg


@pytest.mark.parametrize("slot", ["title", "subtitle", "claim"])
def test_texts_of_the_first_screen(slot: str) -> None:
    texts = {"title": "t", "subtitle": "s", "claim": "c", slot: HOSTILE}
    page = render_html(build_report([], **texts))
    assert "<script>" not in page
    assert "onerror" in page
    assert not [attrs for _, attrs in outline(page).tags if "onerror" in attrs]


def test_small_numbers_are_in_no_form_on_the_page() -> None:
    """Divided by 16, no side has ten people; their means (3.05 ...) must be nowhere: text, picture, words."""
    report = sample_report(shrink=16)
    page = render_html(report)
    assert report.log.n_small > 50
    for text in (page, *svgs(page)):
        for figure in ("3.05", "3.40", "+0.28", "+0.08", ".79", "0.34 points"):
            assert figure not in re.sub(DRAWING, "", text, flags=re.DOTALL), figure


def test_a_report_without_drafts_is_a_page() -> None:
    assert outline(render_html(build_report([], title="Empty"))).of("main")


def test_drafts_can_be_used_twice() -> None:
    drafts = sample_drafts()[4:]
    assert render_html(build_report(drafts, title="x")) == render_html(build_report(drafts, title="x"))
