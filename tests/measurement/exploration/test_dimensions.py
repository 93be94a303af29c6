"""Number of factors: psych's figures (tests/oracle/factors.R), published rules, known structures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.measurement.exploration.dimensions import n_factors
from sctoolkit.numerics.exploration.ekc import leading_run, reference_eigenvalues
from sctoolkit.numerics.exploration.hull import hull
from sctoolkit.numerics.exploration.hull_fit import cfi_by_factors
from sctoolkit.numerics.exploration.map_test import average_partials
from sctoolkit.numerics.ordinal.null_polychorics import null_correlations
from sctoolkit.numerics.ordinal.ordinal_statistics import ordinal_statistics

ORACLE = Path(__file__).parents[2] / "oracle"
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
    assert counts["Hull, CAF"] == 3
    assert counts["Hull, CFI"] == 3
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


def hull_in_words(fit, parameters):
    """The procedure of Lorenzo-Seva, Timmerman and Kiers (2011, p. 351) by plain loops: the number of factors.

    Step 3: leave out each solution with a worse fit than one with fewer factors. Step 4: go through all triplets of
    adjacent solutions and leave the middle one out if its point is below or on the line through its neighbours; repeat
    until none is left out. Step 5: st of those that are left; step 6: the solution with the largest st. Where
    fewer than three are left, the best fitting one.
    """
    kept = [i for i in range(len(fit)) if all(fit[i] > fit[j] for j in range(i))]
    again = True
    while again:
        again = False
        for i in range(1, len(kept) - 1):
            (x0, x1, x2), (y0, y1, y2) = ([v[k] for k in kept[i - 1 : i + 2]] for v in (parameters, fit))
            if y1 <= y0 + (y2 - y0) / (x2 - x0) * (x1 - x0):
                del kept[i]
                again = True
                break
    st = {}
    for i in range(1, len(kept) - 1):
        a, b, c = kept[i - 1 : i + 2]
        gained = (fit[b] - fit[a]) / (parameters[b] - parameters[a])
        st[b] = gained / ((fit[c] - fit[b]) / (parameters[c] - parameters[b]))
    return (max(st, key=st.get) if st else kept[-1]), st


@pytest.mark.parametrize("seed", range(30))
def test_hull_equals_plain_loops(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(3, 9))
    steps = rng.exponential(0.5 ** np.arange(size)) * np.where(rng.random(size) < 0.2, -0.3, 1.0)
    fit = np.cumsum(np.concatenate([[0.0], steps]))
    parameters = np.array([12 * m - m * (m - 1) / 2 for m in range(size + 1)])
    found = hull(fit, parameters)
    number, st = hull_in_words(fit.tolist(), parameters.tolist())
    assert found.n_factors == number
    assert {i: found.st[i] for i in np.flatnonzero(np.isfinite(found.st))} == pytest.approx(st)


def test_cfi_of_the_hull_equals_the_definition(nine):
    """The likelihood function minimised over loadings and uniquenesses themselves, and CFI written out."""
    from scipy.optimize import minimize

    r, n = nine.corr().to_numpy(), 500
    found = cfi_by_factors(r, 2, n)
    free = [0.0]
    for m in range(1, 3):

        def discrepancy(x, m=m):
            loadings = x[: 9 * m].reshape(9, m)
            implied = loadings @ loadings.T + np.diag(np.exp(x[9 * m :]))
            log_r, log_implied = (np.linalg.slogdet(matrix)[1] for matrix in (r, implied))
            return log_implied - log_r + np.trace(r @ np.linalg.inv(implied)) - 9

        rng = np.random.default_rng(m)
        starts = 0.5 * rng.standard_normal((2, 9 * m + 9))
        fit = min((minimize(discrepancy, start, method="L-BFGS-B") for start in starts), key=lambda it: it.fun)
        degrees = ((9 - m) ** 2 - (9 + m)) / 2
        null = -(n - 1) * np.log(np.linalg.det(r)) - 36
        free.append(1 - ((n - 1) * fit.fun - degrees) / null)
    assert found.fit == pytest.approx(free, abs=1e-4)  # the general optimiser's tolerance
    assert found.n_parameters.tolist() == [0, 9, 17]


def test_hull_says_why_it_has_no_cfi(nine):
    found = n_factors(nine.assign(again=nine["y1"]), correlation="pearson", seed=1, n_iterations=20)
    assert "Hull, CFI" not in found.suggestions
    assert "positive definite" in next(note.sentence for note in found.caveats if note.code == "no_hull_cfi")


@pytest.mark.slow
def test_hull_finds_the_factors_of_a_population():
    """Share of 60 samples (300 people, 12 items, three factors that correlate .3) in which three are found."""
    rng = np.random.default_rng(20)
    pattern = np.kron(np.eye(3), np.full((4, 1), 0.7))
    factor = np.linalg.cholesky(np.full((3, 3), 0.3) + 0.7 * np.eye(3))
    hits = {"Hull, CAF": 0, "Hull, CFI": 0}
    for run in range(60):
        latent = rng.standard_normal((300, 3)) @ factor.T @ pattern.T + np.sqrt(0.51) * rng.standard_normal((300, 12))
        items = pd.DataFrame(np.digitize(latent, [-1, 0, 1]), columns=[f"q{j}" for j in range(12)])
        found = n_factors(items, correlation="pearson", seed=run, n_iterations=40).suggestions
        for term in hits:
            hits[term] += found[term].n_factors == 3
    assert min(hits.values()) >= 54


def test_seed_makes_it_repeatable(nine):
    one, two = (n_factors(nine, correlation="polychoric", seed=5, n_iterations=20).to_dict() for _ in range(2))
    assert one == two
