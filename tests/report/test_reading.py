"""What a reader meets: sentences in the words of the answers, many waves in short, tables that fit."""

from __future__ import annotations

import io

import docx
import openpyxl
import pytest
from sample import sample_report

from sctoolkit.report.document import Bullets, Figure, Paragraph, Report, Section, build_report
from sctoolkit.report.docx_table import PAGE_INCHES, column_widths
from sctoolkit.report.render_docx import render_docx
from sctoolkit.report.render_html import render_html
from sctoolkit.report.render_xlsx import render_xlsx
from sctoolkit.report.sections.change import ScaleChange, change_section, headlines
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.sections.score_distributions import ItemAnswers, ScoreSummary, score_distributions
from sctoolkit.report.sections.who_answered import Followed, Returns, who_answered
from sctoolkit.report.table_text import table_text
from sctoolkit.result import Caveat

OFTEN = {"never": 30, "sometimes": 40, "often": 50}


@pytest.fixture(scope="module")
def report() -> Report:
    return sample_report()


def _said(section: Section) -> str:
    return " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))


def _figures(section: Section) -> list[Figure]:
    return [block for block in section.blocks if isinstance(block, Figure)]


def _item(name: str, counts: dict[str, int], *, scale: str = "s", turned: bool = False) -> ItemAnswers:
    return ItemAnswers(item=name, label=name, scale=scale, counts=counts, wave="1", reverse_keyed=turned)


def test_bars_are_read_in_the_words_of_the_answers() -> None:
    section = build_report([score_distributions([_item("a", OFTEN)], [])], title="T").sections[0]
    assert "Bars reach left for “never” and right for “often”." in _said(section)
    assert "agree" not in _said(section)
    assert _figures(section)[0].alt.endswith("from “never” on the left to “often” on the right.")
    assert "turned" not in _said(section)


def test_answers_that_differ_and_turned_items_are_said() -> None:
    items = [_item("a", OFTEN), _item("b", {"no": 40, "yes": 50}, scale="t", turned=True)]
    said = _said(build_report([score_distributions(items, [])], title="T").sections[0])
    assert "the key below each names them" in said
    assert "Items marked “turned” are worded the other way round" in said


def test_many_waves_are_told_by_their_ends_and_range() -> None:
    sizes = [100, 140, 120, 130, 90]
    returns = [Returns(wave=f"wave {number}", n=n) for number, n in enumerate(sizes, start=1)]
    section = build_report([who_answered(returns)], title="T").sections[0]
    assert _said(section).startswith(
        "100 people answered at wave 1 and 90 people at wave 5. "
        "At the 3 waves between them, 120 to 140 people answered."
    )
    assert section.tables()[0].caption == "People who answered, by wave"


def test_hidden_links_make_a_sentence() -> None:
    returns = [Returns(wave="1", n=40), Returns(wave="2", n=38)]
    links = [Followed(first="1", last="2", linked=6, lost=34, new=32)]
    section = build_report([who_answered(returns, links)], title="T").sections[0]
    assert "How many people of 1 could be found again at 2 is not shown." in _said(section)


def test_a_score_without_a_range_has_a_table_and_no_place_on_a_range() -> None:
    nan = float("nan")
    summary = ScoreSummary(scale="s", label="S", n=40, mean=0.4, sd=0.5, low=nan, high=nan, wave="1")
    section = build_report([score_distributions([], [summary])], title="T").sections[0]
    assert not _figures(section)
    assert section.tables()[0].id == "scores"


@pytest.mark.parametrize(
    ("ends", "words"),
    [((0.1, 0.5), "changed by 0.30 points more"), ((-0.5, -0.1), "changed by 0.30 points less"),
     ((-0.1, 0.7), "may have changed less or more")],
)  # fmt: skip
def test_a_difference_between_groups_is_no_rise(ends: tuple[float, float], words: str) -> None:
    low, high = ends
    estimate = (low + high) / 2
    nan = float("nan")
    change = ScaleChange(
        scale="s", label="S", first="1", last="2", estimate=estimate, ci_low=low, ci_high=high, n=80, low=nan, high=nan,
        against="programme less comparison",
    )  # fmt: skip
    made = build_report([change_section([change])], title="T", summary=headlines())
    assert words in made.summary[0].sentences[0]
    assert "nan" not in made.summary[0].detail
    assert _figures(made.sections[0])[0].settings["axis"] == "Change in points"


def test_the_gap_says_which_side_is_named_first() -> None:
    gap = ScaleChange(
        scale="s", label="S", first="1", last="2", estimate=0.2, ci_low=0.1, ci_high=0.3, n=80, low=1, high=5, gap=True,
        against="community less statutory",
    )  # fmt: skip
    own = [ScaleChange(scale="s", label="S", first="1", last="2", estimate=0.2, ci_low=0.1, ci_high=0.3, n=40, low=1,
                       high=5, side=side) for side in ("community", "statutory")]  # fmt: skip
    said = _said(build_report([change_section([*own, gap])], title="T").sections[0])
    assert "difference between their changes, community less statutory: above zero, the side named first gained" in said


def test_several_remarks_are_one_box() -> None:
    one, two = Caveat(code="a", sentence="One."), Caveat(code="b", sentence="Two.")
    assert remarks([one, one]) == (Paragraph("One.", "caution"),)
    assert remarks([one, two]) == (Bullets(("One.", "Two."), tone="caution"),)
    assert remarks([]) == ()


def test_numbers_that_stand_elsewhere_are_pointed_to(report: Report) -> None:
    page = render_html(report)
    assert page.count("The numbers stand in “") == sum(bool(figure.twin) for figure in report.figures()) > 0
    ids = [table.id for table in report.tables()]
    assert all(figure.twin in ids for figure in report.figures() if figure.twin)


def test_rows_of_one_name_have_one_head(report: Report) -> None:
    page = render_html(report)
    assert 'scope="rowgroup" rowspan="' in page


def test_tables_of_the_document_fit_the_page(report: Report) -> None:
    for table in report.tables():
        assert sum(column_widths(table_text(table, report.log.preset))) <= PAGE_INCHES + 1e-9
    document = docx.Document(io.BytesIO(render_docx(report)))
    shapes = document.inline_shapes
    assert len(shapes) == len(report.figures())
    for shape, figure in zip(shapes, report.figures(), strict=True):
        assert shape._inline.docPr.get("descr").startswith(figure.alt)
    assert "The numbers stand in the table “" in "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_the_workbook_says_what_its_sheets_hold(report: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(report)))
    rows = {row[0].value: [cell.value for cell in row] for row in book["contents"].iter_rows(min_row=2)}
    assert rows["returns"][1:] == [
        "People who answered, by wave and side",
        "Wave; Side; Answered (number of people); Asked (number of people); Response rate (percent)",
    ]
    assert [cell.value for cell in book["returns"][1]][-1] == "Response rate (%)"
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes in ("A2", "B2")
        assert sheet.page_setup.orientation == "landscape"
    assert "“contents”" in " ".join(str(row[0].value) for row in book["cover"].iter_rows())
