"""Errors of Mancl and DeRouen against statsmodels, withheld where one cluster carries a term."""

import numpy as np
from change.studies import people

from sctoolkit.change.models.gee import gee


def test_mancl_derouen_is_statsmodels_and_refuses_one_treated():
    import statsmodels.api as sm

    data = people().assign(yes=lambda d: (d["post"] > 0) * 1)
    fit = gee("yes ~ arm + pre", data, cluster="site")
    design = np.column_stack([np.ones(len(data)), data.arm, data.pre])
    parts = {"family": sm.families.Binomial(), "cov_struct": sm.cov_struct.Exchangeable()}
    peer = sm.GEE(data.yes, design, groups=data.site, **parts).fit(cov_type="bias_reduced", ctol=1e-10, maxiter=200)
    np.testing.assert_allclose(fit.std_error, peer.bse, rtol=1e-5)
    assert (fit.tidy()["dof"] == 9).all()
    lone = gee("yes ~ arm + pre", data.assign(arm=lambda d: (d["site"] == 1) * 1), cluster="site")
    assert np.isnan(lone.std_error[lone.terms.index("arm")])
