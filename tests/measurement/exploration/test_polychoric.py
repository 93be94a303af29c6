"""The public polychoric function: lavaan's figures, mixed data, every decision reported."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sctoolkit.errors import DataError, OptionError
from sctoolkit.measurement.exploration.polychoric import polychoric
from sctoolkit.numerics.ordinal.mixed_statistics import mixed_statistics

ORACLE = Path(__file__).parents[2] / "oracle" / "polychoric"
ITEMS = [f"y{j}" for j in range(1, 10)]


@pytest.fixture(scope="module")
def nine():
    return pd.read_csv(ORACLE / "ordinal.csv")[ITEMS]


def test_equals_lavaan(nine):
    found = polychoric(nine)
    assert found.correlation == pytest.approx(np.loadtxt(ORACLE / "listwise_correlation.csv", delimiter=","), abs=1e-6)
    errors = np.sqrt(np.diagonal(np.loadtxt(ORACLE / "listwise_nacov.csv", delimiter=",")) / 500)
    assert found.std_errors == pytest.approx(errors, rel=1e-5)
    rows = found.tidy()
    assert rows["op"].tolist().count("~~") == 36
    assert rows["std_error"].to_numpy() == pytest.approx(errors, rel=1e-5)


def test_polyserial_equals_lavaan(nine):
    figures = dict(line.split(",") for line in (ORACLE / "single.csv").read_text().split())
    mixed = nine[["y1", "y6"]].assign(total=nine[ITEMS[1:]].sum(axis=1))
    found = polychoric(mixed, continuous=["total"])
    assert found.correlation[0, 2] == pytest.approx(float(figures["polyserial_y1"]), abs=1e-6)
    assert found.correlation[1, 2] == pytest.approx(float(figures["polyserial_y6"]), abs=1e-6)
    assert "polyserial" in str(found)


def test_mixed_statistics_of_ordinal_items_are_the_ordinal_ones(nine):
    part = nine[ITEMS[:4]]
    found = mixed_statistics(part.to_numpy(float), np.array([5, 5, 3, 5]))
    assert found.gamma == pytest.approx(polychoric(part).nacov, abs=1e-9)


def test_polyserial_error_describes_repeated_samples():
    """200 samples of 250: mean standard error within 15% of the spread of the estimates."""
    rng = np.random.default_rng(1)
    estimates, errors = [], []
    for _ in range(200):
        latent = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=250)
        items = pd.DataFrame({"a": np.digitize(latent[:, 0], [-1, 0.3]), "z": 7 + 3 * latent[:, 1]})
        found = polychoric(items, continuous=["z"])
        estimates.append(found.correlation[0, 1])
        errors.append(found.std_errors[-1])
    assert np.mean(estimates) == pytest.approx(0.5, abs=4 * np.std(estimates) / np.sqrt(200))
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.15)


@pytest.mark.parametrize("test", ["lsat6", "lsat7"])
def test_tetrachorics_of_published_data(data_dir, test):
    """psych's figures move half a person in empty cells and stop early, hence their tolerance of .002."""
    folder = data_dir / "ordinal_classics"
    figures = {check["id"]: check for check in json.loads((folder / "expected.json").read_text())}
    check = figures[f"{test}_tetrachoric"]
    found = polychoric(pd.read_csv(folder / f"{test}.csv"))
    assert found.correlation == pytest.approx(np.array(check["value"]), abs=check["tol"])


def test_gaps_in_the_codes_are_reported(nine):
    gap = nine[["y1", "y2"]].replace({"y1": {3: 4}})
    found = polychoric(gap)
    assert found.caveats[0].code == "unused_categories"
    assert "`y1` (3)" in found.caveats[0].sentence
    with pytest.raises(DataError, match="offered category"):
        polychoric(gap, categories=[0, 1, 2, 3, 4])
    kept = polychoric(gap, categories=[0, 1, 2, 3, 4], collapse_unused=True)
    assert kept.correlation == pytest.approx(found.correlation)


def test_recoding_categories_changes_nothing(nine):
    plain = polychoric(nine[["y1", "y4"]]).correlation
    for recoded in (nine[["y1", "y4"]] * 10 + 5, nine[["y1", "y4"]] - 2, nine[["y1", "y4"]] / 2 + 300):
        assert polychoric(recoded).correlation == pytest.approx(plain)


def test_indefinite_matrix_is_named_and_smoothed_on_request():
    rng = np.random.default_rng(3)
    base = rng.standard_normal((60, 1))
    latent = base * 0.95 + 0.3 * rng.standard_normal((60, 6))
    items = pd.DataFrame((latent > rng.uniform(-1, 1, 6)).astype(int), columns=list("abcdef"))
    gaps = items.astype(float).mask(rng.random(items.shape) < 0.25)
    plain = polychoric(gaps, missing="pairwise")
    smooth = polychoric(gaps, missing="pairwise", smooth=True)
    assert np.linalg.eigvalsh(plain.correlation)[0] < 0
    assert "not_positive_definite" in {caveat.code for caveat in plain.caveats}
    assert np.linalg.eigvalsh(smooth.correlation)[0] > 0
    assert smooth.smoothed
    assert "smoothed" in {caveat.code for caveat in smooth.caveats}


def test_weights_and_clusters_reach_the_errors():
    frame = pd.read_csv(ORACLE / "ordinal.csv")
    weighted = polychoric(frame[ITEMS], weights=frame["weight"])
    gamma = np.loadtxt(ORACLE / "weighted_nacov.csv", delimiter=",")
    assert weighted.std_errors == pytest.approx(np.sqrt(np.diagonal(gamma) / 500), rel=1e-5)
    clustered = polychoric(frame[ITEMS], cluster=frame["cluster"])
    gamma = np.loadtxt(ORACLE / "clustered_nacov.csv", delimiter=",")
    assert clustered.std_errors == pytest.approx(np.sqrt(np.diagonal(gamma) / 500), rel=1e-5)


def test_errors(nine):
    with pytest.raises(DataError, match="constant"):
        polychoric(nine.assign(y1=2))
    with pytest.raises(DataError, match="infinite"):
        polychoric(nine.astype(float).replace({"y1": {4: np.inf}}))
    with pytest.raises(DataError, match="weights"):
        polychoric(nine, weights=[1.0, 2.0])
    with pytest.raises(OptionError, match="Mixed"):
        polychoric(nine, continuous=["y1"], missing="pairwise")
