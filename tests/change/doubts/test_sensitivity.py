"""Hidden bias in units of measured factors."""

import numpy as np
import pandas as pd

from sctoolkit.change.doubts.sensitivity import sensitivity


def test_sensitivity_speaks_in_measured_factors():
    rng = np.random.default_rng(3)
    x = rng.normal(size=300)
    d = (0.5 * x + rng.normal(size=300) > 0) * 1.0
    data = pd.DataFrame({"x": x, "d": d, "y": 1.0 * d + 0.7 * x + rng.normal(size=300)})
    result = sensitivity("y ~ d + x", data, treatment="d", benchmarks=["x"])
    assert 0 < result.robustness_ci < result.robustness < 1
    estimates = [row.estimate for row in result.benchmarks]
    assert estimates == sorted(estimates, reverse=True)
    assert estimates[0] < result.estimate
    assert "`x`" in result.sentence()
    assert result.e_value > result.e_value_ci >= 1
