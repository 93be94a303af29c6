"""Imputed regression keeps the degrees of freedom of few sites and repeats itself."""

import numpy as np
import pandas as pd
from change.studies import people

from sctoolkit.change.doubts.imputation import imputed_regress
from sctoolkit.change.models.regress import regress


def test_imputation_keeps_the_degrees_of_freedom_of_few_sites():
    data = people(n_sites=8)
    full = regress("post ~ arm + pre", data, cluster="site")
    rng = np.random.default_rng(1)
    data.loc[rng.random(len(data)) < 0.25, "post"] = np.nan
    result = imputed_regress(
        "post ~ arm + pre", data, columns=["post", "pre", "trust"], cluster="site", n_imputations=5
    )
    rows = result.tidy().set_index("term")
    assert rows.loc["arm", "dof"] < full.dof[1] + 0.5
    assert rows.loc["pre", "n_obs"] == len(data)
    assert rows.loc["pre", "method"].startswith("CR2, Satterthwaite; 5 imputations")
    again = imputed_regress("post ~ arm + pre", data, columns=["post", "pre", "trust"], cluster="site", n_imputations=5)
    pd.testing.assert_frame_equal(result.tidy(), again.tidy())
