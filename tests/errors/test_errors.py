"""Errors are part of the product: their texts are compared with golden files, so that a change of wording is seen."""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from collect import GOLDEN, load_cases, outcome

CASES = load_cases()
RAW = r"""(?<![\w'"`])b['"]|\\x|<class|np\.(float|int|str|bool)|dtype|array\(|Traceback|errors\.pydantic"""


@pytest.mark.parametrize("slug", sorted(CASES))
def test_text(slug):
    path = GOLDEN / f"{slug}.txt"
    assert path.exists(), f"no golden text; write it with `python tests/errors/write_goldens.py {slug}` and read it"
    assert outcome(slug).text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("slug", sorted(CASES))
def test_house_style(slug):
    text = outcome(slug).text
    first = text.splitlines()[0].split(": ", 1)[1]
    assert "!" not in first
    assert not re.search(r"\b(please|invalid|oops|sorry)\b", text.lower())
    assert not re.search(RAW, text), "raw Python text"


WITHOUT_HINT: dict[str, str] = {}
"""Cases after which there is nothing to type or change, and why."""


@pytest.mark.parametrize("slug", sorted(CASES))
def test_says_what_to_do(slug):
    hints = [line.removeprefix("  i ") for line in outcome(slug).text.splitlines() if line.startswith("  i ")]
    assert all(hints)
    assert bool(hints) != (slug in WITHOUT_HINT)


def test_no_golden_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*.txt")} <= set(CASES)
