"""Families of outcomes: the step-down uses their correlation, the primary one stays as it is."""

import numpy as np
import pandas as pd
from change.studies import people

from sctoolkit.change.doubts.multiplicity import adjust_family, step_down


def test_step_down_uses_the_correlation_of_outcomes():
    data = people()
    family = step_down(data, outcomes=["trust", "space", "post"], treated="arm", cluster="site", n_draws=999)
    assert (family.adjusted >= family.unadjusted).all()
    twins = data.assign(twin=data["trust"], third=data["trust"])
    alike = step_down(twins, outcomes=["trust", "twin", "third"], treated="arm", cluster="site", n_draws=999)
    np.testing.assert_allclose(alike.adjusted, alike.unadjusted)
    assert (alike.holm > alike.adjusted).all()
    assert family.provenance.n_used == 12


def test_primary_stays_unadjusted():
    table = pd.DataFrame({"term": ["a", "b", "c"], "p_value": [0.03, 0.02, 0.04], "estimate": [1.0, 2, 3]})
    family = adjust_family(table, primary="a")
    np.testing.assert_allclose(family.adjusted, [0.03, 0.04, 0.04])
    assert family.tidy()["role"].tolist() == ["unadjusted"] * 3 + ["adjusted"] * 3
