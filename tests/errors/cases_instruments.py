"""Everything that can be wrong with an instrument, its wording, a search or a comparison."""

import os
import tempfile
from pathlib import Path

from sctoolkit import compare_instruments, list_instruments, load_instrument, theory_coverage
from sctoolkit.instrument.readability import readability
from sctoolkit.instrument.slots import fill, slot_values
from sctoolkit.instrument.wording import attach_wording, remove_wording, wording_of, wording_readability

HERE = Path(__file__).parent
GOOD = "part,code,lang,text\nitem,LON1,en,One?\nitem,LON2,en,Two?\nitem,LON3,en,Three?\n"


def own(call):
    """Run with an empty folder of one's own."""

    def inside():
        before = os.environ.get("SCTOOLKIT_INSTRUMENTS")
        os.environ["SCTOOLKIT_INSTRUMENTS"] = str(Path(tempfile.mkdtemp()) / "own")
        try:
            return call()
        finally:
            os.environ.pop("SCTOOLKIT_INSTRUMENTS")
            if before is not None:
                os.environ["SCTOOLKIT_INSTRUMENTS"] = before

    return inside


def words(content, instrument="ucla3", lang=None, name="words.csv"):
    def call():
        file = Path(tempfile.mkdtemp()) / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return attach_wording(load_instrument(instrument), file, lang)

    return own(call)


def definition(content):
    def call():
        file = Path(tempfile.mkdtemp()) / "instrument.toml"
        file.write_bytes(content)
        return load_instrument(file)

    return call


def french():
    instrument = load_instrument("ucla3")
    file = Path(tempfile.mkdtemp()) / "words.csv"
    file.write_text(GOOD.replace(",en,", ",fr,"), encoding="utf-8")
    attach_wording(instrument, file)
    return wording_readability(wording_of(instrument, "fr"))


def blocked():
    folder = Path(tempfile.mkdtemp()) / "own"
    folder.write_text("a file stands where the folder would be", encoding="utf-8")
    before = os.environ.get("SCTOOLKIT_INSTRUMENTS")
    os.environ["SCTOOLKIT_INSTRUMENTS"] = str(folder)
    file = folder.with_name("words.csv")
    file.write_text(GOOD, encoding="utf-8")
    try:
        return attach_wording(load_instrument("ucla3"), file)
    finally:
        os.environ.pop("SCTOOLKIT_INSTRUMENTS")
        if before is not None:
            os.environ["SCTOOLKIT_INSTRUMENTS"] = before


CASES = {
    "instrument_unknown": lambda: load_instrument("usla3"),
    "instrument_no_file": lambda: load_instrument("./nowhere/instrument.toml"),
    "instrument_ten_faults": lambda: load_instrument(HERE.parent / "instrument" / "ten_faults.toml"),
    "instrument_not_utf8": definition(b"\xff\xfe"),
    "instrument_not_toml": definition(b'items = ["a"\n[instrument]'),
    "instrument_too_large": definition(b"#" * 1_000_001),
    "instruments_construct": lambda: list_instruments(construct="linkng"),
    "instruments_level": lambda: list_instruments(level="planet"),
    "compare_one": lambda: compare_instruments("ucla3"),
    "wording_absent": own(lambda: wording_of(load_instrument("swemwbs"))),
    "wording_absent_language": own(lambda: wording_of(load_instrument("cscq"), "eng", side="community")),
    "wording_missing_and_stray": words(GOOD.replace("LON3", "LON4")),
    "wording_twice": words(GOOD + "item,lon1,en,Again?\n"),
    "wording_wrong_language": words(GOOD.replace("LON2,en", "LON2,fr")),
    "wording_no_language": words(GOOD.replace(",en,", ",,")),
    "wording_bad_tag": words(GOOD.replace(",en,", ",,"), lang="English"),
    "wording_columns": words(GOOD.replace("text", "txt")),
    "wording_many": words("part,code,side,lang,text\nitm,LON1,,en,One\nitem,LON2,us,en,Two {own} {\nitem,LON3,,en\n"),
    "wording_not_utf8": words("part,code,text\nitem,LON1,Où?\n".encode("latin-1")),
    "wording_too_large": words(b"x" * 1_000_001),
    "wording_target": words("part,code,lang,text\nitem,tb1,en,I can rely on them.\n", instrument="cscq"),
    "wording_listed": words(GOOD, instrument="onyx_bullen"),
    "wording_no_file": own(lambda: attach_wording(load_instrument("ucla3"), "nowhere.csv")),
    "wording_folder": blocked,
    "wording_remove": own(lambda: remove_wording(load_instrument("cscq"), "en")),
    "wording_age_of_french": own(french),
    "readability_no_words": lambda: readability(["..."]),
    "slot_unknown": lambda: slot_values(load_instrument("cscq"), "community", {"owm": "our group"}),
    "slot_side": lambda: slot_values(load_instrument("cscq"), "comunity"),
    "slot_empty": lambda: slot_values(load_instrument("cscq")),
    "slot_braces": lambda: slot_values(load_instrument("cscq"), "community", {"own": "our {group}"}),
    "slot_open": lambda: fill("I trust {them}.", {}),
    "coverage_log": lambda: theory_coverage("cscq", logs=["engagment"]),
    "coverage_waves": lambda: theory_coverage("cscq", waves=0),
}
