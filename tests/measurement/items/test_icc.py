"""Intraclass correlations against psych::ICC (tests/oracle/reliability.R) and Shrout and Fleiss's own example."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.errors import DataError
from sctoolkit.measurement.items.icc import icc

ORACLE = Path(__file__).parents[2] / "oracle" / "reliability"


def test_equals_psych():
    table = pd.read_csv(ORACLE / "expected.csv")
    figures = table[table["case"] == "icc"].set_index("quantity")["value"]
    found = icc(pd.read_csv(ORACLE / "likert.csv").iloc[:, :4])
    for form in found.forms:
        assert form.estimate == pytest.approx(figures[form.name], abs=1e-6)  # psych fits by lmer
        assert form.ci_low == pytest.approx(figures[f"{form.name}.ci_low"], abs=1e-5)
        assert form.ci_high == pytest.approx(figures[f"{form.name}.ci_high"], abs=1e-5)


def test_shrout_and_fleiss_example():
    """Their Table 2 and Table 4: six targets, four judges."""
    scores = pd.DataFrame(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], columns=list("abcd")
    )
    found = {form.name: round(form.estimate, 2) for form in icc(scores).forms}
    assert found == {"ICC1": 0.17, "ICC2": 0.29, "ICC3": 0.71, "ICC1k": 0.44, "ICC2k": 0.62, "ICC3k": 0.91}


def test_retest_by_hand():
    found = icc(pd.DataFrame({"first": [1.0, 2, 3, 4, 5], "second": [2.0, 3, 4, 5, 6]}))
    assert found.retest_r == pytest.approx(1.0)
    assert found.mean_difference == 1.0
    assert found.std_error_measurement == 0.0
    assert found.forms[2].estimate == pytest.approx(1.0)
    assert found.forms[1].estimate < 0.9  # a general rise counts against agreement


def test_errors():
    with pytest.raises(DataError, match="same"):
        icc(pd.DataFrame(np.ones((6, 2)), columns=["a", "b"]))
    with pytest.raises(DataError, match="At least 5"):
        icc(pd.DataFrame(np.eye(3), columns=list("abc")))
