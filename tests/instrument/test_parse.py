"""All faults at once, each with its key path."""

from pathlib import Path

import pytest

from sctoolkit.errors import InstrumentError
from sctoolkit.instrument.parse import parse_instrument

HERE = Path(__file__).parent
MINIMAL = """
items = [{ code = "a1", label = "first thing", response = "yes" }]
[instrument]
id = "small"
version = "1"
name = "Small"
status = "draft"
level = "individual"
[[source]]
citation = "Us"
[licence]
wording = "ours"
[response.yes]
codes = [[0, "no"], [1, "yes"]]
[scale.all]
label = "All"
items = ["a1"]
rule = "sum"
minimum = 1
range = [0, 1]
"""


def faults(text: str) -> str:
    with pytest.raises(InstrumentError) as caught:
        parse_instrument(text, "mine.toml")
    return str(caught.value)


def test_a_minimal_file_is_an_instrument():
    instrument = parse_instrument(MINIMAL, "mine.toml")
    assert instrument.scale["all"].range == (0, 1)


def test_ten_faults_are_ten_lines():
    text = faults((HERE / "ten_faults.toml").read_text(encoding="utf-8"))
    assert "10 faults found" in text
    for path in (
        "`instrument.level`", "`response.often.mising`", "`items[3].keying`", "`scale.distance.label`",
        "`response.agree5.missing`", "`items`: code `tr1`", "`items[1].response`", "`items[2].target`",
        "`scale.trust.items`", "`scale.distance.counted`",
    ):  # fmt: skip
        assert path in text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('[[source]]\ncitation = "Us"', "", "`source`: is missing"),
        ("range = [0, 1]", "range = [0, 2]", "while items and rule reach [0.0, 1.0]"),
        ("minimum = 1", "", "`scale.all.minimum`: is missing"),
        ('rule = "sum"', 'rule = "sums"', "did you mean `sum`?"),
        ('rule = "sum"', 'rule = "count"', "`scale.all.counted`: says nothing about item `a1`"),
        ('rule = "sum"', 'rule = "pairs"\ncounted = { a1 = [1] }', "`scale.all.pairs`: belongs to the rule `pairs`"),
        ('rule = "sum"', 'rule = "table"', "`scale.all.table`: is missing"),
        ('rule = "sum"', 'rule = "weighted"', "`scale.all.weights`: says nothing about item `a1`"),
        ("range = [0, 1]", 'require = [{ items = ["a2"], minimum = 2 }]', "`a2` is not in this scale"),
        ("range = [0, 1]", "form_minimum = { short = 1 }", "`short` is not in `instrument.forms`"),
        ('[0, "no"], [1, "yes"]', '[0, "no"], [1, "No"]', "label `no` stands 2 times"),
        ('status = "draft"', 'status = "listed"', "a listed instrument has no scored scales"),
        ('[response.yes]\ncodes = [[0, "no"], [1, "yes"]]', "[response.yes]", "needs `codes` or `number`"),
        ('response = "yes" }', 'response = "yes", keying = "unknown" }', None),
    ],
)
def test_single_faults(old, new, said):
    text = MINIMAL.replace(old, new)
    assert text != MINIMAL
    if said is None:
        assert parse_instrument(text, "mine.toml").items[0].keying is None
    else:
        assert said in faults(text)


def test_codes_that_differ_in_case_only_collide():
    text = MINIMAL.replace("items = [{", 'items = [{ code = "A1", label = "again", response = "yes" }, {')
    assert "upper and lower case are alike" in faults(text)


def test_shape_and_sense_are_reported_together():
    text = MINIMAL.replace("minimum = 1", "minimun = 1\nminimum = 5").replace('version = "1"\n', "")
    said = faults(text)
    assert "`scale.all.minimun`" in said
    assert "`instrument.version`: is missing" in said
    assert "`scale.all.minimum`: must lie between 1 and the 1 items" in said
