"""The demonstration: a folder with simulated data, laid out as real programmes have it, and its study file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sctoolkit.errors import WriteError
from sctoolkit.instrument.library import load_instrument
from sctoolkit.instrument.model import Instrument
from sctoolkit.programme.simulate import SimulatedProgramme, simulate_programme

STUDY = """\
# The plan of a demonstration. Its data are SIMULATED: no person gave these answers.
# A plan is written before the data are seen; paths are relative to this file.

[study]
title = "Shared table: a simulated coproduction programme"
instrument = "cscq"
disclosure = "uk-tre-10"    # nothing on fewer than 10 people leaves
simulated = true
notes = [
  "Thirteen simulated organisations; nine entered at two dates, four never did.",
  "The true change is known: see simulated-truth.csv. Private renters were made to gain nothing.",
]

# One entry a file. A file may hold one wave, or several with a wave column.
[[file]]
path = "simulated-wave1.csv"       # answer codes
wave = "1"

[[file]]
path = "simulated-wave2.xlsx"      # answer labels, from a spreadsheet
wave = "2"

[[file]]
path = "simulated-wave3.csv"       # semicolons, as many European spreadsheets write them
wave = "3"

[columns]
respondent = "code"                # a code that people made for themselves
side = "side"
organisation = "organisation"
keep = ["tenure"]                  # read, for the splits below

[analysis]
primary = ["ts", "li"]             # trust in the other side, linking
comparison = "side"
assignment = "staggered"           # organisations entered at different times: see the phase log
baseline = "1"
follow_up = "3"
ordered = true
splits = ["tenure"]                # who gained: by organisation, and by how people live
iterations = 20                    # of parallel analysis; few, for a quick demonstration (500 where this is left out)
seed = 20260101
smallest_change = { ts = 0.2, li = 0.2 }   # points on the 1-5 scale that would matter to the programme

[linkage]
tolerance = 1                      # a self-generated code may differ in one character

[logs]
roster = "simulated-roster.csv"
engagement = "simulated-engagement.csv"
phases = "simulated-phases.csv"
wave_dates = { 1 = "2023-02-01", 2 = "2023-11-01", 3 = "2024-08-01" }

[slot.community]
own = "my group"
broker = "the network team"

[slot.statutory]
own = "my team"
broker = "the network team"
"""


def write_demo(folder: Path, *, seed: int = 20260101) -> Path:
    """Write the demonstration into a folder and return the path of its study file.

    Every file name and the title say that the data are simulated.

    Raises
    ------
    WriteError
        If the folder cannot be written.
    """
    instrument = load_instrument("cscq")
    programme = simulate_programme(instrument, seed=seed)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_waves(folder, programme, instrument)
        programme.roster.to_csv(folder / "simulated-roster.csv", index=False)
        programme.engagement_log.to_csv(folder / "simulated-engagement.csv", index=False)
        programme.phase_log.to_csv(folder / "simulated-phases.csv", index=False)
        programme.true_change.to_csv(folder / "simulated-truth.csv", index=False, float_format="%.4f")
        (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    except OSError as error:
        raise WriteError(
            f"The folder `{folder}` must be writable, and it is not.",
            where=f"The system says: {str(error.strerror).lower()}.",
            hint="Name another one: `sctoolkit demo FOLDER`.",
        ) from None
    return folder / "study.toml"


def _write_waves(folder: Path, programme: SimulatedProgramme, instrument: Instrument) -> None:
    """Write each wave in a layout that real files come in: codes, labels in a spreadsheet, semicolons."""
    programme.waves["1"].to_csv(folder / "simulated-wave1.csv", index=False)
    labelled = with_labels(programme.waves["2"], instrument)
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(folder / "simulated-wave2.xlsx", engine="xlsxwriter", engine_kwargs=options) as book:
        book.book.set_properties({"created": pd.Timestamp("2023-11-01").to_pydatetime()})
        labelled.to_excel(book, index=False, sheet_name="Simulated answers")
    programme.waves["3"].to_csv(folder / "simulated-wave3.csv", index=False, sep=";")


def with_labels(frame: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Return answers as the labels that a label export holds; what is no known code stays as it is."""
    columns = {}
    for name in frame.columns:
        if name in instrument.by_code:
            response = instrument.response_of(name)
            labels = {str(answer.code): answer.label for answer in response.codes}
            labels |= {str(entry.code): entry.label for entry in response.missing}
            columns[name] = [labels.get(text, text) for text in frame[name]]
        else:
            columns[name] = frame[name].tolist()
    return pd.DataFrame(columns)
