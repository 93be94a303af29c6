"""Mediation: paths that add up, words without order, and coverage of a known path."""

import numpy as np
import pandas as pd
from change.studies import people

from sctoolkit.change.designs.mediation import mediation


def test_paths_add_up():
    options = {"exposure": "arm", "outcome": "post", "covariates": ["pre"], "cluster": "site", "n_draws": 200}
    one = mediation(people(), mediator="trust", waves=(1, 2, 3), **options).tidy().set_index("term").estimate
    np.testing.assert_allclose(one["indirect trust"] + one["direct"], one["total"])
    np.testing.assert_allclose(one["indirect trust"], one["a trust"] * one["b trust"])
    both = mediation(people(), mediator=["trust", "space"], chain=True, **options).tidy().set_index("term").estimate
    np.testing.assert_allclose(both["indirect together"] + both["direct"], both["total"])


def test_paths_without_order_are_associations():
    result = mediation(people(), exposure="arm", mediator="trust", outcome="post", n_draws=50)
    assert (result.tidy()["estimand"] == "association").all()
    assert {"no_temporal_order", "no_baseline"} <= {c.code for c in result.caveats}
    backwards = mediation(people(), exposure="arm", mediator="trust", outcome="post", n_draws=50, waves=(1, 3, 2))
    assert not backwards.ordered


def test_no_interaction_gives_the_product():
    """ACME at both levels average to the product when the interaction is weak; the curve crosses zero where it says."""
    data = people()
    plain = mediation(data, exposure="arm", mediator="trust", outcome="post", covariates=["pre"], n_draws=50)
    crossed = mediation(
        data, exposure="arm", mediator="trust", outcome="post", covariates=["pre"], n_draws=50, interaction=True
    )
    rows = crossed.tidy().set_index("term").estimate
    total = rows["indirect trust, exposed"] + rows["direct, unexposed"]
    np.testing.assert_allclose(total, rows["total"])
    below, above = plain.rho < plain.rho_zero, plain.rho > plain.rho_zero
    assert (np.sign(plain.rho_indirect[below]) != np.sign(plain.rho_indirect[above][0])).all()
    at_zero = plain.rho_indirect[list(plain.rho).index(0.0)]
    np.testing.assert_allclose(at_zero, plain.tidy().set_index("term").loc["indirect trust", "estimate"], rtol=1e-9)


def test_bootstrap_covers_a_known_path():
    """Coverage of .25 over 25 studies of 120 people: at least 20 of 25 (binomial error about 1.1)."""
    inside = 0
    for seed in range(25):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=120)
        m = 0.5 * x + rng.normal(size=120)
        data = pd.DataFrame({"x": x, "m": m, "y": 0.5 * m + rng.normal(size=120)})
        row = mediation(data, exposure="x", mediator="m", outcome="y", n_draws=300).tidy().set_index("term")
        inside += row.loc["indirect m", "ci_low"] <= 0.25 <= row.loc["indirect m", "ci_high"]
    assert inside >= 20
