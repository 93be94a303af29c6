"""Whatever is wrong with the data, the answer says what cannot be estimated and describes the rest."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit import estimate_change
from sctoolkit.errors import OptionError

ORACLE = Path(__file__).parents[2] / "oracle"
OUTCOMES = {
    "scale": ("y", {}), "binary": ("yes", {}), "ordinal": ("item", {"outcome_type": "ordinal"}),
    "count": ("count", {"outcome_type": "count"}),
}  # fmt: skip
SPOILED = {
    "one wave": (lambda d, y: d[d["wave"] == 1], "one_wave"),
    "constant": (lambda d, y: d.assign(**{y: 1}), "constant_outcome"),
    "no follow-up": (lambda d, y: d.assign(**{y: d[y].where(d["wave"] == 1)}), "one_wave"),
    "other organisations": (lambda d, y: d[(d["wave"] == 1) == (d["org"] <= 6)], "organisations_confounded_with_waves"),
    "one organisation": (lambda d, y: d[d["org"] == 1], "one_organisation"),
    "no comparison": (lambda d, y: d[d["arm"] == 1], "no_comparison"),
    "no start of participants": (lambda d, y: d[(d["wave"] > 1) | (d["arm"] == 0)], "groups_cannot_be_compared"),
    "no end of the others": (lambda d, y: d[(d["wave"] == 1) | (d["arm"] == 1)], "groups_cannot_be_compared"),
    "one treated organisation": (lambda d, y: d.assign(arm=(d["org"] == 1) * 1), "one_organisation_on_a_side"),
}


@cache
def data(kind):
    if kind == "scale":
        return pd.read_csv(ORACLE / "group_waves/three.csv")
    return pd.read_csv(ORACLE / "outcome_types/panel.csv")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("spoiled", SPOILED)
@pytest.mark.parametrize(
    "kind", ["scale", *(pytest.param(kind, marks=pytest.mark.slow) for kind in OUTCOMES if kind != "scale")]
)
def test_says_what_cannot_be_estimated(kind, spoiled):
    outcome, options = OUTCOMES[kind]
    spoil, code = SPOILED[spoiled]
    frame = spoil(data(kind), outcome)
    result = estimate_change(
        frame, outcome=outcome, unit="id", wave="wave", cluster="org", group="arm", n_draws=19, **options
    )
    assert code in {caveat.code for caveat in result.caveats}
    if spoiled in {"one organisation", "no comparison"}:
        assert result.rung == "L1"
        assert np.isfinite(result.primary.estimate)
    else:
        assert (result.primary, result.rung) == (None, "L0")
    assert len(result.tidy()) > 0
    assert "effect" not in str(result)
    assert result.provenance.n_used <= len(frame)


@pytest.mark.parametrize("seed", [-1, 1.5, "one", True])
def test_seeds_are_whole_numbers_from_zero(seed):
    with pytest.raises(OptionError, match="`seed` must be a whole number"):
        estimate_change(data("scale"), outcome="y", unit="id", wave="wave", seed=seed)


@pytest.mark.slow
def test_false_positives_of_groups_over_waves():
    """Three waves, organisations that drift on their own: 5 % of true nulls are rejected, not more."""
    rng, runs, rejected = np.random.default_rng(77), 200, 0
    for _ in range(runs):
        rows = []
        for org in range(10):
            level, drift = rng.normal(0, 0.3), rng.normal(0, 0.2, 3)
            for person in range(int(rng.integers(4, 12))):
                own = rng.normal(0, 0.6)
                rows += [
                    (org * 100 + person, wave, org, org % 2, level + own + drift[wave] + rng.normal(0, 0.5))
                    for wave in range(3)
                    if rng.random() > 0.2
                ]
        frame = pd.DataFrame(rows, columns=["id", "wave", "org", "arm", "y"])
        best = estimate_change(
            frame, outcome="y", unit="id", wave="wave", cluster="org", group="arm", n_draws=9
        ).primary
        rejected += best.p_value < 0.05
    assert rejected / runs < 0.09  # 0.05 and 2.6 Monte-Carlo standard errors
