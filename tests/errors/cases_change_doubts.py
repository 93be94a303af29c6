"""Error cases of doubts, pooling and designs: seeds, draws, families and what too little data cannot say."""

import numpy as np
import pandas as pd

from sctoolkit.change.doubts.multiplicity import step_down


def sites(**columns):
    site = np.repeat(np.arange(6), 4)
    frame = pd.DataFrame({"site": site, "arm": site % 2, "bonding": site + 1.0, "bridging": (site * 7 % 5) * 1.0})
    return frame.assign(**columns)


def family(frame=None, **options):
    call = {"outcomes": ["bonding", "bridging"], "treated": "arm", "cluster": "site", **options}
    return step_down(sites() if frame is None else frame, **call)


CASES = {
    "seed-below-zero": lambda: family(seed=-1),
    "draws-below-one": lambda: family(n_draws=0),
}
