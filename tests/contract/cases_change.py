"""Contract cases of change and programme: public function -> arguments on small data."""

import numpy as np
import pandas as pd

from sctoolkit import estimate_change


def panel() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    rows = [
        (i, w, i % 8, "community" if i % 8 < 4 else "statutory", "programme" if i % 2 else "other",
         round(3 + 0.3 * w + rng.normal(), 2))
        for i in range(48)
        for w in (1, 2)
        if w == 1 or i % 5
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["id", "wave", "org", "side", "arm", "trust"])


def waves() -> pd.DataFrame:
    two = panel()
    third = two[two["wave"] == 2].assign(wave=3, trust=lambda d: d["trust"] + 0.1)
    return pd.concat([two, third], ignore_index=True)


def typed() -> pd.DataFrame:
    rows = panel()
    turn = (rows["id"] + rows["wave"]) % 3
    return rows.assign(yes=(rows["trust"] > 3.5).astype(int), item=1 + turn, count=turn * 2 + rows["wave"])


KEYS = {"outcome": "trust", "unit": "id", "wave": "wave", "cluster": "org", "n_draws": 99}

CASES = {
    "grim": lambda: ((["84", "14"], 23), {}),
    "estimate_change": lambda: ((panel(),), dict(KEYS)),
    "estimate_change[sides]": lambda: ((panel(),), {**KEYS, "side": "side"}),
    "estimate_change[groups]": lambda: ((panel(),), {**KEYS, "group": "arm", "treated": "programme"}),
    "estimate_change[groups over waves]": lambda: ((waves(),), {**KEYS, "group": "arm", "treated": "programme"}),
    "estimate_change[yes or no]": lambda: ((typed(),), {**KEYS, "outcome": "yes"}),
    "estimate_change[ordered item]": lambda: ((typed(),), {**KEYS, "outcome": "item", "outcome_type": "ordinal"}),
    "estimate_change[count]": lambda: (
        (typed(),),
        {**KEYS, "outcome": "count", "outcome_type": "count", "group": "arm", "treated": "programme"},
    ),
    "estimate_change[entry]": lambda: (
        (staggered(),),
        {"outcome": "trust", "unit": None, "wave": "wave", "cluster": "org", "entry": "entry"},
    ),
    "estimate_change[weighted]": lambda: ((typed().assign(w=1.5),), {**KEYS, "weight": "w"}),
    "estimate_change[one wave]": lambda: ((panel().query("wave == 1"),), dict(KEYS)),
}

CASES["did"] = lambda: ((panel(),), {"outcome": "trust", "wave": "wave", "group": "arm", "treated": "programme",
                                     "cluster": "org", "n_draws": 99})  # fmt: skip


def staggered() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    rows = [(o, w, (2, 2, 3, 3, 0, 0)[o], round(rng.normal(), 2)) for o in range(6) for w in (1, 2, 3)]
    return pd.DataFrame(rows, columns=["org", "wave", "entry", "trust"])


CASES["staggered_did"] = lambda: (
    (staggered(),), {"outcome": "trust", "unit": "org", "wave": "wave", "entry": "entry"}
)  # fmt: skip

CASES["attrition"] = lambda: (
    (panel(),),
    {"outcome": "trust", "unit": "id", "wave": "wave", "group": "arm", "treated": "programme", "n_imputations": 3},
)

CASES["plan"] = lambda: ((), {"n_people": 10, "n_organisations": 8, "months": 12})

CASES["equivalence"] = lambda: ((estimate_change(panel(), **KEYS),), {"smallest": 0.2})
