"""Text from strangers."""

from __future__ import annotations

from sctoolkit.report.safe_text import label, shorten, visible


def test_what_cannot_be_seen_is_made_visible() -> None:
    assert visible("a\x00b\x1bc\u200bd\u202ee\ud800f\ufeffg") == (
        "a[U+0000]b[U+001B]c[U+200B]d[U+202E]e[U+D800]f[U+FEFF]g"
    )


def test_joiners_and_letters_of_all_scripts_stay() -> None:
    for text in ("किताब\u200dघर", "می\u200cخواهم", "Grüße, naïve café", "信任", "👩\u200d👧"):
        assert visible(text) == text


def test_line_breaks_become_blanks() -> None:
    assert visible("question\r\ntext\there") == "question  text here"


def test_long_labels_are_cut_in_the_middle() -> None:
    assert len(label("x" * 100_000)) == 300
    assert shorten("abcdefghij", 10) == "abcdefghij"
