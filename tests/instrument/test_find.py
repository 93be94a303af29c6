"""Finding, showing and comparing."""

import pytest

from sctoolkit import list_instruments, load_instrument
from sctoolkit.errors import OptionError
from sctoolkit.instrument.compare import compare_instruments
from sctoolkit.instrument.describe import rule_text
from sctoolkit.instrument.library import instrument_folders
from sctoolkit.instrument.show import show_instrument


def found(**filters):
    return list_instruments(**filters)["id"].tolist()


def test_filters_narrow_the_library():
    everything = found()
    assert len(everything) == len(list(instrument_folders()))
    assert found(construct="linking", level="community", max_items=10, language="en", free=True) == [
        "ftf_social_capital_index"
    ]
    assert found(side="statutory") == ["cscq"]
    assert "pscs" in found(status="listed")
    assert "pscs" not in found(scored=True)
    assert set(found(construct=["bonding", "bridging", "linking"])) < set(found(construct="linking"))
    assert "cscs5" in found(language="es")
    assert set(found(free=True)) | set(found(free=False)) == set(everything)


@pytest.mark.parametrize(
    ("filters", "near"),
    [({"construct": "linkng"}, "linking"), ({"level": "comunity"}, "community"), ({"status": "validatd"}, "validated")],
)
def test_misspelt_filters_meet_a_suggestion(filters, near):
    with pytest.raises(OptionError, match="must be one") as caught:
        list_instruments(**filters)
    assert f"Did you mean `{near}`?" in str(caught.value)


@pytest.mark.parametrize("name", sorted(instrument_folders()))
def test_every_instrument_can_be_shown_at_100_columns(name):
    instrument = load_instrument(name)
    text = show_instrument(instrument)
    assert max(map(len, text.splitlines())) <= 130  # a long address cannot be broken
    assert sum(len(line) > 100 for line in text.splitlines()) <= 3
    assert instrument.licence.wording.split()[0] in text
    assert "(None" not in text
    assert "n None" not in text
    for code in instrument.item_codes:
        assert code in text


def test_what_is_not_verified_is_shown():
    text = show_instrument(load_instrument("iscs"))
    assert "Not verified" in text
    assert "items BO8, BO10" in text


@pytest.mark.parametrize(
    ("name", "scale", "words"),
    [
        ("cscq", "bo", "mean of the answered items, 1 to 5; 3 of 5 items needed (published), 1 in the short form"),
        ("who5", "wellbeing", "sum of the items times 4, 0 to 100; all 5 items needed (our convention)"),
        ("ons4", "anxiety", "the answer itself, answers as given, not turned, 0 to 10; the answer needed"),
        ("djg6", "loneliness", "number of items with a counted answer, 0 to 6; 5 of 6 items needed (published)"),
        ("sascat", "structural", "reported item by item, no score"),
    ],
)
def test_rules_in_words(name, scale, words):
    assert rule_text(load_instrument(name).scale[scale]) == words


def test_comparison_has_a_column_each_and_needs_two():
    table = compare_instruments("ucla3", "djg6", load_instrument("who5"))
    assert list(table.columns) == ["ucla3", "djg6", "who5"]
    assert table.loc["reverse-keyed"].tolist() == ["0", "3", "0"]
    assert "Cronbach alpha 0.72 (n 229)" in table.loc["reliability", "ucla3"]
    with pytest.raises(OptionError):
        compare_instruments("ucla3")
    with pytest.raises(OptionError):
        compare_instruments("bscs", "bscs_2008")
