"""Codebooks: every item and code is in them, in each format, and an SPSS file reads back with its labels."""

import csv
import io
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from sctoolkit import load_instrument
from sctoolkit.forms.codebook import codebook_csv, codebook_page
from sctoolkit.forms.ddi import NAMESPACE, ddi_codebook
from sctoolkit.forms.spss import write_sav
from sctoolkit.forms.write_codebook import CODEBOOKS, write_codebook

IDS = ["cscq", "ess_social_trust", "gss_social_trust", "sascat", "position_generator_issp2017"]


@pytest.mark.parametrize("name", IDS)
def test_csv_has_every_item(name):
    instrument = load_instrument(name)
    rows = list(csv.DictReader(io.StringIO(codebook_csv(instrument))))
    assert [row["code"] for row in rows] == list(instrument.item_codes)
    for row, item in zip(rows, instrument.items, strict=True):
        for answer in instrument.response_of(item.code).codes:
            assert f"{answer.code} = {answer.label}" in row["codes"]


@pytest.mark.parametrize("name", IDS)
def test_ddi_has_every_category(name):
    instrument = load_instrument(name)
    root = ElementTree.fromstring(ddi_codebook(instrument, {}))
    variables = root.findall(f".//{{{NAMESPACE}}}var")
    assert [variable.get("name") for variable in variables] == list(instrument.item_codes)
    for variable, item in zip(variables, instrument.items, strict=True):
        response = instrument.response_of(item.code)
        values = [entry.text for entry in variable.findall(f".//{{{NAMESPACE}}}catValu")]
        assert values == [str(entry.code) for entry in (*response.codes, *response.missing)]


def test_labels_with_markup_stay_text():
    instrument = load_instrument("ucla3")
    page = codebook_page(instrument, {"LON1": "<script>alert(1)</script>"})
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("name", ["cscq", "ess_social_trust"])
def test_sav_reads_back(name, tmp_path):
    instrument = load_instrument(name)
    codes = {
        item.code: [float(entry.code) for entry in instrument.response_of(item.code).codes] for item in instrument.items
    }
    missing = [float(entry.code) for entry in instrument.response_of(instrument.items[0].code).missing]
    data = pd.DataFrame({code: [values[0], values[-1], missing[0]] for code, values in codes.items()})
    names = write_sav(tmp_path / "a.sav", instrument, data)
    frame, meta = pyreadstat.read_sav(str(tmp_path / "a.sav"), user_missing=True)
    assert list(frame.columns) == list(names.values())
    np.testing.assert_array_equal(frame.to_numpy(), data.to_numpy())
    first = instrument.items[0]
    assert meta.column_names_to_labels[names[first.code]] == first.label
    labels = meta.variable_value_labels[names[first.code]]
    assert (
        labels[float(instrument.response_of(first.code).codes[0].code)]
        == instrument.response_of(first.code).codes[0].label
    )
    seen, _ = pyreadstat.read_sav(str(tmp_path / "a.sav"))
    assert seen[names[first.code]].isna().tolist() == [False, False, True]


@pytest.mark.parametrize("to", CODEBOOKS)
def test_every_format_is_written(to, tmp_path):
    path = write_codebook(load_instrument("cscq"), to, tmp_path / f"book{CODEBOOKS[to]}")
    assert path.stat().st_size > 500
