"""Errors are part of the product: their texts are compared with golden files, so that a change of wording is seen."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from collect import GOLDEN, load_cases, text_of

CASES = load_cases()


@pytest.mark.parametrize("slug", sorted(CASES))
def test_text(slug):
    path = GOLDEN / f"{slug}.txt"
    assert path.exists(), f"no golden text; write it with `python tests/errors/write_goldens.py {slug}` and read it"
    assert text_of(CASES[slug]) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("slug", sorted(CASES))
def test_house_style(slug):
    text = text_of(CASES[slug]).lower()
    first = text.splitlines()[0].split(": ", 1)[1]
    assert "!" not in first
    assert "please" not in text
    assert "invalid" not in text


def test_no_golden_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*.txt")} <= set(CASES)
