"""Scores of a public panel equal figures that R and the survey's own codebook give."""

import json

import numpy as np
import pandas as pd
import pytest

from sctoolkit import from_frame, score
from sctoolkit.survey.responses import ANSWERED


@pytest.fixture(scope="module")
def expected(data_dir):
    entries = json.loads((data_dir / "gss_panel_2006" / "expected.json").read_text(encoding="utf-8"))
    return {entry["id"]: entry for entry in entries}


@pytest.fixture(scope="module")
def responses(data_dir):
    frame = pd.read_csv(data_dir / "gss_panel_2006" / "gss_panel_long.csv", dtype=str, keep_default_na=False)
    return from_frame(
        frame, "gss_social_trust", columns={"respondent": "firstid", "wave": "wave", "weight": "wtpannr123"}
    )


@pytest.fixture(scope="module")
def scores(responses):
    return score(responses)


def trust3(scores):
    """The mean of the three recoded items of complete cases, one column a wave."""
    name = next(name for name, scale in scores.instrument.scale.items() if scale.rule == "mean")
    place = scores.scales.index(name)
    complete = np.where(scores.n_answered[:, place] == 3, scores.values[:, place], np.nan)
    frame = pd.DataFrame({**scores.roles, "value": complete})
    return frame.pivot(index="respondent", columns="wave", values="value")


def test_every_published_count(responses, expected):
    checked = 0
    for entry in expected.values():
        parts = entry["id"].split("_")
        if not entry["id"].startswith("pub_n_") or parts[2] not in responses.items:
            continue
        item, wave, code = parts[2], parts[3][1:], float(parts[4][4:])
        column = responses.codes[responses.role("wave") == wave, responses.items.index(item)]
        assert (column == code).sum() == entry["value"], entry["id"]
        checked += 1
    assert checked == 27


@pytest.mark.parametrize("wave", ["1", "2", "3"])
def test_mean_and_size(scores, expected, wave):
    values = trust3(scores)[wave].dropna()
    assert len(values) == expected[f"trust3_n_w{wave}"]["value"]
    assert values.mean() == pytest.approx(expected[f"trust3_mean_w{wave}"]["value"], abs=1e-8)


@pytest.mark.parametrize("pair", ["12", "23", "13"])
def test_retest(scores, expected, pair):
    both = trust3(scores)[list(pair)].dropna()
    assert len(both) == expected[f"trust3_r_n_w{pair}"]["value"]
    assert both.corr().iloc[0, 1] == pytest.approx(expected[f"trust3_r_w{pair}"]["value"], abs=1e-8)


def test_paired_difference(scores, expected):
    both = trust3(scores)[["1", "2"]].dropna()
    change = both["2"] - both["1"]
    assert change.mean() == pytest.approx(expected["trust3_paired_diff_w12"]["value"], abs=1e-8)
    t = change.mean() / (change.std(ddof=1) / np.sqrt(len(change)))
    assert t == pytest.approx(expected["trust3_paired_t_w12"]["value"], abs=1e-6)


def test_every_row_is_accounted_for(scores):
    account = scores.account().groupby("scale")["n"].sum()
    assert set(account) == {6000}
    assert (np.isfinite(scores.values) == (scores.reasons == ANSWERED)).all()


def test_ballot_is_planned_missingness(data_dir, responses):
    """Items that a ballot did not carry are not asked; the answers stay what they are."""
    frame = pd.read_csv(data_dir / "gss_panel_2006" / "gss_panel_long.csv", dtype=str, keep_default_na=False)
    put = {"ballot": ["Ballot a", "Ballot b"]}
    told = from_frame(
        frame,
        "gss_social_trust",
        columns={"respondent": "firstid", "wave": "wave"},
        asked={"fair": put, "helpful": put},
    )
    assert np.array_equal(told.codes, responses.codes, equal_nan=True)
    kinds = told.tidy().set_index(["item", "term"])["estimate"]
    assert kinds["fair", "not_asked"] > 0
    assert kinds["trust", "not_asked"] == 0
