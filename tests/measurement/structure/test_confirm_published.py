"""Confirmatory models against published and recomputed figures of public data sets."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sctoolkit.measurement.invariance.invariance import invariance
from sctoolkit.measurement.structure.confirm import cfa

NAMES = {"chisq": "chi2", "df": "dof", "logl": "loglik", "chisq.scaling.factor": "scaling_factor"}
NAMES |= {"chisq.scaled": "chi2_scaled", "cfi.robust": "cfi_robust", "tli.robust": "tli_robust"}
NAMES |= {"rmsea.robust": "rmsea_robust", "cfi.scaled": "cfi_scaled", "tli.scaled": "tli_scaled"}
NAMES |= {"rmsea.scaled": "rmsea_scaled"}
HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
BOLLEN = """ind60 =~ x1 + x2 + x3
dem60 =~ y1 + y2 + y3 + y4
dem65 =~ y5 + y6 + y7 + y8
dem60 ~ ind60
dem65 ~ ind60 + dem60
y1 ~~ y5
y2 ~~ y4 + y6
y3 ~~ y7
y4 ~~ y8
y6 ~~ y8"""


def figures(folder: Path, beginning: str) -> dict[str, dict]:
    entries = json.loads((folder / "expected.json").read_text())
    return {e["id"][len(beginning) :]: e for e in entries if e["id"].startswith(beginning)}


def assert_measures(measures, wanted: dict[str, dict]) -> None:
    checked = 0
    for name, entry in wanted.items():
        ours = NAMES.get(name, name)
        if ours in measures:
            assert measures[ours] == pytest.approx(entry["value"], abs=entry["tol"]), name
            checked += 1
    assert checked >= 4


@pytest.mark.parametrize(
    ("estimator", "beginning"), [("ML", "cfa_"), ("ML", "pub_cfa_"), ("MLR", "mlr_"), ("MLM", "mlm_")]
)
def test_holzinger_swineford(data_dir: Path, estimator: str, beginning: str) -> None:
    folder = data_dir / "holzinger_swineford"
    result = cfa(pd.read_csv(folder / "hs1939.csv"), HS, ordered=False, estimator=estimator)
    assert_measures(result.measures, figures(folder, beginning))


def test_political_democracy(data_dir: Path) -> None:
    folder = data_dir / "political_democracy"
    result = cfa(pd.read_csv(folder / "political_democracy.csv"), BOLLEN, ordered=False, estimator="ML", std_lv=False)
    wanted = figures(folder, "")
    assert_measures(result.measures, wanted)
    table = result.tidy()
    for name, entry in wanted.items():
        if name.startswith(("pub_est_", "pub_se_")):
            lhs, rhs = name.split("_")[2].split("~")
            row = table[(table["lhs"] == lhs) & (table["op"] == "~") & (table["rhs"] == rhs)].iloc[0]
            ours = row["estimate"] if "_est_" in name else row["std_error"]
            assert ours == pytest.approx(entry["value"], abs=6e-4), name


def test_bfi_five_factors_and_gender(data_dir: Path) -> None:
    folder = data_dir / "psych_bfi"
    data = pd.read_csv(folder / "bfi.csv")
    model = "\n".join(
        f"{f} =~ " + " + ".join(f"{f[0]}{k}" for k in range(1, 6)) for f in ("Af", "Cf", "Ef", "Nf", "Of")
    )
    assert_measures(cfa(data, model, ordered=False, estimator="ML").measures, figures(folder, "cfa5_ml_"))
    ladder = invariance(data, model, ordered=False, estimator="ML", group="gender", propose=False)
    for level in ("configural", "metric", "scalar"):
        assert_measures(ladder.models[level].measures, figures(folder, f"mi_gender_{level}_"))


def test_semtools_single_group_and_waves(data_dir: Path) -> None:
    folder = data_dir / "semtools_cat_long"
    items = "F1 =~ u1 + u2 + u3 + u4\nF2 =~ u5 + u6 + u7 + u8"
    result = cfa(pd.read_csv(folder / "datCat.csv"), items, ordered=True)
    assert_measures(result.measures, figures(folder, "cat_single_"))
    long = pd.read_csv(folder / "exLong.csv")
    ladder = invariance(
        long, "f =~ y1 + y2 + y3", ordered=False, estimator="ML", waves=["t1", "t2", "t3"], propose=False
    )
    for level in ("configural", "metric"):
        assert_measures(ladder.models[level].measures, figures(folder, f"long_{level}_"))
