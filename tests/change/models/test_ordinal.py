"""The net shift of an ordered outcome is one of shares."""

import numpy as np
import pandas as pd

from sctoolkit.change.models.ordinal import ordinal


def test_net_shift_is_of_shares():
    rng = np.random.default_rng(2)
    x = rng.integers(0, 2, 4000)
    answer = np.digitize(0.9 * x + rng.logistic(size=4000), [-1, 0.5, 1.5])
    fit = ordinal("answer ~ x", pd.DataFrame({"x": x, "answer": answer}))
    a, b = answer[x == 1], answer[x == 0]
    share = [np.bincount(v, minlength=4) / len(v) for v in (a, b)]
    plain = sum(share[0][i] * share[1][j] * np.sign(i - j) for i in range(4) for j in range(4))
    np.testing.assert_allclose(fit.higher[0], plain, atol=0.02)
