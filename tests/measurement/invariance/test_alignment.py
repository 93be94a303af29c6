"""Alignment of many groups: known truths, the exact case, flags (also tests/numerics/structure/test_model_fit.py)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sctoolkit import alignment, cfa, invariance
from sctoolkit.errors import OptionError
from sctoolkit.numerics.structure.alignment import AlignmentLoss

ITEMS = list("abcde")
MODEL = "trust =~ " + " + ".join(ITEMS)
MEANS = {"g1": 0.0, "g2": 0.5, "g3": -0.4, "g4": 0.2, "g5": 0.8, "g6": -0.2}


def answers(n: int = 400, ordered: bool = False, seed: int = 3) -> pd.DataFrame:
    """Return groups with known means; `c` is harder in g3, `e` measures less in g5."""
    rng = np.random.default_rng(seed)
    parts = []
    for name, mean in MEANS.items():
        eta = mean + (1.2 if name == "g4" else 1.0) * rng.normal(size=(n, 1))
        loading = np.array([1.0, 0.9, 1.1, 0.8, 1.0])
        shift = np.zeros(5)
        if name == "g3":
            shift[2] = -0.9
        if name == "g5":
            loading[4] = 0.4
        values = shift + eta * loading + 0.7 * rng.normal(size=(n, 5))
        values = np.digitize(values, [-0.9, 0.2, 1.1]) + 1.0 if ordered else values + 3.0
        parts.append(pd.DataFrame(values, columns=ITEMS).assign(site=name))
    return pd.concat(parts, ignore_index=True)


@cache
def result(ordered: bool):
    return alignment(answers(ordered=ordered), MODEL, ordered=ordered, group="site", n_draws=60)


@pytest.mark.parametrize("ordered", [False, True])
def test_means_and_spreads_come_back_and_only_the_differing_parameters_are_flagged(ordered: bool) -> None:
    table = result(ordered).tidy()
    for term, truth in (("mean", MEANS), ("sd", {name: 1.2 if name == "g4" else 1.0 for name in MEANS})):
        rows = table[table["term"] == term].set_index("group")
        for name in list(MEANS)[1:]:
            # 400 people a group: about four standard errors
            assert abs(rows.loc[name, "estimate"] - truth[name]) < 4 * rows.loc[name, "std_error"], (term, name)
            assert rows.loc[name, "std_error"] < 0.2
    flags = result(ordered).drifting()
    pairs = set(zip(flags["parameter"].str.split(" | ", regex=False).str[0], flags["group"], strict=True))
    assert ordered or ("trust =~ e", "g5") in pairs  # categories tell less of a loading
    assert any(parameter.startswith("c") and group == "g3" for parameter, group in pairs)
    assert all(group in ("g3", "g5") for _, group in pairs)
    assert result(ordered).trusted


def test_groups_that_measure_alike_have_the_means_of_the_scalar_model() -> None:
    """Without drift the aligned means are close to those of full invariance; the same people differ by nothing."""
    data = answers()
    data = data[data["site"].isin(["g1", "g2", "g6"])]
    aligned = alignment(data, MODEL, ordered=False, group="site", n_draws=40).tidy()
    scalar = cfa(data, MODEL, ordered=False, group="site", group_equal=["loadings", "intercepts"]).fit.matrices
    for own, value in zip(scalar, aligned.loc[aligned["term"] == "mean", "estimate"], strict=True):
        assert value == pytest.approx(own.factor_mean[0], abs=0.05)
    one = data[data["site"] == "g1"]
    twice = pd.concat([one, one.assign(site="g2"), one.assign(site="g3")])
    same = alignment(twice, MODEL, ordered=False, group="site", n_draws=20)
    assert np.abs(same.tidy()["estimate"] - np.repeat([0.0, 1.0], 3)).max() < 1e-6
    assert same.drifting().empty


def test_the_gradient_is_that_of_the_loss() -> None:
    rng = np.random.default_rng(0)
    for fixed in (True, False):
        loss = AlignmentLoss(
            rng.uniform(0.5, 1.5, (4, 3)), rng.normal(size=(4, 6)), np.repeat([0, 1, 2], 2),
            np.array([100.0, 200, 150, 80]), 1.0, fixed,
        )  # fmt: skip
        point = 0.3 * rng.normal(size=loss.n_free)
        step = 1e-6 * np.eye(loss.n_free)
        slope = [(loss(point + one, 0.01)[0] - loss(point - one, 0.01)[0]) / 2e-6 for one in step]
        assert loss(point, 0.01)[1] == pytest.approx(slope, abs=1e-7)
        assert loss.pack(*loss.unpack(point)) == pytest.approx(point, abs=1e-12)


@pytest.mark.slow
def test_the_ladder_gives_the_same_alignment() -> None:
    data = answers(200)
    data = data[data["site"] < "g4"]
    ladder = invariance(data, MODEL, ordered=False, group="site", propose=False)
    (entry,) = ladder.alignment(n_draws=20)
    alone = alignment(data, MODEL, ordered=False, group="site", n_draws=20).tidy()
    assert list(entry.mean) == pytest.approx(alone.loc[alone["term"] == "mean", "estimate"].tolist(), abs=1e-8)


def test_text_says_whether_means_may_be_compared() -> None:
    text = str(result(False))
    assert "means may be compared" in text
    assert "g5" in text
    assert len(text.splitlines()) <= 25
    two = alignment(answers(150).query("site < 'g3'"), MODEL, ordered=False, group="site", n_draws=20)
    assert "alignment_of_two" in {caveat.code for caveat in two.caveats}


@pytest.mark.slow
def test_many_differences_are_not_trusted() -> None:
    rng = np.random.default_rng(1)
    data = answers(300)
    moved = {name: rng.choice([-1.0, 1.0], 5) * rng.uniform(0.5, 1.5, 5) for name in MEANS}
    data[ITEMS] += np.array([moved[name] for name in data["site"]])
    found = alignment(data, MODEL, ordered=False, group="site", n_draws=20)
    assert not found.trusted
    assert found.caveats[0].code == "alignment_not_trusted"


def test_refusals() -> None:
    with pytest.raises(OptionError, match="neither"):
        alignment(answers(20), MODEL, ordered=False)
    with pytest.raises(OptionError, match="at least 20"):
        alignment(answers(20), MODEL, ordered=False, group="site", n_draws=5)
