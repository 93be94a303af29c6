"""Pseudonyms: keyed, repeatable, different under another key, and no trace of the number itself."""

import hashlib
import hmac

import numpy as np
import pytest

from sctoolkit import link, read
from sctoolkit.survey.keys import key_id, load_key, pseudonym, write_key


@pytest.fixture
def key_file(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    write_key(home / "key.txt")
    return home / "key.txt"


def test_pseudonym_is_hmac_sha256_of_the_folded_number():
    key = bytes(range(32))
    expected = hmac.new(key, b"nhs 123", hashlib.sha256).hexdigest()[:20]
    assert pseudonym(" NHS\u00a0123 ", key) == expected
    assert pseudonym("", key) == ""


def test_key_is_random_private_and_known_by_a_public_id(key_file, tmp_path):
    assert key_file.stat().st_mode & 0o777 == 0o600
    key = load_key(key_file, outside=tmp_path / "study")
    assert len(key) == 32
    assert key_id(key) not in key.hex()


def test_numbers_become_pseudonyms_on_reading_and_still_link(key_file, tmp_path):
    study = tmp_path / "study"
    study.mkdir()
    for wave in (1, 2):
        (study / f"w{wave}.csv").write_text("email,LON1,LON2,LON3\nann@example.org,1,2,3\n", encoding="utf-8")
    waves = [
        read(study / f"w{wave}.csv", "ucla3", columns={"respondent": "email"}, wave=wave, key_file=key_file)
        for wave in (1, 2)
    ]
    linkage = link(*waves, key="respondent", tolerance=0)
    assert linkage.steps[0].exact == 1
    assert "ann" not in str(linkage.frame().to_dict()) + str(waves[0].provenance)
    assert "identifiers_kept" not in {caveat.code for caveat in waves[0].caveats}
    assert waves[0].provenance.options["key_id"] == key_id(load_key(key_file, outside=study))


def test_another_key_gives_other_pseudonyms():
    keys = [bytes([number]) * 32 for number in range(20)]
    assert len({pseudonym("007", key) for key in keys}) == 20
    assert len({pseudonym(str(number), keys[0]) for number in np.arange(2000)}) == 2000
