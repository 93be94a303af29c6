"""Contract cases of designs, doubts and pooling: public function -> arguments on small data."""

from importlib.util import find_spec

import numpy as np
import pandas as pd


def people(n: int = 64) -> pd.DataFrame:
    """One row a person: site, arm, three scores, an answer in order, and who was seen again."""
    rng = np.random.default_rng(11)
    site = np.arange(n) % 8
    frame = pd.DataFrame({"id": range(n), "site": site, "arm": site % 2, "age": rng.normal(40, 9, n).round(1)})
    frame["pre"], frame["then"] = rng.normal(3, 1, n).round(2), rng.normal(2.5, 1, n).round(2)
    frame["post"] = (frame["pre"] + 0.4 * frame["arm"] + rng.normal(0, 0.6, n)).round(2)
    return frame.assign(
        answer=np.clip(np.round(frame["post"]), 1, 5), yes=(frame["post"] > 3).astype(int), seen=rng.integers(0, 2, n)
    )


def both_waves() -> pd.DataFrame:
    """One row a person and wave, with the hours that an organisation had."""
    one = people().drop(columns=["post", "then"]).rename(columns={"pre": "trust"})
    two = one.assign(trust=people()["post"])
    frame = pd.concat([one.assign(wave=1), two.assign(wave=2)], ignore_index=True)
    side = np.where(frame["site"] < 4, "community", "statutory")
    hours = np.where(frame["wave"] == 2, frame["site"] * 2.0, 0.0)
    return frame.assign(side=side, hours=hours, guess=frame["trust"] + 0.2)


def entrants() -> pd.DataFrame:
    """One row an organisation and wave; half of them entered before wave 3."""
    rng = np.random.default_rng(0)
    rows = [
        (u, w, 3 * (u < 8), (u < 8) * (w >= 3) + rng.normal(0, 0.3), u % 4) for u in range(16) for w in (1, 2, 3, 4)
    ]
    return pd.DataFrame(rows, columns=["org", "wave", "entry", "y", "size"])


def gaps() -> pd.DataFrame:
    return people().assign(post=lambda frame: frame["post"].where(frame["seen"] == 1))


PLACES = pd.DataFrame({"place": ["a", "b", "c"], "change": [0.1, 0.3, 0.2], "se": [0.1, 0.1, 0.2]})
TESTS = pd.DataFrame({"term": ["bonding", "bridging"], "p_value": [0.01, 0.04]})
LOG = pd.DataFrame({"date": ["2024-02-01"], "organisation": ["Temple"], "side": ["community"], "activity": ["visit"],
                    "hours": [2]})  # fmt: skip
FORMS = pd.DataFrame({"organisation": ["Temple"] * 23, "side": "community", "wave": "1"})
ROSTER = pd.DataFrame({"organisation": ["Temple"], "side": ["community"], "wave": [1], "eligible": [85]})
PANEL = {"outcome": "trust", "wave": "wave"}
ENTRY = {"outcome": "y", "unit": "org", "wave": "wave", "entry": "entry"}

CASES = {
    "accumulate": lambda: ((PLACES,), {"estimate": "change", "std_error": "se", "label": "place"}),
    "adjust_family": lambda: ((TESTS,), {}),
    "agreement": lambda: (("post ~ arm", people()), {"term": "arm", "cluster": "site", "n_draws": 99}),
    "dose_response": lambda: ((both_waves(),), {**PANEL, "cluster": "site", "dose": "hours", "unit": "id"}),
    "gee": lambda: (("yes ~ arm", people()), {"cluster": "site"}),
    "honest_trends": lambda: ((entrants(),), ENTRY),
    "imputed_regress": lambda: (
        ("post ~ pre + arm", gaps()), {"columns": ["pre", "post"], "cluster": "site", "n_imputations": 3}
    ),
    "leave_one_out": lambda: (("post ~ arm + pre", people()), {"term": "arm", "cluster": "site"}),
    "matched_comparison": lambda: (
        (both_waves(),), {**PANEL, "unit": "id", "group": "arm", "treated": 1, "covariates": ["age"]}
    ),
    "meta_perception": lambda: (
        (both_waves(),), {"own": "trust", "guess": "guess", "side": "side", "wave": "wave", "n_draws": 99}
    ),
    "moderation": lambda: ((people(),), {"outcome": "post", "predictor": "arm", "moderator": "pre"}),
    "ordinal": lambda: (("answer ~ arm", people()), {"cluster": "site"}),
    "placebo_outcomes": lambda: (
        (both_waves(),), {"outcomes": ["age"], "wave": "wave", "group": "arm", "treated": 1, "cluster": "site"}
    ),
    "placebo_periods": lambda: (
        (entrants().assign(arm=lambda frame: (frame["entry"] > 0).astype(int)),),
        {"outcome": "y", "wave": "wave", "group": "arm", "unit": "org", "start": 3},
    ),
    "robust_mixed": lambda: (("post ~ arm", people()), {"random": "1 | site", "cluster": "site"}),
    "sensitivity": lambda: (("post ~ arm + pre", people()), {"treatment": "arm", "benchmarks": ["pre"]}),
    "shrunken_changes": lambda: ((both_waves(),), {**PANEL, "by": "site", "unit": "id", "minimum": 5}),
    "staying_weights": lambda: ((people(),), {"stayed": "seen", "predictors": ["pre", "age"]}),
    "step_down": lambda: ((people(),), {"outcomes": ["pre", "post"], "treated": "arm", "cluster": "site"}),
    "then_test": lambda: ((people(),), {"post": "post", "then": "then", "pre": "pre"}),
    "exposures": lambda: ((LOG, {"1": "2024-03-01"}), {}),
    "returns": lambda: ((FORMS, ROSTER), {}),
}  # fmt: skip

if find_spec("diff_diff") is not None:
    CASES["doubly_robust_did"] = lambda: ((entrants(),), {**ENTRY, "covariates": ["size"]})
