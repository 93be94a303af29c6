"""Stacking waves and sides: nothing lost, what one part lacks is not asked there."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit import from_frame
from sctoolkit.survey.combine import combine
from sctoolkit.survey.responses import REASONS


def part(wave, columns, **options):
    frame = pd.DataFrame({"pid": ["a", "b"], **dict.fromkeys(columns, 2), "age": [30, 40]})
    return from_frame(frame, "ucla3", columns={"respondent": "pid"}, wave=wave, **options)


def test_an_item_that_one_part_lacks_is_not_asked_there():
    whole = combine(part(1, ["LON1", "LON2"]), part(2, ["LON2", "LON3"], keep=["age"]))
    assert whole.items == ("LON1", "LON2", "LON3")
    assert whole.n == 4
    kinds = [[REASONS[reason] for reason in row] for row in whole.reasons]
    assert kinds[0] == ["answered", "answered", "not_asked"]
    assert kinds[3] == ["not_asked", "answered", "answered"]
    assert whole.extra["age"].tolist() == [None, None, 30, 40]


def test_roles_that_one_part_lacks_are_unknown_there():
    whole = combine(part(1, ["LON1"], side="community"), part(2, ["LON1"]))
    assert whole.role("side").tolist() == ["community", "community", "", ""]


def test_order_of_parts_moves_rows_and_changes_nothing_else():
    one, two = part(1, ["LON1"]), part(2, ["LON1", "LON2"])
    forward, backward = combine(one, two), combine(two, one)
    np.testing.assert_array_equal(forward.codes[:2], backward.codes[2:])
    assert forward.waves() == ("1", "2")
    assert backward.waves() == ("2", "1")


def test_one_part_is_itself():
    only = part(1, ["LON1"])
    assert combine(only) is only


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_frames_of_other_libraries(library):
    other = pytest.importorskip(library)
    data = {"pid": ["a", "b", "c"], "LON1": [1, 2, None], "LON2": ["often", "2", ""], "LON3": [1.0, None, 3.0]}
    frame = other.DataFrame(data) if library == "polars" else other.table(data)
    named = {"respondent": "pid"}
    ours, theirs = from_frame(frame, "ucla3", columns=named), from_frame(pd.DataFrame(data), "ucla3", columns=named)
    np.testing.assert_array_equal(ours.codes, theirs.codes)
    np.testing.assert_array_equal(ours.reasons, theirs.reasons)
