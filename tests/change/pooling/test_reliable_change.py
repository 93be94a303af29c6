"""Counts of people who changed reliably, either way round."""

import numpy as np
import pandas as pd

from sctoolkit.change.pooling.reliable_change import reliable_change


def test_reliable_change_counts():
    data = pd.DataFrame({"pre": [10.0, 12, 14, 16, 18, 20], "post": [30.0, 12, 15, 16, 1, np.nan]})
    result = reliable_change(data, pre="pre", post="post", reliability=0.8)
    name, improved, unchanged, declined = next(row for row in result.counts if row[0].startswith("Maassen"))
    assert (improved, unchanged, declined) == (1, 3, 1), name
    worse = reliable_change(data, pre="pre", post="post", reliability=0.8, higher_is_better=False)
    assert next(row for row in worse.counts if row[0].startswith("Maassen"))[1:] == (1, 3, 1)
    assert result.rows.tolist() == [0, 1, 2, 3, 4]
    assert "rows_left_out" in {c.code for c in result.caveats}
