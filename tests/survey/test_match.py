"""Which column is which item: surest word first, nothing guessed, wide tables by their pattern."""

import pandas as pd
import pytest

from sctoolkit import from_frame, load_instrument
from sctoolkit.errors import MatchError
from sctoolkit.survey.match import match_columns

UCLA = load_instrument("ucla3")


@pytest.mark.parametrize(
    ("columns", "how"),
    [
        (["LON1", "LON2", "LON3"], "code"),
        (["lon1", " Lon2 ", "LON3 "], "code, however written"),
        (["lacks companionship", "2. Feels left out", "Q3) feels  isolated"], "text of the question"),
    ],
)
def test_columns_of_all_items(columns, how):
    match = match_columns(columns, UCLA)
    assert list(match.items.values()) == columns
    assert how in match.how.values()


def test_further_names_that_a_file_brings():
    match = match_columns(["q1", "grp/LON2", "q3"], UCLA, also={"q1": ["Lacks companionship"], "grp/LON2": ["LON2"]})
    assert dict(match.items) == {"LON1": "q1", "LON2": "grp/LON2"}
    assert match.absent == ("LON3",)


def test_published_names_are_known():
    item = next(
        (i, item) for i in ("sascat", "gss_social_trust", "ess_social_trust", "ons4")
        for item in load_instrument(i).items if item.aliases
    )  # fmt: skip
    instrument, found = load_instrument(item[0]), item[1]
    assert match_columns([found.aliases[0].upper()], instrument).items[found.code] == found.aliases[0].upper()


def test_the_caller_s_word_goes_first_and_none_means_not_asked():
    match = match_columns(["LON1", "LON2", "LON3"], UCLA, given={"LON1": "LON3", "LON3": None})
    assert dict(match.items) == {"LON1": "LON3", "LON2": "LON2"}
    assert match.absent == ("LON3",)


def test_a_column_that_has_a_role_is_no_item():
    match = match_columns(["LON1", "LON2", "LON3"], UCLA, given={"respondent": "LON1"})
    assert match.absent == ("LON1",)


def test_numbered_neighbours_are_no_typing_errors():
    assert match_columns(["LON1", "LON12", "LON13"], UCLA).absent == ("LON2", "LON3")


def test_order_of_columns_changes_nothing():
    one = match_columns(["a", "LON3", "LON1", "LON2"], UCLA)
    two = match_columns(["LON2", "LON1", "a", "LON3"], UCLA)
    assert one == two


def test_a_wide_table_gives_one_wave_a_call():
    wide = pd.DataFrame(
        {"pid": ["a", "b"], "pre_lon1": [1, 2], "pre_lon2": [1, 1], "post_lon1": [3, 3], "LON3": [9, 9]}
    )
    pre = from_frame(wide, "ucla3", columns={"respondent": "pid"}, item_columns="pre_{item}", wave="pre")
    post = from_frame(wide, "ucla3", columns={"respondent": "pid"}, item_columns="post_{item}", wave="post")
    assert (pre.items, post.items) == (("LON1", "LON2"), ("LON1",))
    assert post.codes[:, 0].tolist() == [3.0, 3.0]
    with pytest.raises(MatchError, match="`mid_LON1`"):
        from_frame(wide, "ucla3", item_columns="mid_{item}")


def test_consent_comes_before_everything():
    frame = pd.DataFrame({"ok": ["Yes", "no", "", "YES "], "LON1": [1, "nonsense", 77, 2], "LON2": 1, "LON3": 1})
    responses = from_frame(frame, "ucla3", consent={"ok": ["yes"]})
    assert responses.rows.tolist() == [1, 4]
    assert (responses.provenance.n_in, responses.provenance.n_used) == (4, 2)
    assert responses.caveats[0].numbers == {"n": 2, "n_rows": 4}
