"""Scoring a million respondents x 20 items, beside a bare numpy pass over the same numbers, in one run.

The bare pass turns reversed items, leaves missing answers out, takes the mean of each of four scales of five items and
applies the minimum: what one would write by hand for this one questionnaire. Ours reads the rules from the instrument
and gives percent of maximum, counts and a reason for every score as well.
"""

from __future__ import annotations

import argparse
import platform
import time
from pathlib import Path

import numpy as np
import pandas as pd

from sctoolkit import from_frame, score
from sctoolkit.instrument.model import Instrument

SCALES, ITEMS, MINIMUM = 4, 5, 3
REVERSED = {1, 3}


def instrument() -> Instrument:
    """A questionnaire of four scales with five items each, two of them reversed."""
    codes = [f"i{number}" for number in range(SCALES * ITEMS)]
    return Instrument.model_validate(
        {
            "instrument": {
                "id": "bench",
                "version": "1",
                "name": "Benchmark",
                "status": "validated",
                "level": "individual",
            },
            "source": [{"citation": "none"}],
            "licence": {"wording": "none"},
            "response": {"agree": {"codes": [[code, f"answer {code}"] for code in range(1, 6)]}},
            "items": [
                {
                    "code": code,
                    "label": code,
                    "response": "agree",
                    "keying": -1 if place % ITEMS in REVERSED else 1,
                }
                for place, code in enumerate(codes)
            ],
            "scale": {
                f"s{s}": {
                    "label": f"Scale {s}",
                    "items": codes[s * ITEMS : (s + 1) * ITEMS],
                    "rule": "mean",
                    "minimum": MINIMUM,
                    "range": [1, 5],
                }
                for s in range(SCALES)
            },
        }
    )


def bare(codes: np.ndarray) -> np.ndarray:
    """The same means in plain numpy."""
    keyed = codes.copy()
    turned = [s * ITEMS + place for s in range(SCALES) for place in REVERSED]
    keyed[:, turned] = 6 - keyed[:, turned]
    blocks = keyed.reshape(len(codes), SCALES, ITEMS)
    given = np.isfinite(blocks)
    answered = given.sum(axis=2)
    total = np.where(given, blocks, 0.0).sum(axis=2)
    with np.errstate(invalid="ignore"):
        means = total / answered
    means[answered < MINIMUM] = np.nan
    return means


def best_of(call, times: int) -> tuple[float, object]:
    """Return the shortest of several durations, and what the call gave."""
    best, outcome = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        outcome = call()
        best = min(best, time.perf_counter() - start)
    return best, outcome


def main() -> None:
    """Run the comparison and append it to the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--respondents", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    rng = np.random.default_rng(20260101)
    codes = rng.integers(1, 6, size=(options.respondents, SCALES * ITEMS)).astype(float)
    codes[rng.random(codes.shape) < 0.05] = np.nan
    questionnaire = instrument()
    frame = pd.DataFrame(codes, columns=list(questionnaire.item_codes))
    typing, responses = best_of(lambda: from_frame(frame, questionnaire), 2)
    hand, expected = best_of(lambda: bare(codes), options.times)
    ours, scores = best_of(lambda: score(responses), options.times)
    np.testing.assert_allclose(scores.values, expected, rtol=1e-13, equal_nan=True)
    line = (
        f"| {options.respondents:,} x {SCALES * ITEMS} | {hand:.3f} | {ours:.3f} | {ours / hand:.2f} | {typing:.3f} "
        f"| numpy {np.__version__}, Python {platform.python_version()}, {platform.machine()} |\n"
    )
    path = Path(__file__).with_name("RESULTS-scoring.md")
    if not path.exists():
        path.write_text(
            "# Scoring beside a bare numpy pass\n\nSeconds, best of several runs in one process; the means agree to "
            "1e-13. `typing` is `from_frame` on the same numbers.\n\n"
            "| respondents x items | bare numpy | `score` | times | typing | with |\n|---|---|---|---|---|---|\n",
            encoding="utf-8",
        )
    with path.open("a", encoding="utf-8") as results:
        results.write(line)
    print(line, end="")


if __name__ == "__main__":
    main()
