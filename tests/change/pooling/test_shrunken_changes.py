"""Partial pooling: shrinkage by hand, small groups withheld, nothing ranked."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit.change.pooling.shrunken_changes import shrunken_changes
from sctoolkit.errors import DesignError, OptionError

KEYS = {"outcome": "y", "wave": "wave", "by": "org", "unit": "id"}


def people(sizes=(30, 30, 12, 12, 4), gains=(0.2, 0.9, -0.4, 0.5, 3.0), seed=2):
    rng = np.random.default_rng(seed)
    org = np.repeat(np.arange(len(sizes)), sizes)
    before = rng.normal(3, 1, len(org))
    first = pd.DataFrame({"id": np.arange(len(org)), "org": [f"o{k}" for k in org], "wave": 1, "y": before})
    later = first.assign(wave=2, y=before + np.array(gains)[org] + rng.normal(0, 0.6, len(org)))
    return pd.concat([first, later])


def test_shrinkage_by_hand():
    result = shrunken_changes(people(), **KEYS)
    table = result.tidy().set_index(["estimator", "group"])
    mean, tau2 = result.estimates[0].estimate, result.spread**2
    for name in ("o0", "o1", "o2", "o3"):
        raw = table.loc[("raw", name)]
        keep = tau2 / (tau2 + raw["std_error"] ** 2)
        assert table.loc[("shrunken", name), "estimate"] == pytest.approx(mean + keep * (raw["estimate"] - mean))


def test_small_groups_are_counted_and_not_shown():
    result = shrunken_changes(people(), **KEYS)
    assert result.withheld == ("o4",)
    assert "o4" not in str(result.tidy())
    assert "o4" not in " ".join(c.sentence for c in result.caveats)


def test_raw_change_is_the_mean_of_paired_differences():
    data = people()
    wide = data.query("org == 'o1'").pivot(index="id", columns="wave", values="y")
    raw = next(e for e in shrunken_changes(data, **KEYS).estimates if e.estimator == "raw" and e.group == "o1")
    assert raw.estimate == pytest.approx((wide[2] - wide[1]).mean())


def test_without_links_the_waves_are_compared():
    data = people()
    raw = next(e for e in shrunken_changes(data, outcome="y", wave="wave", by="org").estimates if e.estimator == "raw")
    means = data.query("org == 'o0'").groupby("wave")["y"].mean()
    assert raw.estimate == pytest.approx(means[2] - means[1])


def test_rows_stand_in_the_order_of_names_not_of_size():
    groups = [e.group for e in shrunken_changes(people(), **KEYS).estimates if e.estimator == "shrunken"]
    assert groups == sorted(groups)


def test_too_few_groups():
    with pytest.raises(DesignError, match="At least two groups"):
        shrunken_changes(people((30, 3)), **KEYS)
    with pytest.raises(DesignError, match="two waves"):
        shrunken_changes(people().query("wave == 1"), **KEYS)
    with pytest.raises(OptionError, match="minimum"):
        shrunken_changes(people(), minimum=1, **KEYS)
