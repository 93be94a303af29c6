"""The sandwich and the catML weights taken group by group equal the stacked matrices of the formulas."""

from __future__ import annotations

import numpy as np
import pytest

from sctoolkit.numerics.structure.catml import weighted_pairs, weighted_trace
from sctoolkit.numerics.structure.implied_jacobian import GroupSlope
from sctoolkit.numerics.structure.sandwich import condition_of, invert_information, wls_sandwich
from sctoolkit.numerics.structure.wls import GroupMoments, connected_parts


def _spread(rng: np.random.Generator, size: int) -> np.ndarray:
    """Return a positive definite matrix."""
    root = rng.normal(size=(size, 2 * size))
    return root @ root.T / size


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("shared", [0, 2])
def test_groups_one_by_one_equal_the_stacked_formula(full: bool, shared: int) -> None:
    rng = np.random.default_rng(3)
    sizes, m, own = (200.0, 300.0, 150.0), 9, 3
    q, n_total = shared + own * len(sizes), sum(sizes)
    slopes, groups = [], []
    for g, n in enumerate(sizes):
        columns = np.concatenate([np.arange(shared), shared + own * g + np.arange(own)])
        values = rng.normal(size=(m, columns.size))
        values[1:, -1] = values[0, :-1] = 0.0  # a parameter of one moment alone, as a free threshold
        weight = _spread(rng, m) if full else rng.uniform(0.5, 2.0, m)
        slopes.append(GroupSlope(columns, values))
        groups.append(GroupMoments(n, np.zeros(m), weight, _spread(rng, m)))
    found = wls_sandwich(slopes, groups, q)
    assert found is not None

    d, w, gamma = np.zeros((3 * m, q)), np.zeros((3 * m, 3 * m)), np.zeros((3 * m, 3 * m))
    for g, (slope, group) in enumerate(zip(slopes, groups, strict=True)):
        rows, share = slice(g * m, (g + 1) * m), group.n / n_total
        d[rows, slope.columns] = slope.values
        w[rows, rows] = share * (group.weight if full else np.diag(group.weight))
        gamma[rows, rows] = group.gamma / share
    inverse = np.linalg.inv(d.T @ w @ d)
    residual = (w - w @ d @ inverse @ d.T @ w) @ gamma
    assert found.bread_inverse == pytest.approx(inverse, rel=1e-9, abs=1e-12)
    assert found.vcov(n_total) == pytest.approx(
        inverse @ d.T @ w @ gamma @ w @ d @ inverse / n_total, rel=1e-9, abs=1e-12
    )
    assert found.trace_1 == pytest.approx(np.trace(residual), rel=1e-10)
    assert found.trace_2 == pytest.approx(np.trace(residual @ residual), rel=1e-10)


def test_parts_are_inverted_apart() -> None:
    rng = np.random.default_rng(4)
    information = np.zeros((7, 7))
    information[0, 0] = 4.0
    for part in ([1, 4, 5], [2, 3], [6]):
        information[np.ix_(part, part)] = _spread(rng, len(part))
    assert [part.tolist() for part in connected_parts(information != 0.0)] == [[0], [1, 4, 5], [2, 3], [6]]
    inverse = invert_information(information)
    assert inverse is not None
    assert inverse == pytest.approx(np.linalg.inv(information), rel=1e-10, abs=1e-13)
    scale = np.sqrt(np.diag(information))
    unit = information / np.outer(scale, scale)
    assert condition_of(information, inverse) == pytest.approx(1.0 / np.linalg.cond(unit, 1), rel=1e-10)


def test_the_weight_of_catml_is_never_formed() -> None:
    rng = np.random.default_rng(5)
    p = 6
    a, b = np.triu_indices(p, 1)
    inverse, gamma, columns = _spread(rng, p), _spread(rng, a.size), rng.normal(size=(a.size, 4))
    weight = np.array(
        [
            [inverse[i, k] * inverse[j, m] + inverse[i, m] * inverse[j, k] for k, m in zip(a, b, strict=True)]
            for i, j in zip(a, b, strict=True)
        ]
    )
    assert weighted_trace(inverse, gamma) == pytest.approx(np.trace(weight @ gamma), rel=1e-12)
    assert weighted_pairs(inverse, columns) == pytest.approx(weight @ columns, rel=1e-10, abs=1e-12)
