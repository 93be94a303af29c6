"""`ecometrics`: shrunken scores, their reliability, and the refusal to rank."""

import numpy as np
import pandas as pd
import pytest

from sctoolkit import ecometrics
from sctoolkit.errors import DesignError


def simulate(n_places=20, n_people=15, *, seed=1, between=0.5, k=4):
    rng = np.random.default_rng(seed)
    site = np.repeat([f"S{j:02d}" for j in range(n_places)], n_people)
    place = between * np.repeat(rng.normal(size=n_places), n_people)
    tendency = 3.0 + place[:, None] + 0.7 * rng.normal(size=(site.size, 1)) + 0.8 * rng.normal(size=(site.size, k))
    return pd.DataFrame(tendency, columns=[f"q{j}" for j in range(k)]).assign(site=site), place[::n_people] + 3.0


def test_published_army_figures(data_dir):
    """Bliese: well-being in 99 companies, var 0.03580079 and 0.78949727, ICC 0.04337922 by REML."""
    data = pd.read_csv(data_dir / "army_cohesion_groups" / "bh1996.csv")
    found = ecometrics(data, place="GRP", items=["WBEING"])
    assert found.var_place == pytest.approx(0.03580079, abs=1e-6)
    assert found.var_residual == pytest.approx(0.78949727, abs=1e-6)
    assert found.icc == pytest.approx(0.04337922, abs=1e-6)
    assert np.isnan(found.var_person)


def test_complete_data_follow_the_formula():
    """lambda = w2 / (w2 + (u2 + e2 / K) / n) in every place, and the score is lambda of the way to the mean."""
    data, _ = simulate()
    found = ecometrics(data, place="site")
    inside = (found.var_person + found.var_residual / 4) / 15
    np.testing.assert_allclose(found.reliability, found.var_place / (found.var_place + inside), rtol=1e-10)
    shrunken = found.mean + found.reliability * (found.means - found.mean)
    np.testing.assert_allclose(found.scores, shrunken, atol=1e-8)


def test_order_of_rows_items_and_names_do_not_matter():
    data, _ = simulate()
    moved = data.sample(frac=1.0, random_state=3)[["q2", "site", "q0", "q3", "q1"]]
    np.testing.assert_allclose(ecometrics(moved, place="site").scores, ecometrics(data, place="site").scores, atol=1e-6)


def test_shift_and_scale_carry_over():
    """Answers 10 + 20 x: scores likewise; shares and reliabilities stay."""
    data, _ = simulate()
    wide = data.copy()
    wide.iloc[:, :4] = 10.0 + 20.0 * wide.iloc[:, :4]
    first, second = ecometrics(data, place="site"), ecometrics(wide, place="site")
    np.testing.assert_allclose(second.scores, 10.0 + 20.0 * first.scores, rtol=1e-6)
    np.testing.assert_allclose(second.reliability, first.reliability, atol=1e-6)
    assert second.icc == pytest.approx(first.icc, abs=1e-6)


def test_ranks_are_refused_where_reliability_is_low():
    data, _ = simulate(n_people=5, between=0.2)
    found = ecometrics(data, place="site")
    assert found.overall_reliability < 0.7
    assert not found.glance()["rankable"].item()
    with pytest.raises(DesignError, match="Ranks must have scores of reliability"):
        found.ranks()


def test_ranks_come_with_intervals_where_it_is_high():
    data, _ = simulate(n_people=60, between=0.8)
    table = ecometrics(data, place="site").ranks(n_draws=2000)
    assert table["place"].is_monotonic_increasing
    assert (table["rank_low"] <= table["expected_rank"] + 0.5).all()
    assert (table["rank_high"] >= table["expected_rank"] - 0.5).all()
    assert table["expected_rank"].sum() == pytest.approx(20 * 21 / 2)
    pd.testing.assert_frame_equal(table, ecometrics(data, place="site").ranks(n_draws=2000))


def test_places_without_differences():
    rng = np.random.default_rng(2)
    data = pd.DataFrame(rng.normal(size=(120, 3)), columns=list("abc")).assign(site=np.repeat(list("ABCDEFGHIJKL"), 10))
    data[["a", "b", "c"]] -= data.groupby("site")[["a", "b", "c"]].transform("mean")
    found = ecometrics(data, place="site")
    assert found.var_place == pytest.approx(0.0, abs=1e-8)
    assert "places_do_not_differ" in {c.code for c in found.caveats}
    assert found.people_needed == np.inf
    with pytest.raises(DesignError):
        found.ranks()


def test_every_row_is_accounted_for():
    data, _ = simulate()
    data.loc[0, ["q0", "q1", "q2", "q3"]] = np.nan
    data.loc[1:3, "site"] = None
    found = ecometrics(data, place="site")
    caveat = next(c for c in found.caveats if c.code == "rows_left_out")
    assert caveat.numbers == {"no answers": 1, "no place": 3, "no person": 0}
    assert found.n_people.sum() == 296


def test_rows_of_one_person_are_one_person():
    data, _ = simulate()
    twice = pd.concat([data, data], ignore_index=True).assign(who=np.tile(np.arange(300), 2))
    found = ecometrics(twice, place="site", person="who")
    assert found.n_people.tolist() == [15] * 20
    assert found.var_place == pytest.approx(ecometrics(data, place="site").var_place, rel=0.1)


def test_few_places_and_lone_people_are_said():
    data, _ = simulate(n_places=4)
    found = ecometrics(data.iloc[: 3 * 15 + 1], place="site")
    assert {"few_places", "one_person_places"} <= {c.code for c in found.caveats}


@pytest.mark.slow
def test_intervals_cover_places():
    """60 samples of 20 places: 95% intervals of shrunken scores hold the true place in 92% to 97.5% of cases."""
    inside = []
    for seed in range(60):
        data, truth = simulate(n_people=10, seed=seed)
        found = ecometrics(data, place="site")
        inside.append(np.mean((found.ci_low < truth) & (truth < found.ci_high)))
    assert 0.92 < np.mean(inside) < 0.975
