"""Reliability and dimensions of public data sets, against the figures stored beside them (psych, semTools, lavaan)."""

import json

import numpy as np
import pandas as pd
import pytest

from sctoolkit.measurement.exploration.adequacy import adequacy
from sctoolkit.measurement.exploration.factors import efa
from sctoolkit.measurement.exploration.polychoric import polychoric
from sctoolkit.measurement.items.icc import icc
from sctoolkit.measurement.items.item_checks import pairwise_covariance
from sctoolkit.measurement.items.reliability import reliability

BIG5_REVERSED = {
    *(f"E{j}" for j in (2, 4, 6, 8, 10)), "N2", "N4", *(f"A{j}" for j in (1, 3, 5, 7)),
    *(f"C{j}" for j in (2, 4, 6, 8)), *(f"O{j}" for j in (2, 4, 6)),
}  # fmt: skip


@pytest.fixture(scope="module")
def figures(data_dir):
    def load(name):
        checks = json.loads((data_dir / name / "expected.json").read_text(encoding="utf-8"))
        return {check["id"]: check["value"] for check in checks}

    return load


@pytest.fixture(scope="module")
def bfi(data_dir):
    return pd.read_csv(data_dir / "psych_bfi" / "bfi.csv").filter(regex="^[ACENO][1-5]$").dropna()


def alpha_of(frame, **options):
    return reliability(frame, ordered=False, ci=None, **options).coefficients["alpha"].estimate


def test_science(data_dir, figures):
    expected = figures("ordinal_classics")
    science = pd.read_csv(data_dir / "ordinal_classics" / "science.csv")[["Comfort", "Work", "Future", "Benefit"]]
    found = reliability(science, ordered=True, denominator="model").coefficients
    assert found["alpha"].estimate == pytest.approx(expected["science_alpha"], abs=1e-8)
    assert found["alpha_ordinal"].estimate == pytest.approx(expected["science_ordinal_alpha"], abs=1e-6)
    assert found["omega_categorical"].estimate == pytest.approx(expected["science_omega_cat"], abs=1e-5)
    matrix = np.array(expected["science_polychoric"])
    assert polychoric(science).correlation == pytest.approx(matrix, abs=1e-6)


@pytest.mark.parametrize("test", ["lsat6", "lsat7"])
def test_binary_alpha_is_kr20(data_dir, figures, test):
    frame = pd.read_csv(data_dir / "ordinal_classics" / f"{test}.csv")
    assert alpha_of(frame) == pytest.approx(figures("ordinal_classics")[f"{test}_alpha"], abs=1e-8)


@pytest.mark.parametrize("scale", list("ENACO"))
def test_big_five_alphas(data_dir, figures, scale):
    frame = pd.read_csv(data_dir / "scale_big5" / "big5_19719.csv.gz")
    items = frame[[f"{scale}{j}" for j in range(1, 11)]].replace(0, np.nan)
    for name in set(items) & BIG5_REVERSED:
        items[name] = 6 - items[name]
    complete = items[frame.filter(regex="^[ENACO]([1-9]|10)$").replace(0, np.nan).notna().all(axis=1)]
    assert alpha_of(complete) == pytest.approx(figures("scale_big5")[f"alpha_{scale}"], abs=1e-8)


def test_semtools_polychorics(data_dir, figures):
    expected = figures("semtools_cat_long")
    frame = pd.read_csv(data_dir / "semtools_cat_long" / "datCat.csv").filter(regex="^u[1-8]$")
    found = polychoric(frame).frame()
    assert found.loc["u1", "u2"] == pytest.approx(expected["polychoric_u1_u2"], abs=1e-6)
    assert found.loc["u4", "u8"] == pytest.approx(expected["polychoric_u4_u8"], abs=1e-6)


@pytest.mark.parametrize("wave", [1, 2, 3])
def test_gss_alphas(data_dir, figures, wave):
    expected = figures("gss_panel_2006")
    frame = pd.read_csv(data_dir / "gss_panel_2006" / "gss_panel_long.csv", low_memory=False)
    frame = frame[frame["wave"] == wave]
    confidence = 4 - frame.filter(regex="^con").select_dtypes("number")
    assert confidence.shape[1] == 13
    assert alpha_of(confidence) == pytest.approx(expected[f"conf_alpha_w{wave}"], abs=1e-6)
    found = pairwise_covariance(confidence.dropna().to_numpy(float))[1]
    values = np.linalg.eigvalsh(found)[::-1][:4]
    assert values == pytest.approx(expected[f"conf_eigen_w{wave}"], abs=1e-6)
    trust = trust_items(frame)
    assert alpha_of(trust) == pytest.approx(expected[f"trust3_alpha_w{wave}"], abs=1e-6)


def trust_items(frame):
    direct, turned = {1: 3, 2: 1, 3: 2}, {1: 1, 2: 3, 3: 2}
    return pd.DataFrame(
        {name: frame[name].map(turned if name == "fair" else direct) for name in ("trust", "fair", "helpful")}
    )


def test_gss_retest(data_dir, figures):
    """Test-retest of the three-item trust mean, waves 1 and 2."""
    expected = figures("gss_panel_2006")
    frame = pd.read_csv(data_dir / "gss_panel_2006" / "gss_panel_long.csv", low_memory=False)
    key = next(name for name in ("firstid", "id", "panelid") if name in frame)
    score = trust_items(frame).mean(axis=1, skipna=False)
    wide = frame.assign(score=score).pivot(index=key, columns="wave", values="score")[[1, 2]]
    found = icc(wide)
    assert found.retest_r == pytest.approx(expected["trust3_r_w12"], abs=1e-8)
    assert found.provenance.n_used == expected["trust3_r_n_w12"]


def test_bfi_adequacy_and_five_factors(bfi, figures):
    expected = figures("psych_bfi")
    n, r = len(bfi), bfi.corr().to_numpy()
    found = adequacy(r, n)
    assert found.kmo == pytest.approx(expected["kmo_overall"], abs=1e-6)
    assert found.bartlett_chi2 == pytest.approx(expected["bartlett_chi2"], abs=1e-3)
    fit = efa(bfi, 5, correlation="pearson", seed=1)
    implied = r - fit.residuals()
    np.fill_diagonal(implied, 1.0)
    likelihood = (
        np.linalg.slogdet(implied)[1] - np.linalg.slogdet(r)[1] + np.trace(np.linalg.solve(implied, r)) - len(r)
    )
    statistic = (n - 1 - (2 * 25 + 5) / 6 - 2 * 5 / 3) * likelihood  # psych::fa's STATISTIC at the minres solution
    assert statistic == pytest.approx(expected["efa5_minres_chi"], abs=0.5)
    assert np.linalg.eigvalsh(r)[::-1][:6] == pytest.approx(expected["eigen_first6"], abs=1e-6)
