"""Accumulated programmes shrink towards their mean."""

import numpy as np
import pandas as pd

from sctoolkit.change.pooling.accumulation import accumulate


def test_accumulation_shrinks_towards_the_mean():
    data = pd.DataFrame({"p": list("abcd"), "e": [0.0, 0.2, 0.6, np.nan], "s": [0.1, 0.1, 0.3, 0.1]})
    result = accumulate(data, estimate="e", std_error="s", label="p")
    rows = result.tidy()
    raw, shrunken = (rows[rows.role == role].estimate.to_numpy() for role in ("as estimated", "shrunken"))
    mean = result.pooled.estimate
    assert (np.abs(shrunken - mean) <= np.abs(raw - mean) + 1e-12).all()
    assert {"rows_left_out", "few_estimates"} <= {c.code for c in result.caveats}
