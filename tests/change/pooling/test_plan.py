"""Detectable changes against published and computed figures, and against the analysis itself."""

import math

import numpy as np
import pytest

from sctoolkit.change.pooling.plan import plan
from sctoolkit.change.pooling.planned_design import Design
from sctoolkit.change.pooling.planned_study import simulate_study
from sctoolkit.errors import DesignError, OptionError

# figures of the working paper on the programme's theory: 80 % power, 5 %, standard deviations of the first wave
FIGURES = [
    ({"n_people": 23, "correlation": 0.7}, 0.47), ({"n_people": 23, "correlation": 0.5}, 0.61),
    ({"n_people": 16, "correlation": 0.7}, 0.58), ({"n_people": 16, "correlation": 0.5}, 0.75),
    ({"n_people": 23, "linked": 0.0}, 0.84), ({"n_people": 100, "correlation": 0.7}, 0.22),
    ({"n_people": 100, "correlation": 0.5}, 0.28), ({"n_people": 100, "linked": 0.5}, 0.33),
    ({"n_people": 100, "linked": 0.0}, 0.40),
    *[({"n_people": 10, "n_organisations": g}, v) for g, v in ((4, 0.72), (8, 0.39), (12, 0.30), (20, 0.22))],
    *[({"n_people": 10, "n_organisations": g, "comparison": "organisations"}, v)
      for g, v in ((4, 1.93), (8, 0.81), (12, 0.61), (20, 0.45), (40, 0.31))],
]  # fmt: skip


@pytest.mark.parametrize(("options", "figure"), FIGURES)
def test_detectable_figures(options, figure):
    assert plan(**options).detectable == pytest.approx(figure, abs=0.0051)


def test_advice_to_estimate_and_not_to_test():
    small = plan(n_people=23, correlation=0.7)
    assert small.advice.startswith("Estimate, do not test")
    assert plan(n_people=2000, correlation=0.7).advice.startswith("A difference of")
    assert small.power_at_plausible < 0.3


def test_ordered_answers_cost_what_they_lose():
    scale, item = plan(n_people=50), plan(n_people=50, n_categories=2)
    assert item.detectable / scale.detectable == pytest.approx(math.sqrt(math.pi / 2), rel=1e-9)


def test_linkage_by_months_lies_in_the_published_ranges():
    assert 0.88 <= plan(n_people=50, months=2).linked <= 1.0
    assert 0.50 <= plan(n_people=50, months=15).linked <= 0.75
    assert "linkage_from_months" in {c.code for c in plan(n_people=50, months=15).caveats}


def test_more_never_hurts():
    for option, values in (
        ("n_people", (10, 20, 40)), ("n_organisations", (6, 8, 12)), ("correlation", (0.2, 0.5, 0.8)),
        ("linked", (0.2, 0.6, 1.0)),
    ):  # fmt: skip
        found = [plan(**{"n_people": 15, "n_organisations": 8, option: value}).detectable for value in values]
        assert found == sorted(found, reverse=True)
    for option, values in (("attrition", (0.0, 0.3, 0.6)), ("size_cv", (0.0, 0.5, 1.0))):
        found = [plan(**{"n_people": 15, "n_organisations": 8, option: value}).detectable for value in values]
        assert found == sorted(found)


def test_mixed_model_finds_a_little_less_when_links_are_partial():
    result = plan(n_people=100, linked=0.5)
    # information of 50 pairs and 50 single answers at each wave, r = .6, by hand
    information = np.array([[50 / 0.64 + 50, -30 / 0.64], [-30 / 0.64, 50 / 0.64 + 50]])
    variance = np.array([-1, 1]) @ np.linalg.inv(information) @ np.array([-1, 1])
    assert result.detectable_mixed / result.detectable == pytest.approx(math.sqrt(variance / 0.014))
    assert plan(n_people=100).detectable_mixed == plan(n_people=100).detectable


def test_few_organisations_are_told_what_permutation_can_reach():
    assert "cannot_reach_level" in {c.code for c in plan(n_people=10, n_organisations=4).caveats}


def test_simulated_answers_have_the_moments_asked_for():
    design = Design(
        n_people=40, n_organisations=400, comparison="none", share_treated=0.5, correlation=0.6, icc=0.1, size_cv=0.0,
        linked=1.0, attrition=0.0, n_categories=None,
    )  # fmt: skip
    frame = simulate_study(design, 0.25, np.random.default_rng(5))
    wide = frame.pivot(index=["respondent", "organisation"], columns="wave", values="score")
    assert wide.std().to_numpy() == pytest.approx([1, 1], abs=0.02)
    assert wide.corr().iloc[0, 1] == pytest.approx(0.6, abs=0.02)
    assert (wide[2] - wide[1]).mean() == pytest.approx(0.25, abs=0.03)
    assert wide.groupby("organisation")[1].mean().var() - 0.9 / 40 == pytest.approx(0.1, abs=0.02)


def test_simulation_goes_through_the_analysis_and_reports_progress():
    seen = []
    result = plan(n_people=12, n_simulations=3, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (6, 6)
    assert [true for true, _, _ in result.simulated] == [pytest.approx(result.detectable), 0.0]
    again = plan(n_people=12, n_simulations=3)
    assert again.simulated == result.simulated


@pytest.mark.slow
@pytest.mark.parametrize("options", [
    {"n_people": 10, "n_organisations": 8}, {"n_people": 40},
    {"n_people": 10, "n_organisations": 12, "comparison": "organisations"},
])  # fmt: skip
def test_closed_form_and_simulation_agree(options):
    result = plan(n_simulations=400, **options)
    (_, power, _), (_, false, _) = result.simulated
    assert power == pytest.approx(0.8, abs=0.07)  # Monte-Carlo error .02, and CR2 is a little conservative
    assert false < 0.085


def test_mistyped_plans():
    for options in (
        {"n_people": 1}, {"n_people": 10, "icc": 1.5}, {"n_people": 10, "attrition": 1.0},
        {"n_people": 10, "linked": 70},
        {"n_people": 10, "correlation": 1.0}, {"n_people": 10, "power": 80}, {"n_people": 10, "n_organisations": 1},
        {"n_people": 10, "n_categories": 1}, {"n_people": 10, "comparison": "organisation"},
    ):  # fmt: skip
        with pytest.raises(OptionError):
            plan(**options)
    with pytest.raises(DesignError, match="needs their number"):
        plan(n_people=10, comparison="organisations")
    with pytest.raises(DesignError, match="no degrees of freedom"):
        plan(n_people=10, n_organisations=2, comparison="organisations")
