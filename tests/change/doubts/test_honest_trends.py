"""Trends that bend, from plain columns: the kernel's figures, two groups as a case, and what is said."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit.change.doubts.honest_trends import honest_trends
from sctoolkit.numerics.change.honest_trends import folded_quantile

KEYS = {"outcome": "y", "unit": "org", "wave": "wave", "entry": "entry"}


def frame(entries, n_waves=4, gain=1.0, noise=0.2, seed=0):
    rng = np.random.default_rng(seed)
    rows = [
        (f"o{o}", w, e or None, o + gain * bool(e and w >= e) + rng.normal(0, noise))
        for o, e in enumerate(entries)
        for w in range(1, n_waves + 1)
    ]
    return pd.DataFrame(rows, columns=["org", "wave", "entry", "y"])


def test_two_groups_three_waves_by_hand():
    data = frame((3,) * 6 + (0,) * 7, n_waves=3)
    wide = data.pivot(index="org", columns="wave", values="y").to_numpy()
    entered = data.groupby("org")["entry"].first().reindex(sorted(data["org"].unique())).notna().to_numpy()
    line = (wide[:, 2] - wide[:, 1]) + (wide[:, 0] - wide[:, 1])  # the gain less the slope before, drawn on
    a, b = line[entered], line[~entered]
    found = honest_trends(data, bends=[0.0, 0.4], **KEYS)
    error = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    straight, bent = found.estimates[:2]
    assert (straight.estimate, straight.std_error) == pytest.approx((a.mean() - b.mean(), error))
    from scipy import stats

    welch = stats.ttest_ind(a, b, equal_var=False)
    assert straight.dof == pytest.approx(welch.df)
    assert (straight.ci_low, straight.ci_high) == pytest.approx(tuple(welch.confidence_interval(0.95)), abs=1e-6)
    wide_error = error * stats.t.ppf(0.975, welch.df) / stats.norm.ppf(0.975)
    assert bent.ci_high - bent.estimate == pytest.approx(wide_error * folded_quantile(0.4 / wide_error, 0.95))


def test_more_bend_is_less_sure_and_the_largest_bend_is_where_zero_enters():
    found = honest_trends(frame((3, 3, 3, 3, 4, 4, 4, 0, 0, 0, 0), n_waves=5), **KEYS)
    widths = [e.ci_high - e.ci_low for e in found.estimates if e.estimator == "smooth trends"]
    assert widths == sorted(widths)
    edge = honest_trends(
        frame((3, 3, 3, 3, 4, 4, 4, 0, 0, 0, 0), n_waves=5), bends=[found.largest_bend], **KEYS
    ).estimates[0]
    assert edge.ci_low == pytest.approx(0.0, abs=1e-4)
    plug_in = [e for e in found.estimates if e.estimator == "plug-in set"]
    assert all("not a confidence interval" in e.method and np.isnan(e.ci_level) for e in plug_in)


def test_scale_and_what_is_said():
    data = frame((3,) * 6 + (0,) * 7, n_waves=3)
    first, second = honest_trends(data, **KEYS), honest_trends(data.assign(y=5 - 10 * data["y"]), **KEYS)
    assert second.largest_bend == pytest.approx(10 * first.largest_bend, rel=1e-4)
    assert second.largest_multiple == pytest.approx(first.largest_multiple)
    assert "one_difference_before_entry" in {c.code for c in first.caveats}
    assert max(map(len, str(first).splitlines())) <= 88
    uneven = honest_trends(data.assign(wave=data["wave"].map({1: 1, 2: 2, 3: 5}), entry=data["entry"] + 2), **KEYS)
    assert "waves_unevenly_spaced" in {c.code for c in uneven.caveats}
    assert uneven.largest_bend == pytest.approx(first.largest_bend)
    nothing = honest_trends(frame((3,) * 6 + (0,) * 7, n_waves=3, gain=0.0), **KEYS)
    assert nothing.largest_bend == 0
    assert "straight line" in nothing.sentence()
