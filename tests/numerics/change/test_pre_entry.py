"""The joint test before entry: Welch for one difference, invariance, and its level with few units."""

import numpy as np
import pytest
from scipy import stats

from sctoolkit.numerics.change.group_time import group_time
from sctoolkit.numerics.change.pre_entry import pre_entry_test

PERIODS = np.arange(1.0, 6.0)


def cells(seed, counts=((3.0, 6), (4.0, 5), (np.inf, 7)), scale=(1.0, 1.0, 1.0)):
    rng = np.random.default_rng(seed)
    entry = np.concatenate([np.full(n, g) for g, n in counts])
    spread = np.concatenate([np.full(n, s) for (_, n), s in zip(counts, scale, strict=True)])
    outcome = rng.normal(size=(len(entry), len(PERIODS))) * spread[:, None]
    return outcome, entry


def test_one_difference_is_welch():
    outcome, entry = cells(1, ((3.0, 6), (np.inf, 8)), (1.0, 3.0))
    test = pre_entry_test(group_time(outcome, PERIODS, entry))
    change = outcome[:, 1] - outcome[:, 0]
    expected = stats.ttest_ind(change[entry == 3], change[entry != 3], equal_var=False)
    assert (test.count, test.statistic) == (1, pytest.approx(expected.statistic**2))
    assert test.dof == pytest.approx(expected.df)
    assert test.p_value == pytest.approx(expected.pvalue)


def test_units_of_measurement_do_not_matter():
    outcome, entry = cells(2)
    first = pre_entry_test(group_time(outcome, PERIODS, entry))
    second = pre_entry_test(group_time(7 - 3 * outcome, PERIODS, entry))
    assert (second.p_value, second.dof) == pytest.approx((first.p_value, first.dof))
    assert first.count == 3


def test_anticipated_periods_are_not_before():
    outcome, entry = cells(2)
    assert pre_entry_test(group_time(outcome, PERIODS, entry, anticipation=1), 1).count == 1


def test_too_few_units_or_a_cohort_of_one_have_no_joint_test():
    few = pre_entry_test(group_time(*_few()))
    assert few.count == 5
    assert np.isnan(few.p_value)
    outcome, entry = cells(4, ((3.0, 1), (4.0, 5), (np.inf, 7)))
    assert np.isnan(pre_entry_test(group_time(outcome, PERIODS, entry)).p_value)


def _few():
    rng = np.random.default_rng(3)
    return rng.normal(size=(7, 6)), np.arange(1.0, 7.0), np.repeat([4.0, 5.0, np.inf], [2, 3, 2])


@pytest.mark.slow
@pytest.mark.parametrize("scale", [(1.0, 1.0, 1.0), (0.5, 1.0, 2.0)])
def test_level_with_eighteen_units_against_a_chi_square(scale):
    p_values, chi = [], []
    for seed in range(3000):
        outcome, entry = cells(seed, scale=scale)
        test = pre_entry_test(group_time(outcome, PERIODS, entry))
        p_values.append(test.p_value)
        chi.append(stats.chi2.sf(test.statistic, test.count))
    rejected = np.mean(np.array(p_values) < 0.05)
    assert 0.03 < rejected < 0.065  # Monte-Carlo error .004
    assert np.mean(np.array(chi) < 0.05) > 0.12
