"""Items in people in places against lme4, multilevel and by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.errors import NotIdentifiedError
from sctoolkit.numerics.reliability.aggregation import group_variance, rwg_j
from sctoolkit.numerics.reliability.ecometrics import fit_places, people_needed, place_reliability

FOLDER = Path(__file__).parents[2] / "oracle" / "ecometrics"
DATA = pd.read_csv(FOLDER / "simulated.csv")
ANSWERS = DATA.iloc[:, 1:].to_numpy(dtype=float)
PLACE = np.unique(DATA["place"], return_inverse=True)[1]


@pytest.fixture(scope="module")
def model():
    return fit_places(ANSWERS, np.arange(len(ANSWERS)), PLACE)


def test_components_equal_lme4(model):
    """lme4 with bobyqa to 1e-10: 1e-6 in variances, 1e-8 in criteria."""
    expected = pd.read_csv(FOLDER / "expected.csv").set_index("quantity")["value"]
    for name in ("var_person", "var_place", "var_residual", "mean", "mean_variance"):
        assert getattr(model, name) == pytest.approx(expected[name], abs=1e-6), name
    for name in ("deviance", "deviance_without"):
        assert getattr(model, name) == pytest.approx(expected[name], abs=1e-7), name


def test_predictions_equal_lme4(model):
    """w_j and its conditional variance w^2 (1 - lambda_j), which shows lambda_j with unequal numbers of answers."""
    expected = pd.read_csv(FOLDER / "places.csv")
    np.testing.assert_allclose(model.effects, expected["effect"], atol=1e-5)
    shrink = 1.0 - place_reliability(model.var_place, model.information)
    np.testing.assert_allclose(model.var_place * shrink, expected["conditional_variance"], atol=1e-6)


def test_reliability_by_hand():
    """w2 = .2, u2 = .5, e2 = .6, K = 4, n = 10: .2 / (.2 + .065)."""
    assert place_reliability(0.2, np.array([10 / (0.5 + 0.6 / 4)]))[0] == pytest.approx(0.2 / 0.265)


@pytest.mark.parametrize(("icc", "people"), [(0.075, 29), (0.064, 34), (0.010, 231)])
def test_people_needed_for_published_shares(icc, people):
    """Collective efficacy in Chicago 7.5%, belonging 6.4% and cohesion 1.0% in Caerphilly, for reliability .7."""
    assert people_needed(icc, 1.0 - icc, 0.7) == pytest.approx(people, abs=0.5)


def test_analysis_of_variance_equals_multilevel():
    complete = np.isfinite(ANSWERS).all(axis=1)
    found = group_variance(ANSWERS[complete].mean(axis=1), PLACE[complete], corrected=False)
    expected = pd.read_csv(FOLDER / "anova.csv").set_index("quantity")["value"]
    assert found.icc1 == pytest.approx(expected["icc1"], abs=1e-12)
    assert found.icc2 == pytest.approx(expected["icc2"], abs=1e-12)
    assert found.icc1_low < found.icc1 < found.icc1_high


def test_agreement_equals_multilevel():
    ours = rwg_j(ANSWERS, PLACE, null_variance=2.0)
    theirs = pd.read_csv(FOLDER / "agreement.csv")["rwg.j"].to_numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_army_figures(data_dir):
    """ICC(1) and ICC(2) of four scores and r_wg(J) of 49 companies, as multilevel 2.7 gives them."""
    folder = data_dir / "army_cohesion_groups"
    groups = pd.read_csv(folder / "bh1996.csv")
    numbers = np.unique(groups["GRP"], return_inverse=True)[1]
    for name, icc1, icc2 in (
        ("COHES", 0.044265297557, 0.77545967777), ("LEAD", 0.12702755003, 0.91561296935),
        ("HRS", 0.13310667909, 0.91967319538), ("WBEING", 0.043369050077, 0.77171287554),
    ):  # fmt: skip
        found = group_variance(groups[name].to_numpy(dtype=float), numbers, corrected=False)
        assert (found.icc1, found.icc2) == pytest.approx((icc1, icc2), abs=1e-9)
    company = pd.read_csv(folder / "lq2002.csv")
    items = company[[f"LEAD{j:02d}" for j in range(1, 12)]].to_numpy(dtype=float)
    agreement = rwg_j(items, np.unique(company["COMPID"], return_inverse=True)[1], null_variance=2.0)
    assert agreement.mean() == pytest.approx(0.8677849, abs=1e-7)
    assert np.median(agreement) == pytest.approx(0.87010766308, abs=1e-9)


def test_one_place_is_refused():
    with pytest.raises(NotIdentifiedError):
        fit_places(ANSWERS, np.arange(len(ANSWERS)), np.zeros(len(ANSWERS), dtype=int))
