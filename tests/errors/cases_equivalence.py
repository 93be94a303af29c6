"""Sizes of change that cannot be judged."""

import pandas as pd

from sctoolkit import equivalence, estimate_change

ONCE = pd.DataFrame({"id": range(6), "wave": 1, "trust": [1.0, 2, 3, 4, 5, 3]})
TWICE = pd.concat([ONCE, ONCE.assign(wave=2, trust=[2.0, 3, 3, 5, 5, 4])])


def change(frame):
    return estimate_change(frame, outcome="trust", unit="id", wave="wave")


CASES = {
    "equivalence-smallest": lambda: equivalence(change(TWICE), smallest=0.0),
    "equivalence-alpha": lambda: equivalence(change(TWICE), smallest=0.2, alpha=0.9),
    "equivalence-no-change": lambda: equivalence(change(ONCE), smallest=0.2),
}
