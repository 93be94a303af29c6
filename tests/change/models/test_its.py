"""Interrupted series: known steps and bends, a comparison series, counts with exposure, gaps."""

import numpy as np
import pandas as pd

from sctoolkit.change.models.its import its


def series(step=0.0, bend=0.0, n=60, start=30, seed=2):
    rng = np.random.default_rng(seed)
    t = np.arange(n)
    after = t >= start
    return pd.DataFrame({"t": t, "month": t % 12, "y": 20 + 0.1 * t + step * after + bend * (t - start) * after
                         + rng.normal(size=n)})  # fmt: skip


def test_series_recovers_a_step_and_a_bend():
    rows = its(series(5.0, 0.3), outcome="y", time="t", start=30, horizons=(12,)).tidy().set_index(["term", "method"])
    for method in rows.index.get_level_values("method").unique():
        got = rows.xs(method, level="method").estimate
        np.testing.assert_allclose(got[["level", "slope", "gap after 12"]], [5.0, 0.3, 8.6], atol=1.6)


def test_controlled_series_takes_out_what_both_share():
    mine, other = series(5.0, seed=3), series(4.0, seed=4)
    both = pd.concat([mine.assign(place=1), other.assign(place=0)])
    alone = its(mine, outcome="y", time="t", start=30).tidy().query("term == 'level'").estimate.iloc[0]
    controlled = its(both, outcome="y", time="t", start=30, comparison="place")
    got = controlled.tidy().query("term == 'level'").estimate.iloc[0]
    reference = its(other, outcome="y", time="t", start=30).tidy().query("term == 'level'").estimate.iloc[0]
    np.testing.assert_allclose(got, alone - reference, rtol=1e-8)
    assert "no_comparison" not in {c.code for c in controlled.caveats}
    assert len(controlled.fitted) == 60


def test_counts_with_zeros_and_exposure():
    """A halving of the rate, counts near 3 a month, exposure that doubles (Monte-Carlo error of the log ratio .2)."""
    rng = np.random.default_rng(7)
    t = np.arange(120)
    people = 1000 + 8.0 * t
    rate = 3e-3 * np.where(t >= 60, 0.5, 1.0)
    data = pd.DataFrame({"t": t, "people": people, "y": rng.poisson(rate * people)})
    result = its(data, outcome="y", time="t", start=60, counts=True, exposure="people")
    row = result.tidy().query("term == 'level'").iloc[0]
    np.testing.assert_allclose(row["estimate"], np.log(0.5), atol=0.5)
    assert row["ci_low"] <= np.log(0.5) <= row["ci_high"]
    np.testing.assert_allclose(result.fitted.sum(), data.y.sum(), rtol=1e-8)
    # without trend in the rate doubling the exposure changes nothing
    same = its(data.assign(people=2 * people), outcome="y", time="t", start=60, counts=True, exposure="people")
    np.testing.assert_allclose(same.tidy()["estimate"][:4], result.tidy()["estimate"][:4], rtol=1e-8)


def test_a_gap_in_the_series_is_allowed():
    whole, holed = series(5.0), series(5.0).drop(index=[7, 8, 41])
    for data in (whole, holed):
        assert np.isfinite(its(data, outcome="y", time="t", start=30, season="month").phi)
