"""Cross-lagged panel models against lavaan, hand cases and known truths (tests/oracle/panel_models.R)."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.errors import ConvergenceError
from sctoolkit.measurement.panel.cross_lagged import cross_lagged

ORACLE = Path(__file__).parents[2] / "oracle" / "panel_models"
NAMES = {"x": "trust", "y": "work"}
CASES: dict[str, dict] = {
    "four": {"waves": [1, 2, 3, 4]},
    "three": {"waves": [1, 2, 3]},
    "listwise": {"waves": [1, 2, 3, 4], "estimator": "ML", "missing": "listwise"},
    "sites": {"waves": [1, 2, 3, 4], "missing": "listwise", "cluster": "site"},
}
FIT = {"chisq": "chi2", "df": "dof", "chisq.scaled": "chi2_scaled", "srmr": "srmr"}
TEST = {"Chisq diff": "diff_chi2", "Df diff": "diff_dof", "Pr(>Chisq)": "diff_p_value"}


@cache
def frame(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLE / f"{name}.csv")


@cache
def result(case: str, equal: bool):
    return cross_lagged(frame("panel"), **NAMES, equal=equal, **CASES[case])


def wanted(case: str) -> pd.DataFrame:
    return frame("expected").query("case == @case").set_index("name")


def simulated(n: int = 600, waves: int = 4, seed: int = 11, stable: float = 1.0) -> pd.DataFrame:
    """Return a wide panel: trust leads work by 0.3 within people, work leads trust by 0."""
    rng = np.random.default_rng(seed)
    usual = stable * rng.multivariate_normal([0, 0], [[1.0, 0.5], [0.5, 1.0]], n)
    now = rng.normal(size=(n, 2))
    columns = {}
    for t in range(1, waves + 1):
        columns[f"trust_{t}"], columns[f"work_{t}"] = (np.array([3.0, 2.0]) + usual + now).T
        now = now @ np.array([[0.3, 0.3], [0.0, 0.3]]) + rng.normal(size=(n, 2)) * 0.9
    return pd.DataFrame(columns)


@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_paths_equal_lavaan(case: str, equal: bool) -> None:
    found, expected = result(case, equal), wanted(f"{case}_{'equal' if equal else 'free'}")
    paths = {(p.lhs, p.rhs, p.wave): p for p in found.paths if p.op == "~"}
    n_lags = len(found.waves) - 1
    for lhs in ("trust", "work"):
        for rhs in ("trust", "work"):
            steps = [f"w{lhs}{t + 1} w{rhs}{t}" for t in range(1, n_lags + 1)]
            standard = [expected.loc[f"std {step}", "estimate"] for step in steps]
            if equal:
                path = paths[lhs, rhs, ""]
                check(path, expected.loc[steps[0]])
                assert path.std_all == pytest.approx(np.mean(standard), abs=1e-5)
                continue
            for t, (step, value) in enumerate(zip(steps, standard, strict=True), start=1):
                path = paths[lhs, rhs, f"{t} to {t + 1}"]
                check(path, expected.loc[step])
                assert path.std_all == pytest.approx(value, abs=1e-5)


def check(path, row: pd.Series) -> None:
    # the other program's optimiser stops at about 1e-6 of the solution
    assert path.estimate == pytest.approx(row["estimate"], abs=1e-5)
    assert path.std_error == pytest.approx(row["std_error"], abs=1e-5)


@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_fit_stable_parts_and_the_test_of_lags_equal_lavaan(case: str, equal: bool) -> None:
    found, expected = result(case, equal), wanted(f"{case}_{'equal' if equal else 'free'}")
    glance = found.glance().iloc[0]
    for name, ours in FIT.items():
        if name in expected.index:
            assert glance[ours] == pytest.approx(expected.loc[name, "estimate"], abs=1e-3), name
    stable = next(path for path in found.paths if path.term == "stable differences")
    check(stable, expected.loc["stable"])
    test = wanted(f"{case}_equal")
    for name, ours in TEST.items():
        assert glance[ours] == pytest.approx(test.loc[name, "estimate"], abs=1e-3), name


def test_two_waves_equal_lavaan_and_are_exploratory() -> None:
    found, expected = cross_lagged(frame("panel"), **NAMES, waves=[1, 2]), wanted("two")
    assert found.exploratory
    for path in found.paths:
        step = f"{path.lhs}_2 {path.rhs}_1"
        check(path, expected.loc[step])
        assert path.std_all == pytest.approx(expected.loc[f"std {step}", "estimate"], abs=1e-5)
    assert found.caveats[0].code == "two_waves_exploratory"
    assert set(found.tidy()["role"]) == {"exploratory", "detail"}


def test_two_complete_waves_are_two_regressions() -> None:
    data = simulated(150, waves=2)
    found = cross_lagged(data, **NAMES, waves=[1, 2])
    design = np.column_stack([np.ones(len(data)), data["trust_1"], data["work_1"]])
    slopes = np.linalg.lstsq(design, data["work_2"].to_numpy(), rcond=None)[0]
    paths = {(p.lhs, p.rhs): p.estimate for p in found.paths}
    assert paths["work", "trust"] == pytest.approx(slopes[1], abs=1e-6)
    assert paths["work", "work"] == pytest.approx(slopes[2], abs=1e-6)


def test_a_known_lag_lies_in_the_intervals() -> None:
    found = cross_lagged(simulated(), **NAMES, waves=[1, 2, 3, 4])
    paths = {p.term: p for p in found.paths}
    truth = {
        "trust, then work": 0.3,
        "work, then trust": 0.0,
        "trust, carried over": 0.3,
        "work, carried over": 0.3,
        "stable differences": 0.5,
        "trust, stable share": 0.5,
    }
    for name, value in truth.items():
        assert paths[name].ci_low < value < paths[name].ci_high, name


def test_stable_differences_do_not_reach_the_lagged_paths() -> None:
    """Adding a constant of one's own to each person moves the stable part and leaves the paths where they are."""
    data = simulated(500)
    far = data.copy()
    rng = np.random.default_rng(1)
    for name in ("trust", "work"):
        own = rng.normal(size=len(data)) * 3.0
        for t in (1, 2, 3, 4):
            far[f"{name}_{t}"] += own
    near, moved = (cross_lagged(frame, **NAMES, waves=[1, 2, 3, 4]) for frame in (data, far))
    for one, two in zip(near.paths[:2], moved.paths[:2], strict=True):
        assert two.estimate == pytest.approx(one.estimate, abs=0.06)
    assert moved.paths[5].estimate > near.paths[5].estimate + 0.2


def test_means_and_units_leave_standardised_paths_alone() -> None:
    data = simulated(300)
    one = cross_lagged(data, **NAMES, waves=[1, 2, 3, 4])
    moved = data.add(np.arange(8.0)).mul(np.tile([10.0, 0.5], 4))
    two = cross_lagged(moved, **NAMES, waves=[1, 2, 3, 4])
    for a, b in zip(one.paths, two.paths, strict=True):
        if a.op == "~":
            assert b.std_all == pytest.approx(a.std_all, abs=1e-5)
    assert two.paths[0].estimate == pytest.approx(one.paths[0].estimate * 0.5 / 10.0, abs=1e-6)


def test_x_and_y_may_change_places() -> None:
    data = simulated(300)
    one = cross_lagged(data, x="trust", y="work", waves=[1, 2, 3])
    two = cross_lagged(data, x="work", y="trust", waves=[1, 2, 3])
    first, second = ({p.term: p.estimate for p in found.paths} for found in (one, two))
    assert first.keys() == second.keys()
    for name, value in first.items():
        assert second[name] == pytest.approx(value, abs=1e-5)


def test_waves_in_rows_equal_waves_in_columns() -> None:
    wide = simulated(250, waves=3)
    rows = pd.concat(
        [
            wide[[f"trust_{t}", f"work_{t}"]].set_axis(["trust", "work"], axis=1).assign(wave=t, person=wide.index)
            for t in (3, 1, 2)
        ]
    )
    columns = cross_lagged(wide, **NAMES, waves=[1, 2, 3])
    long = cross_lagged(rows, **NAMES, waves=[1, 2, 3], unit="person", wave="wave")
    assert [p.estimate for p in long.paths] == pytest.approx([p.estimate for p in columns.paths], abs=1e-8)
    named = {f"w{t}": {"trust": f"trust_{t}", "work": f"work_{t}"} for t in (1, 2, 3)}
    mapped = cross_lagged(wide, **NAMES, waves=named)
    assert [p.estimate for p in mapped.paths] == pytest.approx([p.estimate for p in columns.paths], abs=1e-8)


def test_caveats_say_what_weakens_the_paths() -> None:
    few = cross_lagged(simulated(120), **NAMES, waves=[1, 2, 4])
    codes = [caveat.code for caveat in few.caveats]
    assert codes[0] == "association_only"
    assert {"few_people_for_lags", "lags_of_unequal_length"} <= set(codes)
    many = cross_lagged(simulated(400), **NAMES, waves=[1, 2, 3, 4])
    assert {caveat.code for caveat in many.caveats} == {"association_only"}


def test_no_word_claims_more_than_association() -> None:
    for waves in ([1, 2], [1, 2, 3]):
        found = cross_lagged(simulated(100), **NAMES, waves=waves)
        text = " ".join([str(found), found.tidy().to_string(), *(caveat.sentence for caveat in found.caveats)]).lower()
        assert "effect" not in text
        assert "impact" not in text


def test_no_stable_differences_are_said_to_be_absent() -> None:
    codes = set()
    for seed in range(4):
        found = cross_lagged(simulated(300, seed=seed, stable=0.0), **NAMES, waves=[1, 2, 3, 4])
        codes |= {caveat.code for caveat in found.caveats}
        found.tidy()
    assert "latent_variance_not_positive" in codes


def test_scores_bring_their_own_columns() -> None:
    from sctoolkit import from_frame, score

    rng = np.random.default_rng(2)
    usual = rng.normal(size=(120, 1))
    parts = []
    for wave in (1, 2):
        codes = np.digitize(usual + rng.normal(size=(120, 3)), [-0.5, 0.7]) + 1
        other = {"pid": np.arange(120), "time": wave, "joint": rng.normal(size=120)}
        parts.append(pd.DataFrame(codes, columns=["LON1", "LON2", "LON3"]).assign(**other))
    frame = pd.concat(parts)
    scores = score(from_frame(frame, "ucla3", columns={"respondent": "pid", "wave": "time"}, keep=["joint"]))
    found = cross_lagged(scores, x=scores.scales[0], y="joint", waves=[1, 2])
    assert found.exploratory
    assert found.n_repeated == 120


def test_paths_stay_when_the_other_choice_of_lags_has_no_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[cross_lagged.__module__]
    fit = module.cfa

    def equal_alone(data, text, **options):
        if "lag_xy" not in text:
            raise ConvergenceError("The iteration must come to rest, and it did not.")
        return fit(data, text, **options)

    monkeypatch.setattr(module, "cfa", equal_alone)
    found = cross_lagged(simulated(300), **NAMES, waves=[1, 2, 3])
    assert found.equality is None
    assert found.other is None
    assert np.isnan(found.glance()["diff_p_value"].iloc[0])
    assert "lags equal" not in set(found.tidy()["term"])
    assert "lags_not_compared" in {caveat.code for caveat in found.caveats}


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    held, rejected, n = 0, 0, 120
    for seed in range(n):
        found = cross_lagged(simulated(300, seed=3000 + seed), **NAMES, waves=[1, 2, 3, 4])
        path = next(p for p in found.paths if p.term == "trust, then work")
        held += path.ci_low < 0.3 < path.ci_high
        rejected += found.equality is not None and found.equality.p_value < 0.05
    assert 0.88 <= held / n <= 1.0  # 95% and 5%, each with a Monte Carlo error of .02
    assert rejected / n <= 0.12
