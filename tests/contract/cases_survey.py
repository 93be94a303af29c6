"""Answers and scores on small data."""

import pandas as pd

from sctoolkit import from_frame


def frame(seed=0):
    codes = [[3, 2, 1], [1, 1, None], [2, 3, 99], [1, 2, 2], [3, 3, 3], [2, 1, 1]]
    turned = codes[seed:] + codes[:seed]
    return pd.DataFrame(turned, columns=["LON1", "LON2", "LON3"]).assign(pid=[f"p{number}" for number in range(6)])


def answers(wave=1, seed=0):
    return from_frame(frame(seed), "ucla3", columns={"respondent": "pid"}, wave=wave, missing_codes={99: "refused"})


CASES = {
    "score": lambda: ((answers(),), {}),
    "check": lambda: ((answers(),), {}),
    "link": lambda: ((answers(1), answers(2, seed=2)), {"key": "respondent", "tolerance": 0}),
}
