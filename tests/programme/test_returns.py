"""Rates of return; Wilson intervals against R's ``prop.test(correct = FALSE)``."""

import pandas as pd
import pytest

from sctoolkit.errors import DataError, MatchError
from sctoolkit.programme.returns import returns, wilson


def forms(n, **more):
    return pd.DataFrame({"organisation": ["Temple"] * n, "side": "community", "wave": 1, **more})


def roster(eligible=85, **more):
    return pd.DataFrame(
        {"organisation": ["Temple"], "side": ["community"], "wave": ["1"], "eligible": [eligible], **more}
    )


def test_wilson_against_r():
    # R 4.2.2: prop.test(23, 85, correct = FALSE)$conf.int
    assert wilson(23, 85) == pytest.approx((0.187596166625, 0.373419596537), abs=1e-9)


def test_rates_by_hand():
    answers = {"a": [1.0] * 16 + [None] * 7, "b": [2.0] * 23}
    table = returns(forms(23, **answers), roster(invited=80, reached=60), items=["a", "b"]).tidy()
    overall = table[table["group"].isna() & table["side"].isna()].set_index("term")["estimate"]
    assert overall["response"] == 23 / 85
    assert overall["cooperation"] == 23 / 60
    assert overall["completion"] == 16 / 23


def test_an_organisation_without_returns_counts_in_the_denominator():
    both = pd.concat([roster(10), roster(30).assign(organisation="Church")])
    table = returns(forms(5), both).tidy()
    assert table["estimate"].iloc[-2:].tolist()[0] == 5 / 40
    church = table[(table["group"] == "Church") & (table["term"] == "response")]
    assert church["estimate"].tolist() == [0.0]


def test_what_cannot_be():
    with pytest.raises(DataError, match="No more forms"):
        returns(forms(5), roster(3))
    with pytest.raises(DataError, match="line of the roster"):
        returns(forms(5).assign(organisation="Church"), roster())
    with pytest.raises(MatchError, match="`wave`"):
        returns(forms(5).drop(columns="wave"), roster())
    assert "reached_unknown" in {c.code for c in returns(forms(5), roster()).caveats}
