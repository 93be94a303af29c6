"""Power and detectable differences against R."""

import json
import math

import pytest
from scipy import optimize

from sctoolkit.numerics.change.power import (
    design_factor,
    detectable_by_organisation,
    multiplier,
    ordered_answer_attenuation,
    proportions_power,
    repeated_measures_factor,
    t_power,
)


@pytest.fixture(scope="module")
def oracle(oracle_dir):
    return {
        name: entry["value"]
        for name, entry in json.loads((oracle_dir / "change/power_mdes.json").read_text())["entries"].items()
    }


def test_t_tests_against_power_t_test(oracle):
    # power.t.test and power.prop.test: closed forms, 1e-9; its root finders stop at 1e-4 of the answer
    assert t_power(0.5 * math.sqrt(64 / 2), 126) == pytest.approx(oracle["t2"]["power"], abs=1e-9)
    assert t_power(0.5 * math.sqrt(10), 38, both_tails=True) == pytest.approx(oracle["t2_strict"], abs=1e-9)
    assert t_power(0.5 * math.sqrt(34), 33) == pytest.approx(oracle["paired"], abs=1e-9)
    assert t_power(0.3 * math.sqrt(60 / 0.8), 59) == pytest.approx(oracle["paired_sd_from_r"], abs=1e-9)
    assert multiplier(98) * math.sqrt(2 / 50) == pytest.approx(oracle["mdes_t2"], rel=1e-4)
    n = optimize.brentq(lambda k: t_power(0.3 * math.sqrt(k / 2), 2 * k - 2) - 0.8, 100, 300)
    assert n == pytest.approx(oracle["t2_n"], rel=1e-4)
    assert proportions_power(150, 0.4, 0.55) == pytest.approx(oracle["prop"], abs=1e-9)


def test_clusters_and_waves_against_closed_forms(oracle):
    crt = oracle["mdes_crt"]
    assert detectable_by_organisation(10, 20, 0.05) == pytest.approx(crt["J10"], abs=1e-9)
    assert detectable_by_organisation(20, 20, 0.05) == pytest.approx(crt["J20"], abs=1e-9)
    with_covariates = {"r2_people": 0.5, "r2_organisations": 0.7, "n_covariates": 1}
    assert detectable_by_organisation(20, 20, 0.05, **with_covariates) == pytest.approx(crt["J20_cov"], abs=1e-9)
    assert detectable_by_organisation(
        40, 20, 0.15, r2_people=0.5, r2_organisations=0.5, n_covariates=1
    ) == pytest.approx(crt["J40"], abs=1e-9)
    assert design_factor(20, 0.05, 0.6) == pytest.approx(oracle["deff_unequal"]["eldridge"], abs=1e-12)
    assert design_factor(20, 0.05) == pytest.approx(oracle["deff_unequal"]["equal"], abs=1e-12)
    assert repeated_measures_factor(1, 1, 0.6) == pytest.approx(
        {"post": oracle["ancova_factor"]["post_only"], "change": oracle["ancova_factor"]["change"],
         "ancova": oracle["ancova_factor"]["ancova"]}
    )  # fmt: skip
    assert repeated_measures_factor(2, 3, 0.6) == pytest.approx(oracle["frison_pocock"])


@pytest.mark.parametrize(("dof", "expected"), [(22, 2.93157), (1, None), (0, math.inf)])
def test_detectable_difference_in_standard_errors(dof, expected):
    value = multiplier(dof)
    if expected is None:
        assert t_power(value, dof) == pytest.approx(0.8, abs=1e-6)
    else:
        assert value == pytest.approx(expected, abs=1e-4)


def test_more_categories_keep_more():
    kept = [ordered_answer_attenuation([1 / k] * k) for k in (2, 3, 5, 7)]
    assert kept == sorted(kept)
    assert kept[0] == pytest.approx(math.sqrt(2 / math.pi))
    assert kept[-1] < 1
