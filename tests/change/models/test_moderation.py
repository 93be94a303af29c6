"""Moderation: the regression it is, and a range that ends where the interval touches zero."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit import regress
from sctoolkit.change.models.moderation import moderation
from sctoolkit.errors import DesignError


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(6)
    power, dose = rng.normal(0, 1, 240), rng.normal(0, 1, 240)
    before = rng.normal(0, 1, 240)
    y = 0.5 * before + 0.1 * dose + 0.3 * dose * power + rng.normal(0, 0.8, 240)
    return pd.DataFrame({"y": y, "dose": dose, "power": power, "before": before, "org": np.arange(240) % 12})


def test_it_is_the_regression_with_a_product(people):
    found = moderation(people, outcome="y", predictor="dose", moderator="power", covariates=["before"], cluster="org")
    fit = regress("y ~ dose * power + before", people, cluster="org").tidy().set_index("term").loc["dose:power"]
    best = found.estimates[0]
    assert (best.estimate, best.std_error, best.dof) == pytest.approx(
        (fit["estimate"], fit["std_error"], fit["dof"]), rel=1e-8
    )


def test_slopes_and_ends_are_those_of_the_centred_regression(people):
    found = moderation(people, outcome="y", predictor="dose", moderator="power", covariates=["before"])
    for estimate, share in zip(found.estimates[1:], (0.1, 0.5, 0.9), strict=True):
        moved = people.assign(power=people["power"] - people["power"].quantile(share))
        fit = regress("y ~ dose * power + before", moved, vcov="HC2").tidy().set_index("term").loc["dose"]
        assert (estimate.estimate, estimate.std_error) == pytest.approx((fit["estimate"], fit["std_error"]), rel=1e-8)
    assert len(found.ends) == 2
    assert "differs from zero where power is" in found.differs


def test_people_in_each_corner_add_up(people):
    found = moderation(people, outcome="y", predictor="dose", moderator="power")
    corners = next(c for c in found.caveats if c.code == "people_in_each_corner").numbers
    assert sum(corners.values()) == 240


def test_a_moderator_that_is_the_predictor(people):
    with pytest.raises(DesignError, match="vary apart"):
        moderation(people.assign(power=people["dose"]), outcome="y", predictor="dose", moderator="power")
