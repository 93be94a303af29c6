"""Contract cases of regression, mixed models, reliable change, mediation and series."""

import numpy as np
import pandas as pd


def people() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    site = np.repeat(np.arange(10), 6)
    frame = pd.DataFrame({"site": site, "arm": site % 2, "pre": rng.normal(3, 0.6, 60)})
    frame["trust"] = 0.4 * frame["pre"] + rng.normal(size=60)
    frame["post"] = frame["pre"] + 0.3 * frame["trust"] + 0.3 * rng.normal(size=10)[site] + rng.normal(0, 0.5, 60)
    frame.loc[4, "post"] = np.nan
    return frame


def series() -> pd.DataFrame:
    rng = np.random.default_rng(6)
    month = np.arange(36)
    return pd.DataFrame(
        {"t": month, "season": month % 12, "count": 50 + month - 8 * (month >= 20) + rng.normal(size=36)}
    )


CASES = {
    "regress": lambda: (("post ~ arm + pre", people()), {"cluster": "site"}),
    "regress[hc]": lambda: (("post ~ arm + pre", people()), {}),
    "regress[one site]": lambda: (("post ~ first", people().assign(first=lambda d: (d.site == 0) * 1)),
                                  {"cluster": "site"}),
    "mixed": lambda: (("post ~ arm + pre", people()), {"random": "1 | site"}),
    "mixed[fading]": lambda: (
        ("post ~ arm", people().assign(turn=lambda d: d.groupby("site").cumcount())),
        {"random": "1 | site", "ar1": "turn | site"},
    ),
    "reliable_change": lambda: ((people(),), {"pre": "pre", "post": "post", "reliability": 0.8}),
    "mediation": lambda: (
        (people(),),
        {"exposure": "arm", "mediator": "trust", "outcome": "post", "covariates": ["pre"], "cluster": "site",
         "waves": (1, 2, 3), "n_draws": 99},
    ),
    "its": lambda: ((series(),), {"outcome": "count", "time": "t", "start": 20}),
}  # fmt: skip
