"""Covariates and groups of cross-lagged panel models against lavaan and known truths (tests/oracle/cross_lagged.R)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.errors import DataError
from sctoolkit.measurement.panel.cross_lagged import cross_lagged

ORACLE = Path(__file__).parents[2] / "oracle" / "cross_lagged"
NAMES = {"x": "trust", "y": "work"}
GIVEN = ["age", "woman"]
CASES: dict[str, dict] = {
    "stable": {"waves": [1, 2, 3], "covariates": GIVEN},
    "waves": {"waves": [1, 2, 3], "covariates": GIVEN, "covariates_on": "waves"},
    "groups": {"waves": [1, 2, 3], "group": "arm"},
    "groups_free": {"waves": [1, 2, 3], "group": "arm", "equal": False},
    "two": {"waves": [1, 2], "covariates": ["age"]},
}
TESTS = {"covariates": "covariates on stable parts", "lags": "lags equal", "same": "groups equal"}


@cache
def frame(name: str) -> pd.DataFrame:
    return pd.read_csv(ORACLE / f"{name}.csv")


@cache
def result(case: str):
    return cross_lagged(frame("panel"), **NAMES, **CASES[case])


def figures(found) -> dict[str, tuple[float, float]]:
    """Return our figures under the names of the other program's."""
    held, short = {}, {"trust": "Rtrust", "work": "Rwork"}
    for path in found.paths:
        value, group = (path.estimate, path.std_error), f" {path.group}" if path.group else ""
        if path.op == "~~":
            name = "stable" if path.lhs != path.rhs else f"share {short[path.lhs]}"
            held[name + group] = value
        elif path.rhs in GIVEN:
            lhs = f"{path.lhs}_{path.wave}" if path.wave else short[path.lhs]
            held[f"{lhs} {path.rhs}{group}"] = value
        elif path.term.endswith("difference"):
            held[f"difference_{'xy'[path.rhs == 'work']}{'xy'[path.lhs == 'work']}"] = value
        else:
            mark = "_" if found.exploratory else ""
            within = "" if found.exploratory else "w"
            steps = [path.wave.split(" to ")] if path.wave else [[t, t + 1] for t in range(1, len(found.waves))]
            for t, u in steps:
                held[f"{within}{path.lhs}{mark}{u} {within}{path.rhs}{mark}{t}{group}"] = value
    return held


SLOW = ("waves", "groups", "groups_free")


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=pytest.mark.slow) if case in SLOW else case for case in CASES]
)
def test_figures_and_tests_equal_lavaan(case: str) -> None:
    found, ours = result(case), figures(result(case))
    wanted = frame("expected").query("case == @case").set_index("name")
    tests = {term: test for term, _, test in found.tests}
    glance = found.glance().iloc[0]
    for name, row in wanted.iterrows():
        kind, _, what = name.partition(" ")
        if kind in TESTS:
            attribute = {"Chisq diff": "chi2", "Df diff": "dof", "Pr(>Chisq)": "p_value"}[what]
            assert getattr(tests[TESTS[kind]], attribute) == pytest.approx(row["estimate"], abs=2e-3), name
        elif name in ("chisq", "df", "chisq.scaled"):
            ours_name = {"chisq": "chi2", "df": "dof", "chisq.scaled": "chi2_scaled"}[name]
            assert glance[ours_name] == pytest.approx(row["estimate"], abs=2e-3), name
        else:
            # the other program's optimiser stops at about 1e-5 of the solution
            assert ours[name] == pytest.approx((row["estimate"], row["std_error"]), abs=3e-5), name


def test_rows_say_which_group_and_which_covariate() -> None:
    groups = cross_lagged(frame("panel"), **NAMES, waves=[1, 2], group="arm")
    table = groups.tidy()
    cross = table[table["role"] == "exploratory"]
    assert cross["group"].tolist() == ["no", "yes", "no", "yes"]
    assert table["term"].tolist()[-1] == "groups equal"
    assert "yes less no" in set(table["group"])
    table = result("stable").tidy()
    assert set(table.loc[table["rhs"].isin(GIVEN), "term"]) == {f"{s} on {z}" for s in NAMES.values() for z in GIVEN}
    assert table.loc[table["term"] == "stable differences", "estimand"].item().endswith("given covariates")
    assert len(str(groups).splitlines()) <= 25


@pytest.mark.slow
def test_a_lag_that_one_group_has_is_found() -> None:
    rng = np.random.default_rng(5)
    n = 1200
    arm = np.repeat(["x", "y"], n // 2)
    usual, now = rng.normal(size=(n, 2)), rng.normal(size=(n, 2))
    columns = {"arm": arm}
    for t in (1, 2, 3):
        columns[f"trust_{t}"], columns[f"work_{t}"] = (usual + now).T
        lead = np.where(arm == "y", 0.5, 0.0)
        now = np.column_stack([0.3 * now[:, 0], lead * now[:, 0] + 0.3 * now[:, 1]]) + rng.normal(size=(n, 2)) * 0.8
    found = cross_lagged(pd.DataFrame(columns), **NAMES, waves=[1, 2, 3], group="arm", missing="listwise")
    assert found.group_equality.p_value < 0.01
    gap = next(path for path in found.paths if path.term == "trust, then work, difference")
    assert gap.ci_low < 0.5 < gap.ci_high
    assert gap.p_value < 0.01


def test_what_stays_the_same_must() -> None:
    wide = frame("panel")
    rows = pd.concat(
        [
            wide[[f"trust_{t}", f"work_{t}", "age", "arm"]]
            .set_axis(["trust", "work", "age", "arm"], axis=1)
            .assign(t=t, who=wide.index)
            for t in (1, 2)
        ]
    )
    options = {"waves": [1, 2], "unit": "who", "wave": "t", **NAMES}
    long = cross_lagged(rows, covariates=["age"], **options)
    ours, theirs = (figures(found) for found in (long, result("two")))
    for name, value in ours.items():
        assert theirs[name] == pytest.approx(value, abs=1e-7)
    moving = rows.assign(age=rows["age"] + rows["t"])
    with pytest.raises(DataError, match="`age` must be the same"):
        cross_lagged(moving, covariates=["age"], **options)
    with pytest.raises(DataError, match="must be numbers, and `arm` is not"):
        cross_lagged(rows, covariates=["arm"], **options)
