"""Errors of the study file and of its surroundings."""

import tempfile
from pathlib import Path

from sctoolkit import evaluate, load_instrument, load_study
from sctoolkit.evaluation.demo import write_demo

STUDY = '[study]\ntitle = "A"\ninstrument = "ucla3"\n[[file]]\npath = "a.csv"\nwave = 1\n'


def _load(text: str | bytes):
    def call():
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a.csv").write_text("LON1\n1\n")
            path = Path(folder) / "study.toml"
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            load_study(path)

    return call


def _run(text: str):
    def call():
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a.csv").write_text("LON1,LON2,LON3\n1,2,3\n2,2,1\n")
            (Path(folder) / "study.toml").write_text(text)
            evaluate(load_study(folder))

    return call


def _demo_into_a_file():
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "taken").write_text("")
        write_demo(Path(folder) / "taken")


CASES = {
    "study_absent": lambda: load_study("nowhere.toml"),
    "study_not_toml": _load("[study]\ntitle = A study\n"),
    "study_not_utf8": _load(b'[study]\ntitle = "caf\xe9"\n'),
    "study_too_large": _load("#" * 1_000_001),
    "study_misspelt_keys": _load(STUDY.replace("title", "titel") + '[analysis]\ncomparison = "sides"\n'),
    "study_names_nothing_known": _load(STUDY.replace("a.csv", "b.csv") + '[analysis]\nprimary = "lonlines"\n'),
    "study_group_without_column": _load(STUDY + '[analysis]\ncomparison = "group"\nbaseline = "4"\nwaves = ["1"]\n'),
    "study_unknown_words": _load(
        STUDY.replace("[[file]]", 'disclosure = "uk-tre10"\n[[file]]')
        + "[analysis]\nseed = 1\nsmallest_change = { lonelines = 0.5 }\n"
        + '[logs]\nwave_dates = { 1 = "spring" }\n[slot.comunity]\nown = "us"\n'
    ),
    "study_paths_misspelt": _load(
        STUDY + '[[path]]\nform = "loneliness"\nthrough = "x"\n[reciprocal]\nscale = ["x"]\n'
    ),
    "study_paths_unknown": _load(
        STUDY
        + '[[path]]\nfrom = "lonelines"\nthrough = "LON1"\nto = "LON1"\n'
        + '[reciprocal]\nscales = ["loneliness", "loneliness"]\n[columns]\nkeep = ["tenure"]\n'
        + '[analysis]\nsplits = ["tenur"]\niterations = 3\n'
    ),
    "study_without_wave": _load(STUDY.replace("wave = 1\n", "")),
    "study_unknown_instrument": _load(STUDY.replace("ucla3", "ucla33")),
    "study_waves_not_in_data": _run(STUDY + '[analysis]\nbaseline = "4"\n'),
    "instrument_absent_path": lambda: load_instrument("nowhere/instrument.toml"),
    "demo_folder_is_a_file": _demo_into_a_file,
}
