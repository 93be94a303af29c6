"""Wording: attached, checked whole, filled, removed; absent wording says where it can be had."""

import pytest

from sctoolkit import load_instrument
from sctoolkit.errors import DataError, InstrumentError, OptionError, ReadError
from sctoolkit.instrument.readability import readability, syllables
from sctoolkit.instrument.slots import fill, slot_values
from sctoolkit.instrument.wording import (
    attach_wording,
    check_wording_file,
    remove_wording,
    wording_files,
    wording_of,
    wording_readability,
)
from sctoolkit.instrument.wording_file import wording_template

GOOD = "part,code,side,lang,text\nitem,LON1,,en,One?\nitem,LON2,,en,Two?\nitem,LON3,,en,Three?\n"


@pytest.fixture
def ucla(tmp_path, monkeypatch):
    monkeypatch.setenv("SCTOOLKIT_INSTRUMENTS", str(tmp_path / "own"))
    return load_instrument("ucla3")


def attached(instrument, tmp_path, text, lang=None, encoding="utf-8"):
    file = tmp_path / "words.csv"
    file.write_bytes(text.encode(encoding))
    return attach_wording(instrument, file, lang)


def said(instrument, tmp_path, text, lang=None):
    with pytest.raises(InstrumentError) as caught:
        attached(instrument, tmp_path, text, lang)
    return str(caught.value)


def test_attach_use_and_remove(ucla, tmp_path):
    kept = attached(ucla, tmp_path, GOOD)
    assert kept == tmp_path / "own" / "ucla3" / "wording" / "en.csv"
    wording = wording_of(ucla)
    assert wording.items == {"LON1": "One?", "LON2": "Two?", "LON3": "Three?"}
    assert wording.answers["often3"][2] == "some of the time"
    assert remove_wording(ucla, "en") == kept
    assert wording_files(ucla) == {}
    with pytest.raises(InstrumentError, match="none of yours"):
        remove_wording(ucla, "en")


def test_absent_wording_says_whose_it_is_and_where_it_can_be_had(ucla):
    with pytest.raises(InstrumentError) as caught:
        wording_of(ucla, "cy")
    assert "Licence: " in str(caught.value)
    assert "It can be had at: " in str(caught.value)
    assert "instruments wording ucla3 FILE --lang cy" in str(caught.value)


def test_semicolons_and_a_byte_order_mark_are_read(ucla, tmp_path):
    text = "\ufeffpart;code;text\nitem;LON1;One, two?\nitem;LON2;Two\nitem;LON3;Three\n"
    assert attached(ucla, tmp_path, text, "de").name == "de.csv"
    assert wording_of(ucla, "de").items["LON1"] == "One, two?"


def test_check_keeps_nothing(ucla, tmp_path):
    file = tmp_path / "words.csv"
    file.write_text(GOOD, encoding="utf-8")
    assert check_wording_file(ucla, file) == "en"
    assert wording_files(ucla) == {}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("item,LON3,,en,Three?\n", "", "item `LON3` has no text"),
        (
            "item,LON3,,en,Three?",
            "item,LON3,,en,Three?\nitem,LON4,,en,Four?",
            "code `LON4` is not an item; did you mean",
        ),
        ("item,LON3,,en,Three?", "item,LON3,,en,Three?\nitem,LON1,,en,Again?", "stands already on line 2"),
        ("item,LON3,,en,Three?", "item,LON3,,en,Three?\nitem,lon1,,en,Again?", "upper and lower case are alike"),
        ("item,LON2,,en,", "item,LON2,,fr,", "language `fr` stands in a file of `en`"),
        ("en,Two?", "en,", "the text of item `LON2` is empty"),
        ("en,Two?", "en,Two {own}?", "`{own}` is not a slot"),
        ("en,Two?", "en,Two {?", "a brace has no partner"),
        ("item,LON2", "itm,LON2", "part `itm` is not known; did you mean `item`?"),
        ("LON2,,en", "LON2,community,en", "side `community` is not a side"),
        ("part,code,side,lang,text", "part,code,side,lang,words", "column `text` is missing"),
        ("item,LON3,,en,Three?", "item,LON3,,en,Three?\nanswer,often3:9,,en,Never", "code `often3:9` is not an answer"),
        ("item,LON3,,en,Three?", 'item,LON3,,en,"Three?",more', "must have 5 cells"),
    ],
)
def test_faults_of_a_wording_file(ucla, tmp_path, old, new, fault):
    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    assert fault in said(ucla, tmp_path, text)


def test_all_faults_are_named_at_once(ucla, tmp_path):
    text = "part,code,lang,text\nitem,LON1,fr,One\nitem,LON9,en,\n"
    report = said(ucla, tmp_path, text, "en")
    assert "5 faults found" in report


def test_wrong_language_tags_are_refused(ucla, tmp_path):
    assert "language `English` is not a tag" in said(ucla, tmp_path, GOOD.replace(",en,", ",,"), "English")
    assert "language `en` stands in a file of `fr`" in said(ucla, tmp_path, GOOD, "fr")
    assert "no language" in said(ucla, tmp_path, GOOD.replace(",en,", ",,"))


def test_files_in_another_encoding_are_named(ucla, tmp_path):
    with pytest.raises(ReadError, match="UTF-8"):
        attached(ucla, tmp_path, GOOD.replace("One?", "Où?"), encoding="latin-1")


def test_template_needs_nothing_but_texts(ucla, tmp_path):
    assert "is empty" in said(ucla, tmp_path, wording_template(ucla))
    lines = [line + "x" if line.endswith(",") else line for line in wording_template(ucla).splitlines()]
    assert attached(ucla, tmp_path, "\n".join(lines)).is_file()


def test_listed_instruments_take_no_wording(tmp_path):
    with pytest.raises(InstrumentError, match="listed without any"):
        attached(load_instrument("onyx_bullen"), tmp_path, GOOD)


@pytest.mark.parametrize("side", ["community", "statutory"])
def test_cscq_ships_with_wording_for_both_sides(side):
    cscq = load_instrument("cscq")
    wording = wording_of(cscq, side=side)
    assert list(wording.items) == list(cscq.item_codes)
    for text in wording.items.values():
        assert "{" not in text
        assert text[0].isupper()
        assert text.endswith(".")
    assert wording.stems["shared5"]
    assert wording.answers["agree5"][1] == "Strongly disagree"


def test_cscq_asks_the_same_with_targets_swapped():
    cscq = load_instrument("cscq")
    ours, theirs = (wording_of(cscq, side=side).items for side in cscq.instrument.sides)
    assert ours["ts1"] == "The services and officials we deal with do what they say they will do."
    assert theirs["ts1"] == "The communities and groups we work with do what they say they will do."
    assert ours["po3"] == theirs["po3"]


def test_cscq_reads_at_the_age_aimed_at():
    cscq = load_instrument("cscq")
    ages = [wording_readability(wording_of(cscq, side=side)).age for side in cscq.instrument.sides]
    assert all(11 <= age < 12.5 for age in ages)


def test_slots_of_the_programme_go_before_the_defaults():
    cscq = load_instrument("cscq")
    items = wording_of(cscq, side="community", slots={"own": "our mosque", "broker": "the hub staff"}).items
    assert items["br2"].startswith("Our mosque has worked on something")
    assert items["tb2"] == "The hub staff treat both sides fairly."


def test_open_slots_are_refused():
    cscq = load_instrument("cscq")
    with pytest.raises(InstrumentError, match="must be filled"):
        wording_of(cscq)
    with pytest.raises(InstrumentError, match="no slot open"):
        fill("I trust {them}.", {})
    with pytest.raises(InstrumentError, match="no braces"):
        slot_values(cscq, "community", {"own": "our {group}"})
    with pytest.raises(OptionError, match="none"):
        slot_values(cscq, "community", {"owm": "our group"})
    with pytest.raises(OptionError, match="side"):
        slot_values(cscq, "comunity")


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{own} helps.", "My group helps."),
        ("It helps. {own} too.", "It helps. My group too."),
        ("Does {own} help?", "Does my group help?"),
        ('He said: "{own} helps."', 'He said: "My group helps."'),
        ("In {own}, {own} counts.", "In my group, my group counts."),
    ],
)
def test_a_slot_that_begins_a_sentence_is_capitalised(text, filled):
    assert fill(text, {"own": "my group"}) == filled


def test_wording_by_side_goes_before_wording_for_both(tmp_path, monkeypatch):
    monkeypatch.setenv("SCTOOLKIT_INSTRUMENTS", str(tmp_path / "own"))
    cscq = load_instrument("cscq")
    shipped = (wording_files(cscq)["en"]).read_text(encoding="utf-8")
    extra = shipped + "item,po3,statutory,en,Decisions are made by others.\n"
    file = tmp_path / "words.csv"
    file.write_text(extra, encoding="utf-8")
    attach_wording(cscq, file)
    assert wording_of(cscq, side="statutory").items["po3"] == "Decisions are made by others."
    assert wording_of(cscq, side="community").items["po3"] == "The real decisions are made somewhere else."


def test_a_text_must_name_the_target_of_its_item(tmp_path, monkeypatch):
    monkeypatch.setenv("SCTOOLKIT_INSTRUMENTS", str(tmp_path / "own"))
    cscq = load_instrument("cscq")
    text = (
        wording_files(cscq)["en"].read_text(encoding="utf-8").replace("I can rely on {broker}.", "I can rely on them.")
    )
    file = tmp_path / "words.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InstrumentError, match=r"asks about `\{broker\}`"):
        attach_wording(cscq, file)


def test_reading_ease_equals_the_formula_by_hand():
    # 2 sentences, 8 words, 10 syllables: The cat sat. / The dog ran under tables (1+1+1, 1+1+1+2+2)
    figures = readability(["The cat sat. The dog ran under tables."])
    assert (figures.n_sentences, figures.n_words) == (2, 8)
    assert figures.ease == pytest.approx(206.835 - 1.015 * 4 - 84.6 * 10 / 8)
    assert figures.grade == pytest.approx(0.39 * 4 + 11.8 * 10 / 8 - 15.59)
    assert figures.age == figures.grade + 5


@pytest.mark.parametrize(
    ("word", "count"),
    [("the", 1), ("people", 2), ("service", 2), ("services", 3), ("trusted", 2), ("helped", 1), ("community", 4),
     ("officials", 3), ("make", 1), ("places", 2), ("we", 1), ("real", 1)],
)  # fmt: skip
def test_syllables(word, count):
    assert syllables(word) == count


def test_readability_needs_words_and_english(ucla, tmp_path):
    with pytest.raises(DataError):
        readability(["..."])
    attached(ucla, tmp_path, GOOD.replace(",en,", ",fr,"))
    with pytest.raises(InstrumentError, match="English only"):
        wording_readability(wording_of(ucla, "fr"))
