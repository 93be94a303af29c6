import tempfile
from pathlib import Path

from sctoolkit import load_study

STUDY = """
[study]
title = "Loneliness (simulated)"
instrument = "ucla3"
simulated = true
[[file]]
path = "a.csv"
[columns]
respondent = "pid"
wave = "wave"
"""


def _study():
    folder = Path(tempfile.mkdtemp())
    rows = ["pid,wave,LON1,LON2,LON3"]
    for person in range(24):
        for wave in (1, 2):
            rows.append(f"p{person},{wave}," + ",".join(str(1 + (person * k + wave * k) % 3) for k in (1, 2, 5)))
    (folder / "a.csv").write_text("\n".join(rows) + "\n")
    (folder / "study.toml").write_text(STUDY)
    return load_study(folder)


CASES = {"evaluate": lambda: ((_study(),), {})}
