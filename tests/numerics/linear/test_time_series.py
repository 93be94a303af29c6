"""Series of counts: one Poisson regression against statsmodels."""

import numpy as np
import statsmodels.api as sm

from sctoolkit.numerics.linear.time_series import fit_counts


def test_counts_are_a_poisson_regression():
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(80), rng.normal(size=80)])
    y = rng.poisson(np.exp(0.3 + 0.5 * x[:, 1])).astype(float)
    peer = sm.GLM(y, x, family=sm.families.Poisson()).fit(tol=1e-12)
    ours = fit_counts(x, y)
    np.testing.assert_allclose(ours.coef, peer.params, rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(ours.bread)), peer.bse, rtol=1e-7)
    np.testing.assert_allclose(ours.dispersion, peer.pearson_chi2 / 78, rtol=1e-7)
