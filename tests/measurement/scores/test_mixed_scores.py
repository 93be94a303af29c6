"""Factor scores from ordered and continuous items given covariates: lavaan's, and a plain optimiser's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.special import ndtr

from sctoolkit.measurement.structure.confirm import cfa

ORACLE = Path(__file__).parents[2] / "oracle" / "mixed_items"
ORDERED = ["u1", "u2", "u3", "u4"]
PLAIN = "f1 =~ u1 + u2 + y1 + y2\nf2 =~ u3 + u4 + y3 + y4"
GIVEN = PLAIN + "\nf1 ~ x1 + x2\nf2 ~ x1 + x2"
DATA = pd.read_csv(ORACLE / "mixed.csv")
CASES = {"given": GIVEN, "plain": PLAIN, "ordinal": "f =~ u1 + u2 + u3 + u4\nf ~ x1 + x2"}


@pytest.mark.parametrize("case", CASES)
def test_scores_are_those_of_lavaan(case: str) -> None:
    # 5e-4: lavaan stops its search of each person's mode there; the hand case below is held to 1e-6
    result = cfa(DATA, CASES[case], ordered=ORDERED)
    reference = pd.read_csv(ORACLE / "scores.csv").filter(regex=f"^{case}")
    ours = result.factor_scores().frame()[list(result.fit.latents)]
    assert np.abs(ours.to_numpy() - reference.to_numpy()).max() < 5e-4


def test_scores_count_direct_effects_and_missing_answers() -> None:
    result = cfa(DATA, GIVEN + "\nu2 ~ x1\ny3 ~ x2", ordered=ORDERED)
    value = result.tidy().set_index(["lhs", "op", "rhs"])["estimate"].to_dict()
    taus = {name: [found for key, found in value.items() if key[:2] == (name, "|")] for name in ORDERED}
    people = DATA.head(4).astype(float)
    people.loc[1, ["u1", "y2"]] = np.nan
    people.loc[2, "x1"] = np.nan
    ours = result.factor_scores(people).frame()
    assert ours.loc[2].isna().all()
    phi = np.array([[1.0, value["f1", "~~", "f2"]], [value["f1", "~~", "f2"], 1.0]])

    def deviance(eta: np.ndarray, row: dict[str, float]) -> float:
        centre = [value[f, "~", "x1"] * row["x1"] + value[f, "~", "x2"] * row["x2"] for f in ("f1", "f2")]
        total = (eta - centre) @ np.linalg.solve(phi, eta - centre) / 2
        for name in ("u1", "u2", "y1", "y2", "u3", "u4", "y3", "y4"):
            if np.isnan(row[name]):
                continue
            factor = 0 if name in ("u1", "u2", "y1", "y2") else 1
            linear = value[f"f{factor + 1}", "=~", name] * eta[factor]
            linear += sum(value.get((name, "~", x), 0.0) * row[x] for x in ("x1", "x2"))
            sd = np.sqrt(value[name, "~~", name])
            if name.startswith("y"):
                total += 0.5 * ((row[name] - value[name, "~", "1"] - linear) / sd) ** 2
                continue
            cuts, code = [-np.inf, *taus[name], np.inf], int(row[name])
            total -= np.log(ndtr((cuts[code + 1] - linear) / sd) - ndtr((cuts[code] - linear) / sd))
        return total

    for person in (0, 1):
        found = minimize(deviance, [0.0, 0.0], args=(people.loc[person].to_dict(),), tol=1e-12).x
        assert ours.loc[person, ["f1", "f2"]].to_numpy() == pytest.approx(found, abs=1e-6)


def test_groups_and_residual_covariances() -> None:
    model = GIVEN.replace("\nf1", "\nu1 ~~ y3\nf1", 1)
    result = cfa(DATA, model, ordered=ORDERED, group="group")
    scores = result.factor_scores()
    assert scores.frame()["f1"].notna().all()
    assert "residual_covariances_ignored" in {caveat.code for caveat in scores.caveats}
    again = result.factor_scores(DATA, group="group").frame()
    assert np.allclose(again[["f1", "f2"]], scores.frame()[["f1", "f2"]])
