"""Whatever is in a file, reading it gives answers or one of our errors, never anything else."""

import contextlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sctoolkit import read
from sctoolkit.errors import SctoolkitError
from sctoolkit.survey.layouts import FORMATS

EXPORTS = [path.read_bytes() for path in sorted((Path(__file__).parent / "exports").glob("*.csv"))]
SNIPPETS = [
    b",",
    b";",
    b'"',
    b"\n",
    b"\r",
    b"\x00",
    b"\t",
    b'{"ImportId":',
    b"\xff\xfe",
    b"\xe9",
    b"| |",
    b"(choice=)",
    b"[]",
]


@st.composite
def broken(draw):
    content = bytearray(draw(st.sampled_from(EXPORTS)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(len(content) - 1, 0)))
        if draw(st.booleans()):
            content[place:place] = draw(st.sampled_from(SNIPPETS))
        else:
            del content[place : place + draw(st.integers(1, 60))]
    return bytes(content)


@given(content=st.one_of(broken(), st.binary(max_size=60)), layout=st.sampled_from([None, *FORMATS]))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_text(tmp_path, content, layout):
    path = tmp_path / "wave1.csv"
    path.write_bytes(content)
    try:
        responses = read(path, "ucla3", format=layout)
    except SctoolkitError:
        return
    assert responses.n == len(responses.rows) > 0


def test_a_zip_of_an_export_and_its_repeats(tmp_path):
    root = (Path(__file__).parent / "exports" / "odk_central.csv").read_bytes()
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("form.csv", root)
        archive.writestr("form-child.csv", "name,PARENT_KEY,KEY\nann,uuid:1,uuid:1/child[1]\n")
        archive.writestr("form - audit.csv", "event,node\nform start,\n")
    responses = read(tmp_path / "export.zip", "ucla3", missing_codes={"dk": "dont_know"})
    assert responses.provenance.options["format"] == "odk_central"
    assert responses.n == 3


@pytest.mark.parametrize("place", range(0, 400, 9))
def test_a_damaged_archive(tmp_path, place):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("form.csv", EXPORTS[0])
    content = bytearray(buffer.getvalue())
    content[place % len(content)] ^= 0x5A
    path = tmp_path / "export.zip"
    path.write_bytes(bytes(content))
    with contextlib.suppress(SctoolkitError):
        assert read(path, "ucla3").n == 3
