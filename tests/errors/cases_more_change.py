"""Models of change that have nothing to rest on."""

import sys
from unittest import mock

import numpy as np
import pandas as pd

from sctoolkit import describe, its, mixed, regress
from sctoolkit.change.designs.doubly_robust import doubly_robust_did
from sctoolkit.change.doubts.multiplicity import step_down


def people(**columns):
    rng = np.random.default_rng(5)
    site = np.repeat(np.arange(8), 5)
    frame = pd.DataFrame({"site": site, "arm": site % 2, "pre": rng.normal(size=40), "post": rng.normal(size=40)})
    return frame.assign(**columns)


def entered(**columns):
    rows = [(unit, wave, 2 * (unit % 2), 1.0 + wave, unit / 5) for unit in range(6) for wave in (1, 2)]
    return pd.DataFrame(rows, columns=["unit", "wave", "entry", "trust", "age"]).assign(**columns)


def gains(frame):
    return doubly_robust_did(frame, outcome="trust", unit="unit", wave="wave", entry="entry", covariates=["age"])


def without(package, call):
    """Call as if a package were not installed."""

    def inside():
        with mock.patch.dict(sys.modules, {package: None}):
            return call()

    return inside


def long_frame():
    rows = np.arange(4_004)
    return pd.DataFrame({"row": rows // 2, "site": rows % 7, "pre": rows % 5, "post": rows % 3})


def months(**columns):
    return pd.DataFrame({"month": np.arange(20), "count": np.arange(20) % 7 + 1.0}).assign(**columns)


CASES = {
    "doubly-robust-package": without("diff_diff", lambda: gains(entered())),
    "doubly-robust-missing": lambda: gains(entered(age=lambda d: d["age"].where(d["unit"] > 1))),
    "regress-absorb-too-many": lambda: regress("post ~ pre", long_frame(), cluster="site", absorb="row"),
    "mixed-no-random-part": lambda: mixed("post ~ pre", people(), random=[]),
    "family-site-without-value": lambda: step_down(
        people(post=lambda d: d["post"].where(d["site"] > 1)), outcomes=["post"], treated="arm", cluster="site"
    ),
    "its-counts-below-zero": lambda: its(
        months(count=lambda d: d["count"] - 3), outcome="count", time="month", start=10, counts=True
    ),
    "describe-no-outcome": lambda: describe(people(), outcomes=[]),
    "describe-misspelt-outcome": lambda: describe(people(), outcomes="pst"),
    "describe-weights-below-zero": lambda: describe(people(w=-1.0), outcomes="post", weight="w"),
}
