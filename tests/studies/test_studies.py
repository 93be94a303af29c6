"""Real studies from their files to their figures, which must equal those beside the data."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit import evaluate, load_study, regress
from sctoolkit.measurement.keyed import keyed_items

HERE = Path(__file__).parent


def _run(folder: Path, name: str, data_dir: Path, tmp_path_factory):
    """Run a study of this folder, with its data wherever the reference data are."""
    target = tmp_path_factory.mktemp(folder.name)
    for file in folder.iterdir():
        text = file.read_text(encoding="utf-8").replace("../../../../shared/data", str(data_dir))
        (target / file.name).write_text(text, encoding="utf-8")
    return evaluate(load_study(target / name))


def _expected(data_dir: Path, name: str) -> dict:
    return {entry["id"]: entry for entry in json.loads((data_dir / name / "expected.json").read_text())}


def _finding(evaluation, name):
    return next(finding for finding in evaluation.findings if finding.outcome.name == name)


def _agree(found: float, check: dict) -> None:
    assert found == pytest.approx(check["value"], abs=max(check["tol"], 0)), check["id"]


@pytest.fixture(scope="module")
def gss(data_dir, tmp_path_factory):
    return _run(HERE / "gss2006", "study.toml", data_dir, tmp_path_factory)


@pytest.fixture(scope="module")
def gss_expected(data_dir):
    return _expected(data_dir, "gss_panel_2006")


@pytest.fixture(scope="module")
def ess(data_dir, tmp_path_factory):
    return _run(HERE / "ess_trust", "study.toml", data_dir, tmp_path_factory)


@pytest.fixture(scope="module")
def ess_expected(data_dir):
    return _expected(data_dir, "ess_trust_fi_fr")


def test_gss_published_counts(gss, gss_expected):
    published = {name: entry for name, entry in gss_expected.items() if name.startswith("pub_n_")}
    assert len(published) == 249
    columns = {
        item: (answers.responses, place)
        for answers in gss.answers
        for place, item in enumerate(answers.responses.items)
    }
    for name, check in published.items():
        item, wave, code = re.fullmatch(r"pub_n_(\w+)_w(\d)_code(-?\d+)", name).groups()
        responses, place = columns[item]
        given = responses.codes[responses.roles["wave"] == wave, place]
        _agree(float((given == int(code)).sum()), check)


@pytest.mark.parametrize("wave", ["1", "2", "3"])
def test_gss_trust_scale(gss, gss_expected, wave):
    finding = _finding(gss, "social_trust")
    mean = finding.description.tidy().query("term == 'mean' and wave == @wave").iloc[0]
    _agree(mean["n_obs"], gss_expected[f"trust3_n_w{wave}"])
    _agree(mean["estimate"], gss_expected[f"trust3_mean_w{wave}"])
    alpha = dict(finding.measurement.reliability)[wave].coefficients["alpha"]
    _agree(alpha.estimate, gss_expected[f"trust3_alpha_w{wave}"])


@pytest.mark.parametrize("wave", ["1", "2", "3"])
def test_gss_confidence(gss, gss_expected, wave):
    _agree(
        dict(_finding(gss, "confidence").measurement.reliability)[wave].coefficients["alpha"].estimate,
        gss_expected[f"conf_alpha_w{wave}"],
    )
    items = keyed_items(gss.answers[1].scores, "confidence")[gss.answers[1].scores.roles["wave"] == wave].dropna()
    eigenvalues = np.sort(np.linalg.eigvalsh(np.corrcoef(items.to_numpy(), rowvar=False)))[::-1]
    check = gss_expected[f"conf_eigen_w{wave}"]
    assert eigenvalues[:4] == pytest.approx(check["value"], abs=check["tol"])


def test_gss_stability_and_change(gss, gss_expected):
    wide = gss.answers[0].frame.pivot(index="respondent", columns="wave", values="social_trust")
    r = {}
    for first, last in ("12", "23", "13"):
        pair = wide[[first, last]].dropna()
        r[first + last] = float(pair.corr().iloc[0, 1])
        _agree(len(pair), gss_expected[f"trust3_r_n_w{first}{last}"])
        _agree(r[first + last], gss_expected[f"trust3_r_w{first}{last}"])
    _agree(r["12"] * r["23"] / r["13"], gss_expected["trust3_heise_reliability"])
    change = _finding(gss, "social_trust").changes[0][1]
    linked = next(e for e in change.estimates if e.estimator == "paired differences")
    _agree(linked.estimate, gss_expected["trust3_paired_diff_w12"])
    _agree(linked.statistic, gss_expected["trust3_paired_t_w12"])


def test_gss_attrition(gss, gss_expected):
    frame = gss.answers[0].frame
    aged = frame[frame["age"].astype(str).str.strip() != ""]
    assert aged.groupby("wave").size().tolist() == gss_expected["n_by_wave_any"]["value"]


def test_gss_not_asked_is_not_skipped(gss):
    responses = gss.answers[0].responses
    ballot = responses.extra["ballot"].astype(str)
    fair = responses.reasons[:, responses.items.index("fair")]
    assert set(np.unique(fair[ballot == "Ballot a"])) == {5}


def test_gss_weighted_share(data_dir, tmp_path_factory, gss_expected):
    evaluation = _run(HERE / "gss2006", "weighted.toml", data_dir, tmp_path_factory)
    table = _finding(evaluation, "can_trust").description.tidy().query("term == 'mean'")
    weighted = table[table["method"].str.startswith("weighted")].set_index("wave")
    for wave in "13":
        _agree(weighted.loc[wave, "estimate"], gss_expected[f"svy_cantrust_w{wave}"])
        _agree(weighted.loc[wave, "std_error"], gss_expected[f"svy_cantrust_se_w{wave}"])


@pytest.mark.parametrize("country", ["FI", "FR"])
@pytest.mark.parametrize("wave", ["1", "5", "11"])
def test_ess_means(ess, ess_expected, country, wave):
    finding = _finding(ess, "ppltrst")
    means = finding.description.tidy().query("term == 'mean' and side == @country and wave == @wave")
    by_method = means.set_index("method")["estimate"]
    _agree(by_method["unweighted"], ess_expected[f"mean_ppltrst_{country}_r{wave}"])
    _agree(by_method["weighted, linearised"], ess_expected[f"wmean_pspwght_{country}_r{wave}"])


@pytest.mark.parametrize("country", ["FI", "FR"])
def test_ess_design_based_error(data_dir, tmp_path_factory, ess_expected, country):
    evaluation = _run(HERE / "ess_trust", "design.toml", data_dir, tmp_path_factory)
    table = _finding(evaluation, "ppltrst").description.tidy()
    row = table.query("term == 'mean' and side == @country and wave == '11'").iloc[0]
    _agree(row["estimate"], ess_expected[f"svy_mean_{country}_r11"])
    _agree(row["std_error"], ess_expected[f"svy_se_{country}_r11"])


def test_ess_is_an_item_and_not_the_scale(ess):
    assert [finding.outcome.name for finding in ess.findings] == ["ppltrst"]
    assert not ess.findings[0].outcome.is_scale


def test_ess_regressions(ess, ess_expected):
    frame = ess.answers[0].frame
    age, years = (pd.to_numeric(pd.Series(frame[name])) for name in ("agea", "eduyrs"))
    data = pd.DataFrame(
        {
            "ppltrst": frame["ppltrst"],
            "essround": frame["wave"].astype(float),
            "fr": (frame["side"] == "FR").astype(float),
            "agea": age.where(age < 999),
            "eduyrs": years.where(years < 77),
            "w": frame["weight"],
        }
    )
    table = regress("ppltrst ~ essround + fr + agea + eduyrs", data, vcov="HC2").tidy().set_index("term")
    for term in ("(Intercept)", "essround", "fr", "agea", "eduyrs"):
        _agree(table.loc[term, "estimate"], ess_expected[f"ols_{term}"])
    _agree(table["n_obs"].iloc[0], ess_expected["ols_n"])
    data["post"] = (data["essround"] >= 10).astype(float)
    did = regress("ppltrst ~ fr * post", data, vcov="HC2", weights="w").tidy().set_index("term")
    _agree(did.loc["fr:post", "estimate"], ess_expected["did_fr_post_wls"])
