"""Dose: the slope within organisations is that of fixed organisations, by side and with its warnings."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit import regress
from sctoolkit.change.designs.dose import dose_response
from sctoolkit.errors import DesignError

KEYS = {"outcome": "y", "wave": "wave", "cluster": "org", "dose": "hours"}


def frame(slope=0.2, side_gap=0.0, confounding=0.0, n_org=10, seed=1):
    rng = np.random.default_rng(seed)
    rows = []
    for org in range(n_org):
        need, side = rng.normal(), "community" if org % 2 else "statutory"
        for wave in (1, 2, 3):
            hours = max((wave - 1) * (1 + org % 5) + need, 0)
            for person in range(8):
                b = slope + side_gap * (side == "community")
                y = 3 + confounding * need + 0.1 * wave + b * hours + rng.normal(0, 0.3)
                rows.append((org, wave, side, hours, f"{org}-{person}", y))
    return pd.DataFrame(rows, columns=["org", "wave", "side", "hours", "id", "y"])


def test_within_slope_is_regression_with_organisations_and_waves_fixed():
    data = frame()
    best = dose_response(data, **KEYS).estimates[0]
    fit = regress("y ~ hours + C(wave) + C(org)", data, cluster="org").tidy().set_index("term").loc["hours"]
    assert best.role == "primary"
    assert (best.estimate, best.std_error, best.dof) == pytest.approx(
        (fit["estimate"], fit["std_error"], fit["dof"]), rel=1e-8
    )
    assert best.estimate == pytest.approx(0.2, abs=0.05)


def test_between_slope_carries_what_the_within_slope_does_not():
    result = dose_response(frame(confounding=-3.0), **KEYS)
    within, between = result.estimates[0].estimate, result.estimates[1].estimate
    assert within == pytest.approx(0.2, abs=0.05)
    assert between < 0
    assert "slopes_disagree" in {c.code for c in result.caveats}
    assert result.rung == "L2"
    assert "effect" not in str(result)


def test_slopes_by_side():
    table = dose_response(frame(side_gap=0.3), side="side", **KEYS).tidy()
    slopes = table[table["estimator"] == "within organisations"].set_index("side")["estimate"]
    assert slopes["community"] - slopes["statutory"] == pytest.approx(0.3, abs=0.06)
    gap = table[table["estimator"] == "difference of sides"].iloc[0]
    assert gap["estimate"] == pytest.approx(slopes["community"] - slopes["statutory"])


def test_a_dose_that_cannot_be_told_from_the_wave():
    with pytest.raises(DesignError, match="must move differently"):
        dose_response(frame().assign(hours=lambda t: t["wave"]), **KEYS)
    with pytest.raises(DesignError, match="must move differently"):
        dose_response(frame().assign(hours=lambda t: t["org"]), **KEYS)
    with pytest.raises(DesignError, match="two waves"):
        dose_response(frame().query("wave == 1"), **KEYS)
