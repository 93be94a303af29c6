"""Forms in a browser: axe finds nothing, nothing is loaded, and the offline form can be filled by keyboard alone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit import from_frame, load_instrument, read, score
from sctoolkit.forms.codebook import codebook_page
from sctoolkit.forms.offline import offline_page
from sctoolkit.forms.printable import printable_page
from sctoolkit.forms.questionnaire import build_questionnaire

HERE = Path(__file__).parent
AXE = HERE.parent / "report" / "axe.cjs"
FORM = build_questionnaire(load_instrument("cscq"), side="community", form="short")
PAGES = {
    "offline": lambda: offline_page(FORM),
    "print": lambda: printable_page(FORM),
    "large print": lambda: printable_page(FORM, large=True),
    "codebook": lambda: codebook_page(load_instrument("cscq"), {}),
    "codebook of counts": lambda: codebook_page(load_instrument("position_generator_issp2017"), {}),
}


def _node(browser, script, *argv):
    done = subprocess.run(
        [browser["NODE"], str(script), *map(str, argv)], capture_output=True, text=True, env=browser, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing(page, width, browser, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(PAGES[page](), encoding="utf-8")
    found = _node(browser, AXE, file, width)
    assert found["violations"] == []
    assert found["requests"] == []
    if page != "print":
        assert found["scroll_width"] <= width


@pytest.mark.slow
def test_the_keyboard_alone_fills_and_saves_the_offline_form(browser, tmp_path):
    rng = np.random.default_rng(3)
    n = len(FORM.questions)
    people = [("anna", rng.integers(0, 5, n).tolist()), ('bo, the "second"', rng.integers(0, 5, n).tolist())]
    people[1][1][2] = None
    file, saved = tmp_path / "form.html", tmp_path / "saved.csv"
    file.write_text(offline_page(FORM), encoding="utf-8")
    found = _node(browser, HERE / "keyboard.cjs", file, saved, json.dumps(people))
    assert found["requests"] == []
    assert found["said"][0].startswith("1 person kept.")
    assert found["said"][1].startswith("1 not answered.")
    assert found["said"][-1] == "2 people saved as CSV."
    assert found["name"].startswith("cscq_community_short_en-")
    back = read(saved, "cscq", wave="1", columns={"respondent": "respondent", "side": "side"})
    given = pd.DataFrame(
        {question.code: [steps[i] for _, steps in people] for i, question in enumerate(FORM.questions)}
    )
    frame = (given + 1).assign(respondent=[code for code, _ in people], side="community")
    expected = from_frame(frame, "cscq", columns={"respondent": "respondent", "side": "side"}, wave="1")
    np.testing.assert_array_equal(score(back).values, score(expected).values)
    assert back.roles["side"].tolist() == ["community", "community"]
