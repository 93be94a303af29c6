"""Made-up people of a study with sites, two arms and two measurements."""

import numpy as np
import pandas as pd


def people(seed=1, n_sites=12, per_site=15):
    rng = np.random.default_rng(seed)
    site = np.repeat(np.arange(n_sites), per_site)
    n = site.size
    frame = pd.DataFrame({"site": site, "arm": site % 2, "pre": rng.normal(size=n)})
    frame["trust"] = 0.5 * frame.arm + 0.4 * frame.pre + rng.normal(size=n)
    frame["space"] = 0.5 * frame.trust + rng.normal(size=n)
    frame["post"] = 0.4 * frame.space + 0.3 * frame.pre + 0.2 * rng.normal(size=n_sites)[site] + rng.normal(size=n)
    return frame
