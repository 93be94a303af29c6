"""Group-time differences against R did 2.1.1 and by hand."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sctoolkit.numerics.change.group_time import group_time
from sctoolkit.numerics.change.group_time_averages import _share_influence, aggregate
from sctoolkit.numerics.change.pre_entry import pre_entry_wald
from sctoolkit.numerics.change.two_way_weights import negative_weight_share


@pytest.fixture(scope="module")
def counties(oracle_dir):
    entries = json.loads((oracle_dir / "change/mpdta_did.json").read_text())["entries"]
    frame = pd.read_csv(oracle_dir / "change/data/mpdta.csv")
    wide = frame.pivot(index="countyreal", columns="year", values="lemp")
    entry = frame.groupby("countyreal")["first.treat"].first().reindex(wide.index).to_numpy(float)
    entry[entry == 0] = np.inf
    arrays = (wide.to_numpy(), wide.columns.to_numpy(float), entry)
    return arrays, {name: e["value"] for name, e in entries.items()}


CASES = [
    ("never_nocov", {"control": "never"}),
    ("notyet_nocov", {"control": "not_yet"}),
    ("universal_nocov", {"control": "never", "universal_base": True}),
    ("anticipation1", {"control": "never", "anticipation": 1}),
]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_differences_and_errors_against_r(counties, name, options):
    arrays, expected = counties
    found = group_time(*arrays, small_sample=False, **options)
    value = expected[name]
    assert found.group.tolist() == value["group"]
    assert found.period.tolist() == value["t"]
    assert found.att == pytest.approx(value["att"], abs=1e-10)
    errors = np.array([np.nan if e is None else e for e in value["se"]])
    assert found.std_error == pytest.approx(errors, abs=1e-10, nan_ok=True)


@pytest.mark.parametrize("kind", ["simple", "dynamic", "calendar", "group"])
@pytest.mark.parametrize(("control", "suffix"), [("never", ""), ("not_yet", "_notyet")])
def test_averages_against_r(counties, kind, control, suffix):
    arrays, expected = counties
    if f"agg_{kind}{suffix}" not in expected:
        pytest.skip("R gave no figure")
    value = expected[f"agg_{kind}{suffix}"]
    found = aggregate(group_time(*arrays, control=control, small_sample=False), kind)
    assert found.overall == pytest.approx(value["overall_att"], abs=1e-10)
    if kind == "group":
        # did 2.1.1 looks up cohorts by cell and not by cohort here; with its slip repeated the figures agree
        cells = group_time(*arrays, control=control, small_sample=False)
        sizes = np.array([(cells.entry == g).mean() for g in found.at])
        whole = found.influence @ (sizes / sizes.sum())
        whole = whole + _share_influence(sizes, cells.group[: len(sizes)], cells.entry) @ found.att
        assert np.sqrt((whole**2).mean() / len(whole)) == pytest.approx(value["overall_se"], abs=1e-10)
        assert found.overall_std_error == pytest.approx(value["overall_se"], abs=1e-4)
    else:
        assert found.overall_std_error == pytest.approx(value["overall_se"], abs=1e-10)
    if value["att_egt"]:
        assert found.at.tolist() == value["egt"]
        assert found.att == pytest.approx(value["att_egt"], abs=1e-10)
        assert found.std_error == pytest.approx(np.array(value["se_egt"], dtype=float), abs=1e-10)


def test_balanced_event_times_and_wald_against_r(counties):
    arrays, expected = counties
    cells = group_time(*arrays, control="never", small_sample=False)
    value = expected["agg_dynamic_balance1"]
    found = aggregate(cells, "dynamic", balance=1)
    assert found.at.tolist() == value["egt"]
    assert (found.overall, found.overall_std_error) == pytest.approx((value["overall_att"], value["overall_se"]))
    statistic, count = pre_entry_wald(cells)
    assert statistic == pytest.approx(expected["never_nocov_wald"]["W"], abs=1e-8)
    assert count == 5


def test_two_periods_two_groups_is_welch():
    rng = np.random.default_rng(3)
    before, after = rng.normal(size=14), rng.normal(size=14)
    entry = np.where(np.arange(14) < 6, 2.0, np.inf)
    found = group_time(np.column_stack([before, after]), np.array([1.0, 2.0]), entry)
    change = after - before
    expected = stats.ttest_ind(change[:6], change[6:], equal_var=False)
    assert found.att[0] / found.std_error[0] == pytest.approx(expected.statistic)
    assert found.dof[0] == pytest.approx(expected.df)


def test_a_cohort_of_one_has_a_difference_but_no_error():
    y = np.array([[1.0, 2.0], [1.0, 1.5], [0.0, 0.3]])
    found = group_time(y, np.array([1.0, 2.0]), np.array([2.0, np.inf, np.inf]))
    assert found.att[0] == pytest.approx(1 - 0.4)
    assert np.isnan(found.std_error[0])


def test_units_not_seen_are_left_out_of_their_cells_only():
    y = np.array([[1.0, 2.0, 3.0], [1.0, np.nan, 5.0], [0.0, 0.0, 0.0], [0.0, 1.0, np.nan]])
    found = group_time(y, np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, np.inf, np.inf]))
    assert found.n_entered.tolist() == [1, 2]
    assert found.n_control.tolist() == [2, 1]


def test_negative_weights_appear_only_with_staggered_entry():
    y = np.zeros((4, 4))
    periods = np.arange(4.0)
    assert negative_weight_share(y, periods, np.array([2.0, 2.0, np.inf, np.inf])) == 0
    assert negative_weight_share(y, periods, np.array([1.0, 1.0, 3.0, 3.0])) > 0
