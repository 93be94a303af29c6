"""Latent change score models against lavaan, hand cases and known truths (tests/oracle/panel_models.R)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.errors import DesignError, OptionError
from sctoolkit.measurement.panel.latent_change import latent_change

ORACLE = Path(__file__).parents[2] / "oracle" / "panel_models"
ITEMS = ["a", "b", "c", "d"]
WAVES = ("pre", "post")
CASES: dict[str, tuple[str, dict]] = {
    "linear_ML": ("latent_continuous", {"ordered": False, "estimator": "ML", "missing": "listwise"}),
    "linear_MLR": ("latent_continuous", {"ordered": False, "missing": "listwise"}),
    "linear_fiml": ("latent_continuous", {"ordered": False}),
    "linear_partial": ("latent_continuous", {"ordered": False, "partial": ["c ~ 1"]}),
    "ordinal_WLSMV": ("latent_ordinal", {"ordered": True, "alpha": 1e-6}),
    "ordinal_ULSMV": ("latent_ordinal", {"ordered": True, "alpha": 1e-6, "estimator": "ULSMV"}),
}  # a small alpha keeps the split of the score, whatever these data say of equal items
TERMS = {
    "mean": "latent",
    "variance": "latent, variance",
    "with_start": "latent, with start",
    "stability": "latent, stability",
    "people": "score, people",
    "drift": "score, items",
}
FIT = {"chisq": "chi2", "df": "dof", "chisq.scaled": "chi2_scaled"}


@cache
def frame(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLE / f"{name}.csv")


@cache
def result(case: str):
    data, options = CASES[case]
    return latent_change(frame(data), items=ITEMS, waves=WAVES, propose=False, **options)


def simulated(n: int = 500, shift: float = 0.4, seed: int = 7, drift: float = 0.0) -> pd.DataFrame:
    """Return four continuous items at two waves; the latent change has mean ``shift`` and variance 0.4."""
    rng = np.random.default_rng(seed)
    start = rng.normal(size=n)
    change = shift - 0.3 * start + np.sqrt(0.4 - 0.09) * rng.normal(size=n)
    columns = {}
    for item, loading in zip(ITEMS, (1.0, 0.9, 1.1, 0.8), strict=True):
        own = 0.4 * rng.normal(size=n)
        for wave, standing in zip(WAVES, (start, start + change), strict=True):
            extra = drift if (item, wave) == ("c", "post") else 0.0
            columns[f"{item}_{wave}"] = 3.0 + loading * standing + own + 0.7 * rng.normal(size=n) + extra
    return pd.DataFrame(columns)


def term(found, name: str) -> pd.Series:
    return found.tidy().set_index("term").loc[name]


@pytest.mark.parametrize("case", CASES)
def test_figures_equal_the_change_score_model_written_out_in_lavaan(case: str) -> None:
    """The other program fits f2 = f1 + Delta itself, with the first loading as unit where items are continuous."""
    found, glance = result(case), result(case).glance().iloc[0]
    # the other program's optimiser stops at 1e-5 (ML) and 1e-4 (WLSMV) of the solution
    close = 1e-4 if case.startswith("ordinal") else 1e-5
    wanted = frame("expected").query("case == @case").set_index("name")
    assert len(wanted) >= 7
    for name, row in wanted.iterrows():
        if name in FIT:
            assert glance[FIT[name]] == pytest.approx(row["estimate"], abs=1e-3), name
        else:
            assert term(found, TERMS[name])["estimate"] == pytest.approx(row["estimate"], abs=close), name
            assert term(found, TERMS[name])["std_error"] == pytest.approx(row["std_error"], abs=close), name


def test_drift_is_that_of_the_invariance_analysis() -> None:
    found = latent_change(simulated(drift=0.6), items=ITEMS, waves=WAVES, ordered=False)
    effect = found.invariance.score_effects[0]
    assert found.invariance.freed
    assert term(found, "score, items")["estimate"] == pytest.approx(effect.drift, abs=1e-10)
    assert term(found, "score, items")["std_error"] == pytest.approx(effect.drift_std_error, rel=1e-6)
    assert term(found, "score, people")["estimate"] == pytest.approx(effect.people, abs=1e-10)
    assert "partial_invariance" in {caveat.code for caveat in found.caveats}


def test_releasing_the_drifting_item_recovers_the_truth() -> None:
    data = simulated(drift=0.6)
    released = latent_change(data, items=ITEMS, waves=WAVES, ordered=False, partial=["c ~ 1"], propose=False)
    low, high = term(released, "latent")[["ci_low", "ci_high"]]
    assert low < 0.4 < high
    assert term(released, "score, items")["estimate"] == pytest.approx(0.6 / 4, abs=0.04)
    equal = latent_change(data, items=ITEMS, waves=WAVES, ordered=False, propose=False)
    assert equal.claim_reserved
    assert equal.caveats[0].code == "change_claim_reserved"
    assert "primary" not in set(equal.tidy()["role"])
    assert "score, items" not in set(equal.tidy()["term"])
    found = latent_change(data, items=ITEMS, waves=WAVES, ordered=False)
    check = term(found, "latent, all items equal")
    assert check["role"] == "check"
    assert check["estimate"] == pytest.approx(term(equal, "latent")["estimate"], abs=1e-8)


@pytest.mark.parametrize("ordered", [False, True])
def test_a_known_change_lies_in_the_intervals(ordered: bool) -> None:
    data = simulated(800)
    if ordered:
        cut = np.digitize(data.to_numpy(), [1.5, 2.5, 3.5, 4.5]) + 1.0
        data = pd.DataFrame(cut, columns=data.columns)
    found = latent_change(data, items=ITEMS, waves=WAVES, ordered=ordered)
    truth = {"latent": 0.4, "latent, variance": 0.4, "latent, with start": -0.3 / np.sqrt(0.4)}
    for name, value in truth.items():
        row = term(found, name)
        assert row["ci_low"] < value < row["ci_high"], name


def exact(mean: float, n: int = 400) -> pd.DataFrame:
    """Return data whose sample moments are those of a change score model, to the last digit."""
    loading = np.array([1.2, 0.9, 1.1, 0.8])
    psi = np.array([[1.0, 0.75], [0.75, 0.9]])  # change: variance 0.4, covariance with the start -0.25
    spread = np.kron(psi, np.outer(loading, loading)) + np.kron([[0.9, 0.2], [0.2, 0.7]], np.eye(4))
    centre = 3.0 + np.concatenate([0.0 * loading, mean * loading])
    draw = np.random.default_rng(5).normal(size=(n, 8))
    draw -= draw.mean(axis=0)
    white = draw @ np.linalg.inv(np.linalg.cholesky(draw.T @ draw / n)).T
    names = [f"{item}_{wave}" for wave in WAVES for item in ITEMS]
    return pd.DataFrame(white @ np.linalg.cholesky(spread).T + centre, columns=names)


@pytest.mark.parametrize("mean", [-1.0, 0.0, 0.25, 2.0])
def test_a_constant_added_to_the_second_wave_adds_to_the_mean_change_alone(mean: float) -> None:
    """Moments of a known model give that model back; moving the second wave moves the means and nothing else."""
    found = latent_change(exact(mean), items=ITEMS, waves=WAVES, ordered=False, propose=False)
    assert found.glance()["chi2"].iloc[0] == pytest.approx(0.0, abs=1e-8)
    truth = {
        "latent": mean,
        "latent, variance": 0.4,
        "latent, with start": -0.25 / np.sqrt(0.4),
        "latent, stability": 0.75 / np.sqrt(0.9),
        "score, expected": mean * 1.0,
        "score, people": mean * 1.0,
        "score, items": 0.0,
        "score": mean * 1.0,
    }
    for name, value in truth.items():
        assert term(found, name)["estimate"] == pytest.approx(value, abs=1e-5), name


def test_units_of_the_items_do_not_matter_to_standardised_figures() -> None:
    data = simulated()
    one = latent_change(data, items=ITEMS, waves=WAVES, ordered=False, propose=False)
    ten = latent_change(data * 10 + 3, items=ITEMS, waves=WAVES, ordered=False, propose=False)
    for name in ("latent", "latent, variance", "latent, with start"):
        assert term(ten, name)["estimate"] == pytest.approx(term(one, name)["estimate"], abs=1e-5)
    for name in ("score", "score, expected"):
        assert term(ten, name)["estimate"] == pytest.approx(10 * term(one, name)["estimate"], abs=1e-4)


def test_the_plain_score_is_a_paired_t_test() -> None:
    data = simulated()
    row = term(latent_change(data, items=ITEMS, waves=WAVES, ordered=False), "score")
    change = data[[f"{i}_post" for i in ITEMS]].mean(axis=1) - data[[f"{i}_pre" for i in ITEMS]].mean(axis=1)
    assert row["estimate"] == pytest.approx(change.mean(), abs=1e-12)
    assert row["std_error"] == pytest.approx(change.std() / np.sqrt(len(change)), abs=1e-12)
    assert row["dof"] == len(change) - 1


def test_few_people_put_the_score_first() -> None:
    table = latent_change(simulated(120), items=ITEMS, waves=WAVES, ordered=False).tidy()
    assert table["term"].iloc[0] == "score"
    assert table["role"].iloc[0] == "primary"
    assert set(table["role"].iloc[1:]) == {"check"}
    assert table["role"].tolist().count("primary") == 1
    many = latent_change(simulated(200), items=ITEMS, waves=WAVES, ordered=False)
    assert "latent_as_check" not in {caveat.code for caveat in many.caveats}
    assert many.tidy().set_index("term")["role"]["latent"] == "primary"


def test_waves_in_rows_and_in_columns_agree() -> None:
    wide = simulated()
    parts = [
        wide[[f"{item}_{wave}" for item in ITEMS]].set_axis(ITEMS, axis=1).assign(wave=wave, person=wide.index)
        for wave in ("post", "pre")
    ]
    rows = pd.concat([*parts, parts[0].assign(wave="later")]).sample(frac=1.0, random_state=1)
    columns = latent_change(wide, items=ITEMS, waves=WAVES, ordered=False, missing="listwise")
    long = latent_change(rows, items=ITEMS, waves=WAVES, unit="person", wave="wave", ordered=False, missing="listwise")
    assert np.allclose(long.tidy()["estimate"], columns.tidy()["estimate"], atol=1e-8)
    assert long.waves == WAVES


def test_clusters_widen_errors_of_site_wide_change() -> None:
    data = simulated(600)
    rng = np.random.default_rng(3)
    site = np.repeat(np.arange(40), 15)
    jump = rng.normal(0.0, 0.5, 40)[site]
    for item in ITEMS:
        data[f"{item}_post"] += jump
    alone = latent_change(data, items=ITEMS, waves=WAVES, ordered=False, propose=False)
    sites = latent_change(
        data.assign(site=site), items=ITEMS, waves=WAVES, ordered=False, cluster="site", propose=False
    )
    for name in ("latent", "score"):
        assert term(sites, name)["std_error"] > 1.3 * term(alone, name)["std_error"], name
    assert term(sites, "score")["method"] == "CR2, Satterthwaite"
    assert set(sites.tidy()["n_clusters"]) == {40}


def test_what_cannot_be_is_refused() -> None:
    data = simulated(60)
    with pytest.raises(DesignError, match="3 items"):
        latent_change(data, items=["a", "b"], waves=WAVES, ordered=False)
    with pytest.raises(OptionError, match="two waves"):
        latent_change(data, items=ITEMS, waves=("pre",), ordered=False)
    with pytest.raises(OptionError, match="`aa ~ 1` is none"):
        latent_change(data, items=ITEMS, waves=WAVES, ordered=False, partial=["aa ~ 1"])


def test_people_seen_once_are_counted_and_said() -> None:
    data = simulated(300)
    data.loc[:79, [f"{item}_post" for item in ITEMS]] = np.nan
    found = latent_change(data, items=ITEMS, waves=WAVES, ordered=False)
    assert found.n_linked == 220
    assert found.provenance.n_used == 300
    said = next(caveat for caveat in found.caveats if caveat.code == "seen_once")
    assert said.n_people == 80
    assert latent_change(data, items=ITEMS, waves=WAVES, ordered=False, missing="listwise").provenance.n_used == 220


def test_responses_bring_their_own_columns() -> None:
    from sctoolkit import from_frame

    rng = np.random.default_rng(2)
    start = rng.normal(size=(200, 1))
    parts = []
    for wave, standing in ((1, start), (2, 0.4 + 0.8 * start + 0.5 * rng.normal(size=(200, 1)))):
        codes = np.digitize(standing + 0.8 * rng.normal(size=(200, 3)), [-0.5, 0.7]) + 1
        parts.append(pd.DataFrame(codes, columns=["LON1", "LON2", "LON3"]).assign(pid=np.arange(200), time=wave))
    answers = from_frame(pd.concat(parts), "ucla3", columns={"respondent": "pid", "wave": "time"})
    scale = next(iter(answers.instrument.scale))
    found = latent_change(answers, scale=scale, waves=(1, 2), ordered=True)
    assert found.n_linked == 200
    assert set(found.tidy()["scale"]) == {scale}
    wide = pd.concat([part.filter(like="LON").add_suffix(f"_{k}") for k, part in enumerate(parts, start=1)], axis=1)
    same = latent_change(wide, items=["LON1", "LON2", "LON3"], waves=(1, 2), ordered=True)
    assert np.allclose(found.tidy()["estimate"], same.tidy()["estimate"], atol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("ordered", [False, True])
def test_intervals_hold_the_truth_and_errors_are_as_large_as_the_spread(ordered: bool) -> None:
    """Coverage and error within 2.6 Monte Carlo errors of their nominal values (chance of a false alarm 1 in 100 each).

    Slack of .01 and .03 for what 200 people do to normal intervals (benchmarks/RESULTS-latent_change.md).
    """
    n, rows = 300, []
    for seed in np.random.SeedSequence(40 + ordered).generate_state(n):
        data = simulated(200, seed=int(seed))
        if ordered:
            data = pd.DataFrame(np.digitize(data, [2.0, 3.0, 4.0]) + 1.0, columns=data.columns)
        rows.append(term(latent_change(data, items=ITEMS, waves=WAVES, ordered=ordered, propose=False), "latent"))
    table = pd.DataFrame(rows).reset_index(drop=True)
    held = ((table["ci_low"] < 0.4) & (table["ci_high"] > 0.4)).mean()
    assert abs(held - 0.95) <= 2.6 * np.sqrt(0.95 * 0.05 / n) + 0.01
    spread = table["estimate"].std()
    assert table["std_error"].mean() / spread == pytest.approx(1.0, abs=2.6 / np.sqrt(2 * n) + 0.03)
    assert abs(table["estimate"].mean() - 0.4) <= 2.6 * spread / np.sqrt(n) + 0.005
