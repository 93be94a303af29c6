"""Means by wave with the design's standard error: R survey's figures, a hand case, and what must not change."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sctoolkit import describe
from sctoolkit.numerics.linear.design_mean import design_mean


def _expected(folder):
    return {entry["id"]: entry for entry in json.loads((folder / "expected.json").read_text())}


@pytest.mark.parametrize("wave", [1, 3])
def test_gss_share_that_trusts(data_dir, wave):
    folder = data_dir / "gss_panel_2006"
    frame = pd.read_csv(folder / "gss_panel_long.csv").query("wave == @wave")
    frame = frame.assign(can_trust=(frame["trust"] == 1).where(frame["trust"].notna()).astype(float))
    table = describe(frame, "can_trust", by=("wave",), weight="wtpannr123", stratum="vstrat", psu="vpsu").tidy()
    mean = table.query("term == 'mean'").iloc[0]
    expected = _expected(folder)
    for column, check in (("estimate", f"svy_cantrust_w{wave}"), ("std_error", f"svy_cantrust_se_w{wave}")):
        assert mean[column] == pytest.approx(expected[check]["value"], abs=expected[check]["tol"])


@pytest.mark.parametrize("country", ["FI", "FR"])
def test_ess_trust_by_round(data_dir, country):
    folder = data_dir / "ess_trust_fi_fr"
    frame = pd.read_csv(folder / "ess_fi_fr_r1_r11.csv").query("cntry == @country and essround == 11")
    frame = frame.assign(ppltrst=frame["ppltrst"].where(frame["ppltrst"] <= 10))
    mean = describe(frame, "ppltrst", by=(), weight="anweight", stratum="stratum", psu="psu").tidy().iloc[0]
    expected = _expected(folder)
    assert mean["estimate"] == pytest.approx(expected[f"svy_mean_{country}_r11"]["value"], abs=1e-8)
    assert mean["std_error"] == pytest.approx(expected[f"svy_se_{country}_r11"]["value"], abs=1e-6)


def test_hand_case():
    # Linearised values -.75 -.25 | .25 .75: each stratum adds 2 * (.25 ** 2 + .25 ** 2) = .25.
    figure = design_mean(np.array([1.0, 3.0, 5.0, 7.0]), strata=np.array([0, 0, 1, 1]), units=np.array([0, 1, 0, 1]))
    assert figure.mean == 4.0
    assert figure.std_error == pytest.approx(np.sqrt(0.5), rel=1e-12)
    assert figure.dof == 2


@given(st.lists(st.floats(-50, 50), min_size=3, max_size=30), st.floats(0.5, 4.0), st.floats(-10, 10))
def test_equal_weights_change_nothing_and_shifts_pass_through(values, weight, shift):
    y = np.array(values)
    plain = design_mean(y)
    other = design_mean(y + shift, np.full(len(y), weight))
    assert other.mean == pytest.approx(plain.mean + shift, abs=1e-9)
    assert other.std_error == pytest.approx(plain.std_error, abs=1e-9)
    assert plain.std_error == pytest.approx(y.std(ddof=1) / np.sqrt(len(y)), abs=1e-9)


def test_missing_weight_is_told():
    frame = pd.DataFrame({"y": [1.0, 2.0, 3.0], "w": [1.0, np.nan, 2.0]})
    (caveat,) = describe(frame, "y", weight="w").caveats
    assert caveat.numbers == {"n_without": 1, "n_rows": 3}
