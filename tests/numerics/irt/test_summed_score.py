"""Sum scores, item fit and person fit against mirt and by hand."""

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2

from sctoolkit.numerics.irt.grm import fit_grm
from sctoolkit.numerics.irt.grm_curves import GradedItems, category_probabilities
from sctoolkit.numerics.irt.grm_likelihood import normal_grid
from sctoolkit.numerics.irt.grm_scores import eap_scores
from sctoolkit.numerics.irt.item_fit import _merge, s_x2
from sctoolkit.numerics.irt.person_fit import zh
from sctoolkit.numerics.irt.summed_score import eap_by_sum, summed_likelihood

MIRT = tomllib.loads((Path(__file__).parents[2] / "oracle" / "grm" / "mirt.toml").read_text(encoding="utf-8"))
GRID = normal_grid()


@pytest.fixture(scope="module")
def lsat7(data_dir):
    codes = np.loadtxt(data_dir / "ordinal_classics" / "lsat7.csv", delimiter=",", skiprows=1).astype(np.int64)
    return codes, fit_grm(codes).items


def test_eapsum_equals_mirt(lsat7):
    """mirt's estimates stop at a change of 1e-4: 1e-3 in the scores."""
    codes, items = lsat7
    found = eap_by_sum(category_probabilities(items, GRID.nodes), items.n_categories, GRID)
    figures = MIRT["lsat7"]
    np.testing.assert_allclose(found.eap, figures["eapsum"], atol=1e-3)
    np.testing.assert_allclose(found.sd, figures["eapsum_sd"], atol=1e-3)
    np.testing.assert_allclose(found.probability * 1000, figures["eapsum_expected"], atol=0.05)
    share = np.bincount(codes.sum(axis=1)) / 1000
    spread = (share @ found.eap**2 - (share @ found.eap) ** 2) * 1000 / 999
    assert spread / (spread + share @ found.sd**2) == pytest.approx(figures["eapsum_reliability"], abs=1e-4)


def test_item_fit_equals_mirt(lsat7, data_dir):
    codes, items = lsat7
    found = s_x2(codes, items, GRID)
    np.testing.assert_allclose(found.chi2, MIRT["lsat7"]["s_x2"], atol=5e-3)
    assert found.dof.tolist() == MIRT["lsat7"]["s_x2_dof"]
    six = np.loadtxt(data_dir / "ordinal_classics" / "lsat6.csv", delimiter=",", skiprows=1).astype(np.int64)
    other = s_x2(six, fit_grm(six).items, GRID)
    assert chi2.sf(other.chi2[0], other.dof[0]) == pytest.approx(MIRT["lsat6"]["s_x2_p_first"], abs=1e-3)


def test_item_zh_equals_mirt(lsat7):
    codes, items = lsat7
    theta, _ = eap_scores(codes, items, GRID)
    np.testing.assert_allclose(zh(codes, items, theta)[1], MIRT["lsat7"]["item_zh"], atol=1e-2)


def test_distribution_of_the_sum_by_hand():
    """Two coins of 0.3 and 0.6, and a three-category item: shares multiply out."""
    chance = np.zeros((2, 3, 1))
    chance[0, :2, 0] = 0.7, 0.3
    chance[1, :, 0] = 0.5, 0.3, 0.2
    found = summed_likelihood(chance, np.array([2, 3])).ravel()
    np.testing.assert_allclose(found, [0.35, 0.36, 0.23, 0.06])


def test_merging_goes_from_the_ends_inward():
    cells = _merge(np.array([1.0, 2.0, 30.0, 4.0]), np.array([0.2, 0.9, 33.0, 2.9]), 1.0)
    assert cells == [(3.0, 1.1), (30.0, 33.0), (4.0, 2.9)]
    assert _merge(np.array([0.0, 5.0]), np.array([0.1, 4.9]), 1.0) == [(5.0, 5.0)]


def test_contradictory_answers_have_low_zh():
    """Failing the five easy items and passing the five hard ones is far less likely than the reverse."""
    items = GradedItems(np.full(10, 1.8), np.linspace(3.0, -3.0, 10)[:, None])
    codes = np.array([[1] * 5 + [0] * 5, [0] * 5 + [1] * 5, [-1] * 10])
    theta, _ = eap_scores(codes, items, GRID)
    persons, _ = zh(codes, items, theta)
    assert persons[1] < -3.0 < 0.0 < persons[0]
    assert np.isnan(persons[2])


@pytest.mark.slow
def test_item_fit_keeps_its_size():
    """300 samples of 1,000 with 10 items: rejection near 5%."""
    rng = np.random.default_rng(8)
    slopes = rng.uniform(0.8, 2.0, 10)
    rejected = []
    for _ in range(300):
        logits = slopes[None, :, None] * rng.normal(size=(1000, 1, 1)) + np.array([1.2, -1.2])
        codes = (rng.random((1000, 10, 1)) < 1.0 / (1.0 + np.exp(-logits))).sum(axis=2)
        found = s_x2(codes, fit_grm(codes).items, GRID)
        rejected.append(chi2.sf(found.chi2, found.dof) < 0.05)
    assert 0.025 < np.mean(rejected) < 0.08


def test_item_fit_of_graded_items_equals_enumeration():
    """S-X2 written out: every pattern of four items of three answers, its chance by plain loops over theta."""
    items = GradedItems(np.array([1.2, 0.8, 1.7, 1.0]), np.array([[1.1, -0.6], [0.2, -1.4], [0.9, -0.9], [1.5, 0.1]]))
    rng = np.random.default_rng(6)
    theta = rng.normal(size=(400, 1, 1))
    logits = items.slopes[None, :, None] * theta + items.intercepts[None]
    codes = (rng.random((400, 4, 1)) < 1 / (1 + np.exp(-logits))).sum(axis=2)

    def chance(item, answer, t):
        cumulative = [1.0, *(1 / (1 + np.exp(-(items.slopes[item] * t + d))) for d in items.intercepts[item]), 0.0]
        return cumulative[answer] - cumulative[answer + 1]

    joint = {}
    for pattern in itertools.product(range(3), repeat=4):
        joint[pattern] = sum(
            w * np.prod([chance(j, c, t) for j, c in enumerate(pattern)])
            for t, w in zip(GRID.nodes, GRID.weights, strict=True)
        )
    assert sum(joint.values()) == pytest.approx(1.0, abs=1e-12)
    found = s_x2(codes, items, GRID, min_expected=1.0)
    for item in range(4):
        statistic, cells_counted = 0.0, 0
        for score in range(9):
            here = {pattern: p for pattern, p in joint.items() if sum(pattern) == score}
            people = int((codes.sum(axis=1) == score).sum())
            expected = [people * sum(p for q, p in here.items() if q[item] == c) / sum(here.values()) for c in range(3)]
            observed = [int(((codes.sum(axis=1) == score) & (codes[:, item] == c)).sum()) for c in range(3)]
            cells = _merge(np.array(observed, float), np.array(expected), 1.0)
            if len(cells) > 1:
                statistic += sum((o - e) ** 2 / e for o, e in cells)
                cells_counted += len(cells) - 1
        assert found.chi2[item] == pytest.approx(statistic, rel=1e-9)
        assert found.dof[item] == cells_counted - 3
