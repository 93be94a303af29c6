"""The page in a browser: axe finds nothing, nothing is loaded, nothing scrolls sideways, on a desk and on a phone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from sample import sample_report

from sctoolkit.report.render_html import render_html

SCRIPT = Path(__file__).with_name("axe.cjs")


@pytest.mark.slow
@pytest.mark.parametrize("hostile", ["", "<img src=x onerror=document.title='owned'>"])
@pytest.mark.parametrize("width", [1280, 640, 390, 320])
def test_page_in_a_browser(tmp_path: Path, browser: dict[str, str], width: int, hostile: str) -> None:
    """320 pixels is what a page of 1280 is at 400 % zoom."""
    page = tmp_path / "report.html"
    page.write_text(render_html(sample_report(hostile=hostile)), encoding="utf-8")
    done = subprocess.run(
        [browser["NODE"], str(SCRIPT), str(page), str(width)],
        capture_output=True, text=True, env=browser, timeout=120, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["violations"] == []
    assert found["requests"] == []
    assert found["dialogs"] == []
    assert found["scroll_width"] <= width
    assert found["title"].startswith("Shared spaces")
