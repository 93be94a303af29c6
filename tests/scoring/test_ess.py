"""Answers of a public survey with raw missing codes equal R's means, plain and weighted."""

import json

import numpy as np
import pytest

from sctoolkit import read


@pytest.fixture(scope="module")
def expected(data_dir):
    entries = json.loads((data_dir / "ess_trust_fi_fr" / "expected.json").read_text(encoding="utf-8"))
    return {entry["id"]: entry["value"] for entry in entries}


@pytest.fixture(scope="module")
def responses(data_dir):
    return read(
        data_dir / "ess_trust_fi_fr" / "ess_fi_fr_r1_r11.csv",
        "ess_social_trust",
        columns={"respondent": ["cntry", "idno"], "wave": "essround", "group": "cntry", "weight": "pspwght"},
    )


@pytest.mark.parametrize("country", ["FI", "FR"])
@pytest.mark.parametrize("round_", ["1", "5", "11"])
def test_means(responses, expected, country, round_):
    chosen = (responses.role("group") == country) & (responses.role("wave") == round_)
    answers, weights = responses.codes[chosen, 0], responses.role("weight")[chosen]
    given = ~np.isnan(answers)
    assert answers[given].mean() == pytest.approx(expected[f"mean_ppltrst_{country}_r{round_}"], abs=1e-8)
    weighted = np.average(answers[given], weights=weights[given])
    assert weighted == pytest.approx(expected[f"wmean_pspwght_{country}_r{round_}"], abs=1e-8)


def test_raw_codes_are_non_answers_of_their_kind(responses):
    kinds = responses.tidy().set_index("term")["estimate"]
    assert kinds["answered"] == 41_856
    assert (kinds["refused"], kinds["dont_know"], kinds["skipped"]) == (8, 40, 0)
