"""Change with dose: slopes are told for a step, named within and between organisations, and held to their rung."""

from types import SimpleNamespace

import pytest

from sctoolkit.errors import DesignError
from sctoolkit.evaluation.sections.dose import _named, _slopes
from sctoolkit.report.sections.dose import dose_section
from sctoolkit.report.sections.one_table import Said


def _estimate(estimand, side=None):
    return SimpleNamespace(
        estimand=estimand, side=side, estimate=0.03, ci_low=-0.01, ci_high=0.07, p_value=0.12, n_obs=80, n_clusters=8
    )


def test_a_slope_is_told_for_the_step():
    outcome = SimpleNamespace(name="ts", key="ts", label="Trust")
    result = SimpleNamespace(estimates=[_estimate("change with one more unit of dose")])
    (slope,) = _slopes(outcome, result, 10.0)
    assert (slope.estimate, slope.ci_low, slope.ci_high) == pytest.approx((0.3, -0.1, 0.7))
    assert (slope.what, slope.n, slope.n_organisations) == ("within organisations", 80, 8)


def test_names_of_slopes():
    assert _named(_estimate("difference with one more unit")) == "between organisations"
    assert _named(_estimate("change with one more unit of dose", "community")) == "within organisations, community"
    assert _named(_estimate("difference of slopes, a less b")) == "difference of slopes, a less b"


def test_a_claim_above_its_rung_is_refused():
    with pytest.raises(DesignError):
        dose_section([], [Said(sentence="Presence had an effect on trust.", rung="L2")], dose="hours", step=10)
