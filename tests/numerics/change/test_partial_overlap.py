"""Partly overlapping samples: R (transcribed from Derrick et al. 2017) and the two tests that it joins."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sctoolkit.numerics.change.partial_overlap import partial_overlap

ORACLE = Path(__file__).parents[2] / "oracle/change"
NONE = np.empty(0)


def test_against_r():
    panel = pd.read_csv(ORACLE / "panel.csv")
    wide = panel.dropna(subset=["id"]).pivot(index="id", columns="wave", values="y").dropna()
    rest = panel[~panel["id"].isin(wide.index)]
    alone = [rest.loc[rest["wave"] == wave, "y"].to_numpy() for wave in (1, 2)]
    found = partial_overlap(wide[1].to_numpy(), wide[2].to_numpy(), *alone)
    expected = json.loads((ORACLE / "expected.json").read_text())["overlap"]
    assert (found.difference, found.std_error, found.dof) == pytest.approx(tuple(expected), rel=1e-12)


def test_pairs_only_is_the_paired_t_and_no_pairs_is_welch():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=12), rng.normal(0.5, 2, size=12)
    paired = partial_overlap(a, b, NONE, NONE)
    expected = stats.ttest_rel(b, a)
    assert (paired.difference / paired.std_error, paired.dof) == pytest.approx((expected.statistic, expected.df))
    apart = partial_overlap(NONE, NONE, a, b)
    expected = stats.ttest_ind(b, a, equal_var=False)
    assert (apart.difference / apart.std_error, apart.dof) == pytest.approx((expected.statistic, expected.df))


def test_too_few_people_give_nan():
    assert np.isnan(partial_overlap(NONE, NONE, np.array([1.0]), np.array([2.0, 3.0])).difference)
