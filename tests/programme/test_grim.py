"""Printed figures that cannot come from the people they name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sctoolkit.errors import DataError, OptionError
from sctoolkit.programme.grim import fits, grim, parse_figure


@pytest.mark.parametrize("n", [23, 16, 26])
def test_the_report_84_and_14(n):
    check = grim(["84 %", "14%"], n, parts="exclusive")
    assert not check.possible
    assert check.bases == (37, 43, 44, 49, 50, 51)  # joint bases known from exact search


def test_mentions_passed_off_as_people():
    check = grim(["41", "15", "13", "9", "6", "6", "6", "2", "2"], 23, parts="whole")
    assert not check.possible
    note = next(c for c in check.caveats if c.code == "mentions_not_people")
    assert 54 in note.numbers["bases"]


def test_mean_of_whole_numbers_by_hand():
    assert grim("3.40", 20, kind="mean").possible
    check = grim("3.42", 20, kind="mean")
    assert not check.possible
    assert check.figures[0].nearest == pytest.approx(3.4)
    assert grim("3.42", 20, kind="mean", items=5).possible
    # Brown & Heathers (2017): a mean of 5.19 cannot come from 28 whole-number answers
    assert not grim("5.19", 28, kind="mean").possible
    assert grim("5.18", 28, kind="mean").possible


def test_trailing_zeros_are_precision():
    assert parse_figure("84") == (84.0, 0.5)
    assert parse_figure("3.50") == (3.5, 0.005)
    assert parse_figure(84.0) == (84.0, 0.5)


def test_parts_that_do_not_add_up():
    assert grim(["50", "30"], 10, parts="exclusive").possible
    assert not grim(["50", "30"], 10, parts="whole").possible
    assert {c.code for c in grim(["80", "70"], 10, parts="exclusive").caveats} >= {"more_than_everyone"}


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 90), st.data())
def test_what_people_can_give_is_never_called_impossible(n, data):
    counts = data.draw(st.lists(st.integers(0, n), min_size=1, max_size=5))
    shown = [f"{100 * k / n:.1f}" for k in counts]
    assert grim(shown, n).possible


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 60), st.integers(0, 100))
def test_a_verdict_of_impossible_means_no_count_rounds_to_it(n, percent):
    possible = grim(str(percent), n).possible
    brute = any(abs(100 * k / n - percent) <= 0.5 + 1e-9 for k in range(n + 1))
    assert possible == brute


def test_mistyped_input():
    for figures in ("eighty", "", "12.3.4"):
        with pytest.raises(DataError, match="printed figure"):
            grim(figures, 20)
    with pytest.raises(DataError, match="between 0 and 100"):
        grim("140", 20)
    for n in (0, -3, 2.5):
        with pytest.raises(OptionError, match="whole number"):
            grim("40", n)
    with pytest.raises(OptionError, match="kind"):
        grim("40", 20, kind="percentage")
    import numpy as np

    assert fits(np.array([50.0]), np.array([0.5]), 2, 100.0)
