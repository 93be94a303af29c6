"""Exploratory factors against psych, GPArotation, factanal and lavaan::efa (tests/oracle/factors.R)."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.errors import DataError, NotIdentifiedError, OptionError
from sctoolkit.measurement.exploration.factors import efa
from sctoolkit.measurement.exploration.polychoric import polychoric
from sctoolkit.numerics.exploration.extraction import extract
from sctoolkit.numerics.exploration.rotation import rotate

ORACLE = Path(__file__).parents[2] / "oracle"
ITEMS = [f"y{j}" for j in range(1, 10)]
TARGET = np.where(np.kron(np.eye(3), np.ones((3, 1))) > 0, np.nan, 0.0)


@pytest.fixture(scope="module")
def nine():
    return pd.read_csv(ORACLE / "polychoric" / "ordinal.csv")[ITEMS]


@pytest.fixture(scope="module")
def oracle():
    table = pd.read_csv(ORACLE / "factors" / "expected.csv")

    def matrix(case, quantity):
        rows = table[(table["case"] == case) & (table["quantity"] == quantity)]
        return rows.pivot(index="row", columns="column", values="value").to_numpy()

    return matrix


def matched(loadings, reference):
    """Columns of the loadings in the order and with the signs of the reference."""

    def turned(order):
        columns = loadings[:, order]
        return columns * np.sign(np.sum(columns * reference, axis=0))

    orders = itertools.permutations(range(loadings.shape[1]))
    best = min(orders, key=lambda order: np.abs(turned(order) - reference).max())
    return turned(best), list(best)


@pytest.mark.parametrize(("ours", "theirs"), [("minres", "minres"), ("ml", "ml"), ("principal_axis", "pa")])
def test_communalities_equal_psych(nine, oracle, ours, theirs):
    found = efa(nine, 3, correlation="pearson", extraction=ours, rotation="none", seed=1)
    assert 1 - found.uniquenesses == pytest.approx(oracle(theirs, "communality")[:, 0], abs=5e-5)  # psych's optimiser


def test_uniquenesses_equal_factanal(nine, oracle):
    found = efa(nine, 3, correlation="pearson", extraction="ml", rotation="none", seed=1)
    assert found.uniquenesses == pytest.approx(oracle("factanal", "uniqueness")[:, 0], abs=1e-7)


@pytest.mark.parametrize(
    ("rotation", "case", "options"),
    [
        ("varimax", "varimax", {"kaiser": False}),
        ("varimax", "varimax_kaiser", {"kaiser": True}),
        ("promax", "promax", {"kaiser": True}),
        ("quartimin", "quartimin", {}),
        ("oblimin", "quartimin", {}),
        ("geomin", "geomin", {}),
        ("bifactor", "bifactor", {}),
        ("target", "target", {"target": TARGET}),
    ],
)
def test_rotations_equal_gparotation_and_stats(oracle, rotation, case, options):
    unrotated = np.loadtxt(ORACLE / "factors" / "unrotated.csv", delimiter=",")
    found = rotate(unrotated, rotation, seed=1, **options)
    loadings, order = matched(found.loadings, oracle(case, "loadings"))
    assert loadings == pytest.approx(oracle(case, "loadings"), abs=1e-5)
    assert found.converged
    if case not in ("varimax_kaiser",):
        phi = oracle(case, "factor_corr")
        if phi.size:
            assert np.abs(found.factor_corr[np.ix_(order, order)]) == pytest.approx(np.abs(phi), abs=1e-5)


@pytest.mark.parametrize("rotation", ["oblimin", "geomin", "varimax"])
@pytest.mark.parametrize(("extraction", "estimator"), [("minres", "ULSMV"), ("dwls", "WLSMV")])
def test_ordinal_solution_equals_lavaan(nine, oracle, extraction, estimator, rotation):
    found = efa(nine, 3, extraction=extraction, rotation=rotation, seed=1, kaiser=False)
    case = f"lavaan_{estimator}_{rotation}"
    loadings, _ = matched(found.loadings, oracle(case, "loadings"))
    assert loadings == pytest.approx(oracle(case, "loadings"), abs=1e-4)
    assert found.test.dof == oracle(case, "dof")[0, 0]
    assert found.test.chi2 == pytest.approx(oracle(case, "chi2")[0, 0], abs=1e-3)
    assert found.test.chi2_scaled == pytest.approx(oracle(case, "chi2_scaled")[0, 0], abs=1e-3)


@pytest.mark.parametrize(("extraction", "estimator"), [("minres", "ULSMV"), ("dwls", "WLSMV")])
def test_varimax_errors_equal_lavaan(nine, oracle, extraction, estimator):
    """lavaan divides by N - 1: ratio sqrt(499 / 500)."""
    found = efa(nine, 3, extraction=extraction, rotation="varimax", seed=1, kaiser=False)
    _, order = matched(found.loadings, oracle(f"lavaan_{estimator}_varimax", "loadings"))
    expected = oracle(f"lavaan_{estimator}_varimax", "std_error") * np.sqrt(499 / 500)
    assert found.loading_errors[:, order] == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    ("rotation", "kaiser"),
    [
        ("oblimin", False),
        ("oblimin", True),
        ("varimax", True),
        ("target", False),
        ("bifactor", False),
        ("promax", True),
        ("promax", False),
        ("none", False),
    ],
)
def test_errors_are_the_delta_method(nine, rotation, kaiser):
    """Against the derivative of the whole map correlations -> rotated loadings, by differences.

    At correlations that the model fits exactly, where the expected information is the derivative. lavaan 0.6-14's
    bordered errors of oblique rotations differ from this by up to a tenth (its delta option is near), so that the
    derivative, not lavaan, is the oracle here.
    """
    from sctoolkit.numerics.exploration.rotation_criteria import criterion
    from sctoolkit.numerics.exploration.rotation_errors import discrepancy_weight, rotation_errors

    base = extract(nine.corr().to_numpy(), 3, "minres").loadings
    implied = base @ base.T
    np.fill_diagonal(implied, 1.0)
    target = TARGET if rotation == "target" else None

    def solve(r):
        return rotate(extract(r, 3, "minres").loadings, rotation, seed=1, n_starts=4, kaiser=kaiser, target=target)

    middle = solve(implied)
    measure = None if rotation == "none" else criterion({"promax": "varimax"}.get(rotation, rotation), target=target)
    pairs = np.triu_indices(9, 1)
    rng, step = np.random.default_rng(8), 1e-4
    for _ in range(2):  # two directions; differences are as good as the rotation's convergence
        direction = rng.standard_normal(36)
        shift = np.zeros((9, 9))
        shift[pairs] = direction * step
        up, down = (matched(solve(implied + sign * (shift + shift.T)).loadings, middle.loadings)[0] for sign in (1, -1))
        expected = np.abs(up - down) / (2 * step)
        found = rotation_errors(
            middle.loadings, middle.factor_corr, 1 - np.diagonal(base @ base.T), rotation=rotation, measure=measure,
            kaiser=kaiser, weight=discrepancy_weight("minres", implied), gamma=np.outer(direction, direction),
            n_obs=1.0, base=middle.base,
        )  # fmt: skip
        assert found.loadings == pytest.approx(expected, abs=5e-3)
        assert np.median(np.abs(found.loadings - expected)) < 1e-3


@pytest.mark.parametrize("extraction", ["minres", "ml"])
def test_errors_of_unrotated_loadings_are_the_delta_method(nine, extraction):
    """The canonical solution against differences of the extraction alone, at an exact fit."""
    from sctoolkit.numerics.exploration.rotation_errors import discrepancy_weight, rotation_errors

    first = extract(nine.corr().to_numpy(), 3, extraction)
    implied = first.loadings @ first.loadings.T
    np.fill_diagonal(implied, 1.0)
    base = extract(implied, 3, extraction)
    pairs, step = np.triu_indices(9, 1), 1e-5
    direction = np.random.default_rng(3).standard_normal(36)
    shift = np.zeros((9, 9))
    shift[pairs] = direction * step
    up, down = (extract(implied + sign * (shift + shift.T), 3, extraction).loadings for sign in (1, -1))
    whole = base.loadings @ base.loadings.T + np.diag(base.uniquenesses)
    found = rotation_errors(
        base.loadings, np.eye(3), base.uniquenesses, rotation="none", measure=None, kaiser=False,
        weight=discrepancy_weight(extraction, whole), gamma=np.outer(direction, direction), n_obs=1.0,
        scaled=extraction == "ml",
    )  # fmt: skip
    assert found.loadings == pytest.approx(np.abs(up - down) / (2 * step), abs=2e-4)  # differences of an iterated fit


def test_errors_of_one_factor_do_not_depend_on_the_rotation(nine):
    plain, turned = (efa(nine, 1, rotation=rotation, seed=1).loading_errors for rotation in ("none", "oblimin"))
    assert plain == pytest.approx(turned, abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("rotation", ["promax", "none"])
def test_errors_agree_with_the_bootstrap(nine, rotation):
    """300 resamples of the whole analysis, matched to the sample's factors; lavaan has no such errors to compare."""
    whole = efa(nine, 3, correlation="pearson", rotation=rotation, seed=1)
    rng = np.random.default_rng(5)
    drawn = [
        matched(
            efa(
                nine.iloc[rng.integers(0, 500, 500)], 3, correlation="pearson", rotation=rotation, seed=1, n_starts=6
            ).loadings,
            whole.loadings,
        )[0]
        for _ in range(300)
    ]
    ratio = np.std(drawn, axis=0, ddof=1) / whole.loading_errors
    assert np.median(ratio) == pytest.approx(1.0, abs=0.12)
    assert 0.75 < ratio.min() < ratio.max() < 1.6


def test_robust_ml_loadings_equal_lavaan(nine, oracle):
    found = efa(nine, 3, correlation="pearson", extraction="ml", seed=1)
    loadings, _ = matched(found.loadings, oracle("lavaan_MLM_oblimin", "loadings"))
    assert loadings == pytest.approx(oracle("lavaan_MLM_oblimin", "loadings"), abs=1e-5)


def test_matrix_gives_the_same_loadings_as_data(nine):
    from_data = efa(nine, 2, correlation="pearson", seed=1)
    from_matrix = efa(nine.corr(), 2, correlation="pearson", n_obs=500, seed=1)
    assert from_matrix.loadings == pytest.approx(from_data.loadings, abs=1e-6)
    assert from_matrix.items == from_data.items
    assert "normal_theory" in {caveat.code for caveat in from_matrix.caveats}
    latent = efa(polychoric(nine).frame(), 2, n_obs=500, seed=1)
    assert np.isnan(latent.loading_errors).all()
    assert "no_std_errors" in {caveat.code for caveat in latent.caveats}


@pytest.mark.parametrize("rotation", ["varimax", "oblimin", "geomin", "promax", "bifactor"])
def test_rotation_keeps_communalities_and_implied_correlations(nine, rotation):
    plain = efa(nine, 3, rotation="none", seed=1)
    turned = efa(nine, 3, rotation=rotation, seed=1)
    assert turned.uniquenesses == pytest.approx(plain.uniquenesses, abs=1e-9)
    assert turned.residuals() == pytest.approx(plain.residuals(), abs=1e-9)
    assert np.all(np.diff(turned.variance_shares()[1:]) <= 1e-9)


def test_item_order_does_not_matter(nine):
    order = [3, 8, 1, 0, 7, 5, 2, 6, 4]
    straight, shuffled = efa(nine, 3, seed=1), efa(nine.iloc[:, order], 3, seed=5)
    assert matched(shuffled.loadings, straight.loadings[order])[0] == pytest.approx(straight.loadings[order], abs=1e-5)


def test_local_optima_are_counted(nine):
    found = efa(nine, 3, rotation="geomin", seed=1, n_starts=40)
    assert found.rotation_record.n_distinct >= 2
    assert found.rotation_record.n_at_best < 40
    assert "local_optima" in {caveat.code for caveat in found.caveats}


def test_heywood_case_is_named():
    r = pd.DataFrame(np.array([[1, 0.9, 0.8, 0.3], [0.9, 1, 0.6, 0.2], [0.8, 0.6, 1, 0.2], [0.3, 0.2, 0.2, 1]]))
    r.index = r.columns = list("abcd")
    found = efa(r, 1, correlation="pearson", n_obs=200, seed=1)
    assert found.heywood == ("a",)
    assert "`a`" in next(caveat.sentence for caveat in found.caveats if caveat.code == "heywood_case")


def test_pattern_loading_above_one_is_no_heywood_case():
    phi = np.array([[1.0, -0.7], [-0.7, 1.0]])
    pattern = np.array([[1.05, 0.45], [0.9, 0.2], [0.8, 0.1], [0.1, 0.8], [0.2, 0.9], [0.3, 0.85]])
    r = pattern @ phi @ pattern.T
    np.fill_diagonal(r, 1.0)
    found = efa(pd.DataFrame(r), 2, correlation="pearson", n_obs=500, rotation="oblimin", seed=1)
    assert found.heywood == ()


@pytest.mark.parametrize("seed", range(5))
def test_small_sparse_samples_end_in_a_result_or_a_named_error(seed):
    rng = np.random.default_rng(seed)
    latent = np.repeat(rng.standard_normal((80, 2)), 4, axis=1) + 0.6 * rng.standard_normal((80, 8))
    items = pd.DataFrame(np.digitize(latent, [-2, -1, 1, 2]), columns=list("abcdefgh"))
    found = efa(items, 2, seed=1)
    assert np.isfinite(found.loadings).all()
    assert "few_people" in {caveat.code for caveat in found.caveats}


def test_errors(nine):
    with pytest.raises(NotIdentifiedError, match="more correlations"):
        efa(nine[ITEMS[:4]], 2, seed=1)
    with pytest.raises(OptionError, match="target"):
        efa(nine, 2, rotation="target", seed=1)
    with pytest.raises(NotIdentifiedError, match="positive definite"):
        efa(nine.assign(again=nine["y1"]), 2, correlation="pearson", extraction="ml", seed=1)
    with pytest.raises(DataError, match="square"):
        efa(nine, 2, n_obs=500, seed=1)
