"""Number of factors: psych's figures (tests/oracle/factors.R), published rules, known structures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.measurement.exploration.dimensions import n_factors
from sctoolkit.numerics.exploration.ekc import leading_run, reference_eigenvalues
from sctoolkit.numerics.exploration.hull import hull
from sctoolkit.numerics.exploration.map_test import average_partials
from sctoolkit.numerics.ordinal.null_polychorics import null_correlations
from sctoolkit.numerics.ordinal.ordinal_statistics import ordinal_statistics

ORACLE = Path(__file__).parents[1] / "oracle"
ITEMS = [f"y{j}" for j in range(1, 10)]


@pytest.fixture(scope="module")
def nine():
    return pd.read_csv(ORACLE / "polychoric" / "ordinal.csv")[ITEMS]


@pytest.fixture(scope="module")
def oracle():
    table = pd.read_csv(ORACLE / "factors" / "expected.csv")
    return lambda case, quantity: table[(table["case"] == case) & (table["quantity"] == quantity)]["value"].to_numpy()


def test_eigenvalues_and_adequacy_equal_psych(nine, oracle):
    found = n_factors(nine, correlation="pearson", seed=1, n_iterations=20)
    assert found.eigenvalues == pytest.approx(oracle("eigen", "pca"), abs=1e-9)
    assert found.reduced_eigenvalues == pytest.approx(oracle("eigen", "fa"), abs=1e-5)
    assert found.adequacy.kmo == pytest.approx(oracle("kmo", "overall")[0], abs=1e-9)
    assert found.adequacy.kmo_items == pytest.approx(oracle("kmo", "item"), abs=1e-9)
    assert found.adequacy.bartlett_chi2 == pytest.approx(oracle("bartlett", "chi2")[0], abs=1e-6)
    assert found.adequacy.bartlett_dof == oracle("bartlett", "dof")[0]


def test_map_equals_psych(nine, oracle):
    assert average_partials(nine.corr().to_numpy())[1:7] == pytest.approx(oracle("map", "map"), abs=1e-9)


@pytest.mark.parametrize("correlation", ["polychoric", "pearson"])
def test_three_factors_are_found(nine, correlation):
    found = n_factors(nine, correlation=correlation, seed=1, n_iterations=60)
    counts = {term: suggestion.n_factors for term, suggestion in found.suggestions.items()}
    assert all(counts[term] == 3 for term in counts if term.startswith("parallel"))
    assert counts["EKC"] == 3
    assert counts["Hull"] == 3
    assert len(found.eigenvalue_frame()) == 9


def test_unrelated_items_have_no_factor():
    rng = np.random.default_rng(2)
    noise = pd.DataFrame(rng.integers(1, 5, (400, 8)), columns=list("abcdefgh"))
    found = n_factors(noise, correlation="polychoric", seed=3, n_iterations=100).suggestions
    assert found["parallel, components, permuted"].n_factors == 0
    assert found["MAP"].n_factors == 0


def test_null_polychorics_equal_the_general_ones():
    rng = np.random.default_rng(4)
    codes = np.digitize(rng.standard_normal((300, 6)), [-1, 0.2, 0.9]).astype(np.int8)
    found = null_correlations(codes[None], 4)[0]
    assert found == pytest.approx(ordinal_statistics(codes, nacov="none").correlation, abs=1e-6)
    related = np.column_stack([codes, codes[:, 0]]).astype(np.int8)  # one pair far from independence
    assert null_correlations(related[None], 4)[0][0, 6] == pytest.approx(0.999, abs=1e-6)


def test_null_eigenvalues_do_not_depend_on_the_chunk():
    from sctoolkit.numerics.exploration.parallel_analysis import null_polychoric_eigenvalues

    codes = np.random.default_rng(1).integers(0, 3, (100, 5)).astype(np.int8)
    long, short = (
        null_polychoric_eigenvalues(codes, 3, "permuted", n_iterations=n, rng=np.random.default_rng(7))
        for n in (40, 25)
    )
    assert long.components[:25] == pytest.approx(short.components, abs=1e-8)
    assert long.components.sum(axis=1) == pytest.approx(5.0)


def test_ekc_has_its_floor_of_one():
    """Braeken and van Assen: references never fall below 1. Second reference without the floor would be .77."""
    values = np.array([3.5, 0.9, 0.3, 0.2, 0.1])
    assert reference_eigenvalues(values, 500)[1] == 1.0
    assert leading_run(values, reference_eigenvalues(values, 500)) == 1


def test_hull_by_hand():
    """Slopes 0.5, 0.3, 0.01, 0.01 per parameter: ratios 1.67, 30, 1 -> two factors."""
    found = hull(np.array([0.0, 0.5, 0.8, 0.81, 0.815]), np.array([0.0, 1.0, 2.0, 3.0, 4.0]))
    assert found.n_factors == 2
    assert found.st[1] == pytest.approx(0.5 / 0.3)
    assert found.st[2] == pytest.approx(30.0)


def test_seed_makes_it_repeatable(nine):
    one, two = (n_factors(nine, correlation="polychoric", seed=5, n_iterations=20).to_dict() for _ in range(2))
    assert one == two
