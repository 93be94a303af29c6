"""Error cases of doubts, pooling and designs: seeds, draws, families and what too little data cannot say."""

import numpy as np
import pandas as pd

from sctoolkit.change.doubts.honest_trends import honest_trends
from sctoolkit.change.doubts.multiplicity import adjust_family, step_down
from sctoolkit.change.doubts.placebo import placebo_outcomes, placebo_periods
from sctoolkit.change.doubts.sensitivity import sensitivity
from sctoolkit.change.pooling.shrunken_changes import shrunken_changes
from sctoolkit.numerics.change.honest_trends import smooth_interval


def sites(**columns):
    site = np.repeat(np.arange(6), 4)
    frame = pd.DataFrame({"site": site, "arm": site % 2, "bonding": site + 1.0, "bridging": (site * 7 % 5) * 1.0})
    return frame.assign(**columns)


def family(frame=None, **options):
    call = {"outcomes": ["bonding", "bridging"], "treated": "arm", "cluster": "site", **options}
    return step_down(sites() if frame is None else frame, **call)


def panel(n_waves=2):
    rows = [(u, w, u % 2, u + w + (u * w) % 3 / 9, 3 * (u % 2)) for u in range(8) for w in range(1, n_waves + 1)]
    return pd.DataFrame(rows, columns=["id", "wave", "arm", "y", "entry"])


def trends(n_waves):
    return honest_trends(panel(n_waves), outcome="y", unit="id", wave="wave", entry="entry")


def earlier(**options):
    call = {"outcome": "y", "wave": "wave", "group": "arm", "start": 2, **options}
    return placebo_periods(panel(), **call)


def bend(times=(-1.0, 1.0), weights=(1.0,), amount=0.1):
    return smooth_interval(np.zeros(2), np.eye(2), np.array(times), np.array(weights), amount)


def tests(**columns):
    return adjust_family(pd.DataFrame({"term": ["bonding", "bridging"], "p_value": [0.01, 0.2]}).assign(**columns))


def shrunken(**options):
    return shrunken_changes(panel(), **{"outcome": "y", "wave": "wave", "by": "arm", "unit": "id", **options})


CASES = {
    "level-of-percent": lambda: shrunken(ci_level=95),
    "level-below-half": lambda: shrunken(ci_level=0.05),
    "family-no-row": lambda: adjust_family(pd.DataFrame({"term": [], "p_value": []})),
    "family-primary-twice": lambda: adjust_family(
        pd.DataFrame({"term": ["trust", "trust"], "p_value": [0.1, 0.2]}), primary="trust"
    ),
    "family-p-is-text": lambda: tests(p_value=["low", "0.1"]),
    "family-no-outcome": lambda: family(outcomes=[]),
    "family-arm-not-zero-one": lambda: family(sites(arm=lambda d: d["arm"] + 1)),
    "family-no-comparison": lambda: family(sites(arm=1)),
    "family-constant-outcome": lambda: family(sites(bridging=2.0)),
    "family-holes-in-rows": lambda: family(sites(bridging=lambda d: d["bridging"].where(d.index > 2)), cluster=None),
    "sensitivity-benchmark-is-treatment": lambda: sensitivity(
        "bonding ~ arm + bridging", sites(), treatment="arm", benchmarks=["arm"]
    ),
    "honest_trends_no_wave_before": lambda: honest_trends(
        panel(3).assign(entry=lambda d: 2 * d["arm"]), outcome="y", unit="id", wave="wave", entry="entry"
    ),
    "honest_trends_gap": lambda: bend(times=(-2.0, 1.0)),
    "honest_trends_weights": lambda: bend(weights=(0.5, 0.5)),
    "honest_trends_bend_below_zero": lambda: bend(amount=-1.0),
    "placebo_no_outcome": lambda: placebo_outcomes(panel(), outcomes=[], wave="wave", group="arm"),
    "placebo_no_earlier_waves": earlier,
    "placebo_start_unknown": lambda: earlier(start=9),
    "seed-below-zero": lambda: family(seed=-1),
    "draws-below-one": lambda: family(n_draws=0),
}
