"""Each statement that raises an error of the package is reached by a case, so that its text has been read."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from collect import load_cases, outcome
from raises import all_raises

OUT_OF_REACH: dict[str, str] = {}
"""Module and function of a raise that no test can reach, and why."""


def test_every_raise_has_a_case():
    reached = {place for slug in load_cases() for place in outcome(slug).raised_at}
    missing = [
        found.name
        for found in all_raises()
        if not any((found.file, line) in reached for line in range(found.first, found.last + 1))
        and ":".join(found.name.split(":")[:2]) not in OUT_OF_REACH
    ]
    assert not missing, f"{len(missing)} raises have no case in tests/errors/cases_*.py:\n  " + "\n  ".join(missing)
