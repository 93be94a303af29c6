"""Families, pooling and sensitivity with as little data as a small programme has: clear words, never a wrong number."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit.change.doubts.leave_one_out import leave_one_out
from sctoolkit.change.doubts.leave_out import leave_out
from sctoolkit.change.doubts.multiplicity import adjust_family, step_down
from sctoolkit.change.doubts.sensitivity import sensitivity
from sctoolkit.change.pooling.accumulation import accumulate
from sctoolkit.change.pooling.shrunken_changes import shrunken_changes
from sctoolkit.errors import DataError


def three_organisations():
    rng = np.random.default_rng(1)
    org = np.repeat(["a", "b", "c"], 6)
    columns = {name: rng.normal(size=18) for name in ("bonding", "bridging")}
    return pd.DataFrame({"org": org, "arm": (org == "a").astype(int), **columns})


def waves():
    one = three_organisations().assign(id=range(18), wave=1)
    return pd.concat([one, one.assign(wave=2, bonding=one["bonding"] + np.arange(18) % 4)])


def test_two_outcomes_in_three_organisations_cannot_fall_below_a_third():
    found = step_down(three_organisations(), outcomes=["bonding", "bridging"], treated="arm", cluster="org")
    assert found.unadjusted.min() >= 1 / 3 - 1e-12
    assert [c.code for c in found.caveats] == ["smallest_attainable_p"]


def test_an_organisation_without_an_outcome_is_named():
    data = three_organisations()
    data.loc[data["org"] == "b", "bridging"] = np.nan
    with pytest.raises(DataError, match="`bridging`, and b has none"):
        step_down(data, outcomes=["bonding", "bridging"], treated="arm", cluster="org")
    data.loc[(data["org"] == "b") & (data.index == 6), "bridging"] = 1.0  # one answer is a mean
    assert len(step_down(data, outcomes=["bonding", "bridging"], treated="arm", cluster="org").terms) == 2


def test_rows_without_an_organisation_are_left_out_and_counted():
    data = three_organisations()
    data["org"] = data["org"].where(data.index != 0, None)
    found = step_down(data, outcomes=["bonding"], treated="arm", cluster="org")
    assert found.caveats[0].numbers == {"n_left_out": 1, "n_in": 18}


def test_tests_without_a_p_value_do_not_count_and_are_told():
    found = adjust_family(pd.DataFrame({"term": ["a", "b", "c"], "p_value": [0.01, np.nan, 0.2]}))
    assert found.adjusted.tolist() == pytest.approx([0.02, np.nan, 0.2], nan_ok=True)
    assert found.caveats[0].numbers == {"n_undefined": 1, "n_tests": 3}


def test_two_or_three_groups_pool_with_wide_intervals():
    data = waves()
    three = shrunken_changes(data, outcome="bonding", wave="wave", by="org", unit="id", minimum=5)
    two = shrunken_changes(data[data["org"] != "c"], outcome="bonding", wave="wave", by="org", unit="id", minimum=5)
    assert [e.dof for e in (three.estimates[0], two.estimates[0])] == [2, 1]
    assert np.isnan(two.estimates[1].ci_low)  # a prediction interval needs three
    short = shrunken_changes(
        data[(data["org"] != "c") | (data["wave"] == 1)], outcome="bonding", wave="wave", by="org", unit="id", minimum=5
    )
    assert short.withheld == ("c",)
    assert "c" not in {e.group for e in short.estimates}


def test_two_programmes_accumulate_without_a_prediction():
    table = pd.DataFrame({"place": ["a", "b", "c"], "change": [0.1, 0.3, np.inf], "se": [0.1, 0.1, 0.1]})
    found = accumulate(table, estimate="change", std_error="se", label="place")
    assert found.labels == ("a", "b")
    assert np.isnan(found.pooled.pi_low)
    assert {c.code for c in found.caveats} == {"rows_left_out", "few_estimates"}
    assert "no interval" in str(found)
    with pytest.raises(DataError, match="must hold numbers"):
        accumulate(table.assign(change="high"), estimate="change", std_error="se", label="place")


def test_sensitivity_says_what_is_not_defined():
    found = sensitivity("bonding ~ arm", three_organisations(), treatment="arm")
    assert np.isnan(found.oster_delta)
    assert [c.code for c in found.caveats] == ["no_oster_delta"]
    assert "not defined" in str(found)


def test_a_benchmark_beyond_the_possible_is_told():
    rng = np.random.default_rng(2)
    x = rng.normal(size=60)
    data = pd.DataFrame({"x": x, "d": x + 0.3 * rng.normal(size=60), "y": x + rng.normal(size=60)})
    found = sensitivity("y ~ d + x", data, treatment="d", benchmarks=["x"])
    assert "benchmark_too_strong" in {c.code for c in found.caveats}


def test_one_organisation_that_carries_the_term():
    found = leave_one_out("bonding ~ arm", three_organisations(), term="arm", cluster="org")
    assert "one_cluster_carries_it" in {c.code for c in found.caveats}
    assert leave_out(np.array([1.0, -3.0]), None, ["a", "b"], 0.95) == ([], ())


@pytest.mark.parametrize(
    "make",
    [
        lambda: step_down(three_organisations(), outcomes=["bonding", "bridging"], treated="arm", cluster="org"),
        lambda: sensitivity(
            "bonding ~ arm + bridging", three_organisations(), treatment="arm", benchmarks=["bridging"]
        ),
        lambda: shrunken_changes(waves(), outcome="bonding", wave="wave", by="org", unit="id", minimum=5),
        lambda: accumulate(
            pd.DataFrame({"place": list("abcdefghijklmnopqrst"), "change": np.arange(20.0), "se": 1.0}),
            estimate="change", std_error="se", label="place",
        ),
    ],
)  # fmt: skip
def test_prints_fit_a_screen(make):
    lines = str(make()).splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 88
