"""Exposures are counts of the log up to a wave."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit.errors import DataError
from sctoolkit.programme.exposures import exposures

LOG = pd.DataFrame(
    [
        ("2024-01-10", "Temple", "community", "visit", 1.5, None, None, None, None, None),
        ("2024-02-10", "Temple", "community", "meeting", 2.0, 8, 3, 30, 10, None),
        ("2024-02-11", "Temple", "community", "grant", None, None, None, None, None, 500),
        ("2024-06-10", "Temple", "community", "meeting", None, 5, 0, None, None, None),
        ("2024-12-30", "Trust", "statutory", "visit", 1.0, None, None, None, None, None),
    ],
    columns=["date", "organisation", "side", "activity", "hours", "people_community", "people_statutory",
             "turns_community", "turns_statutory", "amount"],
)  # fmt: skip
WAVES = {"2": "2024-09-01", "1": "2024-03-01"}


def test_counts_by_hand():
    phases = pd.DataFrame({"organisation": ["Temple"], "phase": [0], "start": ["2024-02-01"]})
    table = exposures(LOG, WAVES, phase_log=phases, organisations=["Temple", "Trust", "Church"]).frame()
    first, second = table[table["organisation"] == "Temple"].to_dict("records")
    assert (first["wave"], second["wave"]) == ("1", "2")
    assert (first["contacts"], second["contacts"], second["contacts_since_last_wave"]) == (2, 3, 1)
    assert (first["hours"], second["hours"]) == (3.5, 3.5)
    assert (first["brokered_meetings"], first["grants"], first["grant_amount"]) == (1, 1, 500)
    assert first["speaking_share"] == 0.75
    assert first["months_since_phase_0"] == pytest.approx(29 / 30.4375)
    trust = table[table["organisation"] == "Trust"]
    assert trust["contacts"].tolist() == [0, 0]
    assert np.isnan(table.loc[table["organisation"] == "Church", "months_since_phase_0"]).all()


def test_caveats_tell_what_the_log_does_not_know():
    codes = {c.code for c in exposures(LOG, WAVES, organisations=["Temple", "Trust", "Church"]).caveats}
    assert codes == {"no_log_lines", "hours_unknown", "after_last_wave"}
    coarse = pd.DataFrame({"organisation": ["Temple"], "phase": [0], "start": ["2024"]})
    assert "entry_date_unclear" in {c.code for c in exposures(LOG, WAVES, phase_log=coarse).caveats}


def test_a_wave_needs_a_day():
    with pytest.raises(DataError, match="day of each wave"):
        exposures(LOG, {"1": "spring"})


def test_order_of_the_log_does_not_matter():
    shuffled = LOG.sample(frac=1, random_state=1)
    assert (
        exposures(shuffled, WAVES)
        .frame()
        .sort_values(["organisation", "wave"], ignore_index=True)
        .equals(exposures(LOG, WAVES).frame().sort_values(["organisation", "wave"], ignore_index=True))
    )
