"""Tables are read strictly, and every fault is told with its row."""

import pandas as pd
import pytest

from sctoolkit.errors import DataError, MatchError, ReadError
from sctoolkit.programme.engagement_log import read_engagement_log
from sctoolkit.programme.outcome_counts import read_outcome_counts
from sctoolkit.programme.phase_log import read_phase_log
from sctoolkit.programme.roster import read_roster
from sctoolkit.programme.ties import read_ties


def test_all_faults_are_told_at_once_with_their_lines(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(
        "Organisation,side,wave,eligible,invited\nMosque,comunity,1,20,15\n\nTemple,community,1,twelve,10\n"
        "Temple,statutory,1,5,9\n,community,2,3,1\n"
    )
    with pytest.raises(DataError) as caught:
        read_roster(path)
    text = str(caught.value)
    assert "line 2, `side`: must be one of community, statutory, broker, not `comunity` (did you mean" in text
    assert "line 4, `eligible`: must be a number, not `twelve`" in text
    assert "line 5, `invited`: 9 is more than `eligible`, 5" in text
    assert "line 6, `organisation`: must not be empty" in text


def test_a_missing_column_names_its_likely_twin():
    with pytest.raises(MatchError, match="`eligible`") as caught:
        read_roster(pd.DataFrame({"organisation": ["a"], "side": ["community"], "wave": [1], "elligible": [3]}))
    assert "Is the column `elligible` meant for `eligible`?" in str(caught.value)


def test_a_frame_and_a_file_give_the_same_table(tmp_path):
    frame = pd.DataFrame({"organisation": ["a", "b"], "side": "community", "wave": [1.0, 1.0], "eligible": [3, 4]})
    frame.to_csv(tmp_path / "r.csv", index=False)
    left, right = read_roster(frame).frame(), read_roster(tmp_path / "r.csv").frame()
    assert left["eligible"].tolist() == right["eligible"].tolist() == [3.0, 4.0]
    assert left["wave"].tolist() == ["1", "1"]


def test_a_table_cannot_be_changed_in_place():
    table = read_ties(pd.DataFrame({"wave": [1], "source": ["a"], "target": ["b"], "kind": ["trust"]}))
    copy = table.frame()
    copy.loc[0, "source"] = "z"
    assert table.frame()["source"].tolist() == ["a"]
    with pytest.raises(AttributeError):
        table.schema = None


def test_no_file_and_no_csv_say_so(tmp_path):
    with pytest.raises(ReadError, match="No file"):
        read_roster(tmp_path / "none.csv")
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ReadError, match="UTF-8"):
        read_roster(tmp_path / "x.csv")


@pytest.mark.parametrize("text", ["03/04/2024", "2024-13", "2024-02-30", "45000", "March 2024"])
def test_ambiguous_or_impossible_dates_are_faults(text):
    with pytest.raises(DataError, match="1 fault was found"):
        read_phase_log(pd.DataFrame({"organisation": ["a"], "phase": [0], "start": [text]}))


def test_phase_dates_keep_their_precision_and_order():
    log = read_phase_log(
        pd.DataFrame({"organisation": ["a", "a", "b"], "phase": [0, 1, 0], "start": ["2023", "2024-03", "2024-01-09"]})
    ).frame()
    assert log["precision"].tolist() == ["year", "month", "day"]
    assert [str(day.date()) for day in log["latest_start"]] == ["2023-12-31", "2024-03-31", "2024-01-09"]
    with pytest.raises(DataError, match="must hold what") as caught:
        read_phase_log(pd.DataFrame({"organisation": ["a", "a"], "phase": [0, 1], "start": ["2024", "2023"]}))
    assert "phase 1 starts before phase 0" in str(caught.value)


def test_there_is_no_phase_3():
    with pytest.raises(DataError) as caught:
        read_phase_log(pd.DataFrame({"organisation": ["a"], "phase": [3], "start": ["2024"]}))
    assert "must be one of 0, 1, 2, not `3`" in str(caught.value)


def test_a_date_before_the_programme_is_a_fault():
    log = pd.DataFrame({"date": ["2019-01-05"], "organisation": ["a"], "side": ["community"], "activity": ["visit"]})
    with pytest.raises(DataError) as caught:
        read_engagement_log(log, programme_start="2020-01-01")
    assert "2019-01-05 lies before the programme began, 2020-01-01" in str(caught.value)


def test_grants_need_amounts_and_known_organisations():
    log = pd.DataFrame(
        {"date": "2024-01-05", "organisation": ["Temple", "Tempel"], "side": "community",
         "activity": ["grant", "visit"], "amount": [None, 50]}
    )  # fmt: skip
    with pytest.raises(DataError) as caught:
        read_engagement_log(log, organisations=["Temple"])
    text = str(caught.value)
    assert "must not be empty for a grant" in text
    assert "must be grant where an amount is given" in text
    assert "`Tempel` is not on the roster (did you mean `Temple`?)" in text


def test_series_have_no_gaps_and_no_doubles():
    with pytest.raises(DataError) as caught:
        read_outcome_counts(
            pd.DataFrame({"unit": "c", "month": ["2024-01", "2024-01", "2024-04"], "count": [1, 2, -3]})
        )
    text = str(caught.value)
    assert "must be at least 0, not `-3`" in text
    assert "unit c, month 2024-01 stands already in row 0" in text
    assert "has no row for 2024-02, 2024-03" in text
