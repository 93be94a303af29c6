"""Every instrument of the library: loads, agrees with its schema, names its sources, and is scored within its range."""

import json
import re
import tomllib
import zipfile

import jsonschema
import numpy as np
import pandas as pd
import pytest

from sctoolkit import from_frame, list_instruments, load_instrument, score
from sctoolkit.errors import InstrumentError, ReadError, UnknownInstrumentError
from sctoolkit.instrument.find import COLUMNS
from sctoolkit.instrument.library import instrument_folders, library_root
from sctoolkit.instrument.schema import instrument_schema
from sctoolkit.scoring.scores import SCORE_REASONS

IDS = sorted(folder.name for folder in library_root().iterdir() if (folder / "instrument.toml").is_file())
SCORED = [name for name in IDS if any(scale.scored for scale in load_instrument(name).scale.values())]
WITH_ITEMS = [name for name in IDS if load_instrument(name).items]


def _text(name: str) -> str:
    return (library_root() / name / "instrument.toml").read_text(encoding="utf-8")


def test_library_is_as_large_as_it_was():
    assert len(IDS) >= 128
    assert len(WITH_ITEMS) >= 85
    assert len(SCORED) >= 75


@pytest.fixture(scope="module")
def validator():
    return jsonschema.Draft202012Validator(instrument_schema())


@pytest.mark.parametrize("name", IDS)
def test_folder_and_id_agree_and_the_schema_holds(name, validator):
    assert load_instrument(name).id == name
    validator.validate(json.loads(json.dumps(tomllib.loads(_text(name)))))


@pytest.mark.parametrize("name", IDS)
def test_every_figure_has_a_source(name):
    instrument = load_instrument(name)
    assert all(source.citation.strip() for source in instrument.source)
    for figure in (*instrument.psychometrics, *instrument.benchmark):
        assert figure.source.strip()
    for benchmark in instrument.benchmark:
        assert benchmark.text or benchmark.mean is not None
    for name_, scale in instrument.scale.items():
        assert scale.source or not scale.scored, name_
        assert all(cutoff.source.strip() for cutoff in scale.cutoffs), name_
    assert instrument.licence.wording
    assert instrument.licence.where


@pytest.mark.parametrize("name", IDS)
def test_labels_are_short_and_no_working_marks_are_left(name):
    for item in load_instrument(name).items:
        assert 3 <= len(item.label) <= 80, item.code
        assert not item.label.endswith((".", "?")), f"{item.code}: a label is no sentence"
    assert not re.search(r"\[[VKCIM]\]|general knowledge|\bTODO\b|\(id \d|index file", _text(name))


@pytest.mark.parametrize("name", IDS)
def test_unknown_directions_and_unread_codes_are_in_no_number(name):
    instrument = load_instrument(name)
    if instrument.status == "listed":
        assert not any(scale.scored for scale in instrument.scale.values())
        assert instrument.instrument.access
    for scale in instrument.scale.values():
        assert all(instrument.response_of(code).known for code in scale.items if scale.scored)


@pytest.mark.parametrize("name", SCORED)
def test_simulated_answers_are_scored_within_the_range(name):
    instrument = load_instrument(name)
    rng = np.random.default_rng(20260101)
    columns = {}
    for item in instrument.items:
        response = instrument.response[item.response]
        if response.codes:
            columns[item.code] = rng.choice([answer.code for answer in response.codes], size=40)
        elif response.number is not None:
            columns[item.code] = rng.integers(int(response.number[0]), min(int(response.number[1]), 50), size=40)
    scores = score(from_frame(pd.DataFrame(columns), instrument))
    for place, scale in enumerate(scores.scales):
        values, reasons = scores.values[:, place], scores.reasons[:, place]
        given = np.isfinite(values)
        assert given.any() or (reasons == SCORE_REASONS.index("direction_unknown")).all(), scale
        bounds = instrument.scale[scale].range
        if bounds is not None:
            assert (values[given] >= bounds[0] - 1e-9).all(), scale
            assert (values[given] <= bounds[1] + 1e-9).all(), scale


@pytest.mark.parametrize("name", SCORED)
def test_keying_turns_the_extremes(name):
    """All favourable answers give the top of a mean or sum, all unfavourable ones the bottom."""
    instrument = load_instrument(name)
    rows = []
    for top in (True, False):
        row = {}
        for item in instrument.items:
            response = instrument.response[item.response]
            ordered = sorted(response.codes, key=lambda answer: answer.score)
            if ordered and item.keyed:
                row[item.code] = ordered[-1 if top == (item.keying == 1) else 0].code
        rows.append(row)
    scores = score(from_frame(pd.DataFrame(rows), instrument))
    for place, scale_name in enumerate(scores.scales):
        scale = instrument.scale[scale_name]
        numbers = [instrument.response_of(code).number for code in scale.items]
        if scale.rule not in {"mean", "sum"} or not scale.keyed or any(numbers) or scale.range is None:
            continue
        if all(instrument.by_code[code].keyed for code in scale.items):
            assert scores.values[:, place].tolist() == pytest.approx([scale.range[1], scale.range[0]])


def test_other_ids_lead_to_one_questionnaire():
    assert load_instrument("bscs_2008").id == "bscs"
    assert load_instrument("wsc_kouvonen_2006").id == "wsc_kouvonen"
    also = [other for name in IDS for other in load_instrument(name).instrument.also]
    assert len(also) == len(set(also))
    assert not set(also) & set(IDS)


def test_unverified_items_give_a_caveat_on_every_score():
    instrument = load_instrument("iscs")
    frame = pd.DataFrame({code: [3, 4] for code in instrument.item_codes})
    codes = {caveat.code for caveat in score(from_frame(frame, instrument)).caveats}
    assert {"unverified_scale", "unverified_items", "unverified_codes"} <= codes


def test_no_radius_and_no_validated_linking_scale_of_ours():
    scales = {f"{name}.{scale}" for name in IDS for scale in load_instrument(name).scale}
    assert not [key for key in scales if key.split(".")[1].startswith("radius")]
    composite = load_instrument("wvs_confidence")
    assert composite.status == "index"
    assert "index" in composite.scale["state"].label
    assert composite.scale["state"].verified is False


def test_own_folder_goes_first(tmp_path, monkeypatch):
    folder = tmp_path / "ucla3"
    folder.mkdir()
    (folder / "instrument.toml").write_text(
        _text("ucla3").replace('version = "1.0"', 'version = "9.9"'), encoding="utf-8"
    )
    (tmp_path / "mine").mkdir()
    own = _text("ucla3").replace('id = "ucla3"', 'id = "mine"')
    (tmp_path / "mine" / "instrument.toml").write_text(own, encoding="utf-8")
    monkeypatch.setenv("SCTOOLKIT_INSTRUMENTS", str(tmp_path))
    assert load_instrument("ucla3").version == "9.9"
    assert load_instrument("mine").id == "mine"
    assert "mine" in set(list_instruments()["id"])
    assert load_instrument(tmp_path / "mine").id == "mine"
    assert load_instrument(tmp_path / "mine" / "instrument.toml").id == "mine"


def test_unknown_names_meet_a_suggestion():
    with pytest.raises(UnknownInstrumentError) as caught:
        load_instrument("usla3")
    assert "ucla3" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"\xff\xfe", ReadError, "UTF-8"),
        (b"[instrument", InstrumentError, "TOML"),
        (b"#" * 1_000_001, ReadError, "1 MB"),
    ],
)
def test_files_that_cannot_be_read_are_named(tmp_path, content, error, said):
    file = tmp_path / "instrument.toml"
    file.write_bytes(content)
    with pytest.raises(error, match=said):
        load_instrument(file)


def test_list_has_its_columns_even_when_nothing_fits():
    assert list(list_instruments(construct="linking", max_items=1, level="dyad").columns) == list(COLUMNS)


def test_wheel_carries_every_file_of_the_library(root, tmp_path):
    wheel = pytest.importorskip("hatchling.builders.wheel")
    built = next(wheel.WheelBuilder(str(root)).build(directory=str(tmp_path), versions=["standard"]))
    with zipfile.ZipFile(built) as archive:
        carried = set(archive.namelist())
    files = [path for path in (root / "instruments").rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert f"sctoolkit/_instruments/{path.relative_to(root / 'instruments').as_posix()}" in carried
    assert "sctoolkit/instrument/theory.toml" in carried


def test_library_and_own_folder_are_read_in_the_order_of_their_ids():
    assert list(instrument_folders()) == IDS
