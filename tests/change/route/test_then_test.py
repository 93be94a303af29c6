"""Felt change, observed change and response shift: three quantities, by hand."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit.change.route.then_test import then_test
from sctoolkit.errors import DataError


def people():
    rng = np.random.default_rng(2)
    pre = rng.normal(3, 1, 60)
    frame = pd.DataFrame({"pre": pre, "post": pre + 0.2, "then": pre - 0.4, "org": np.arange(60) % 6})
    return frame + np.column_stack([rng.normal(0, 0.2, (60, 3)), np.zeros(60)])


def test_quantities_add_up_and_are_never_averaged():
    table = then_test(people(), post="post", then="then", pre="pre", cluster="org").tidy().set_index("estimand")
    felt, seen, shift = (table.loc[n, "estimate"] for n in ("felt change", "observed change", "response shift"))
    assert felt == pytest.approx(seen - shift)
    assert len(table) == 3
    assert (table["n_clusters"] == 6).all()


def test_without_a_wave_before_only_felt_change_is_given():
    result = then_test(people(), post="post", then="then")
    assert result.tidy()["estimand"].tolist() == ["felt change"]
    assert {c.code for c in result.caveats} == {"no_wave_before"}


def test_each_quantity_uses_those_who_gave_both():
    frame = people()
    frame.loc[:9, "then"] = np.nan
    table = then_test(frame, post="post", then="then", pre="pre").tidy().set_index("estimand")
    assert table["n_obs"].to_dict() == {"felt change": 50, "observed change": 60, "response shift": 50}


def test_nobody_answered():
    with pytest.raises(DataError, match="At least two people"):
        then_test(people().assign(then=np.nan), post="post", then="then")
