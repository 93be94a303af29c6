"""Models whose numbers do not exist: Heywood cases, iterations without an end, frames that hold no items."""

import numpy as np
import pandas as pd

from sctoolkit import cfa, efa, factor_scores, n_factors, reliability
from sctoolkit.measurement.exploration.adequacy import adequacy
from sctoolkit.numerics.change.cluster_effect_sizes import clustered_paired_effect_sizes
from sctoolkit.numerics.change.important_change import anchor_change, floor_ceiling
from sctoolkit.numerics.exploration.extraction import _finish, _principal_axis
from sctoolkit.numerics.exploration.extraction_dwls import extract_dwls
from sctoolkit.numerics.linear.lmm import fit_lmm
from sctoolkit.numerics.linear.random_terms import RandomTerm
from sctoolkit.numerics.linear.time_series import fit_counts
from sctoolkit.numerics.structure.normal_patterns import data_patterns
from sctoolkit.numerics.structure.saturated_normal import saturated_moments


def items(n=60, names="abcd", common=0.3, seed=3):
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(n, len(names)))
    return pd.DataFrame(common * rng.normal(size=(n, 1)) + noise, columns=list(names))


def heywood():
    """Item `a` shares more with `b` and `c` than any item can."""
    correlation = np.array([[1, 0.8, 0.8, 0.3], [0.8, 1, 0.45, 0.3], [0.8, 0.45, 1, 0.3], [0.3, 0.3, 0.3, 1]])
    scores = np.random.default_rng(1).multivariate_normal(np.zeros(4), correlation, size=300, method="eigh")
    return pd.DataFrame(np.digitize(scores, [-0.5, 0.5]) + 1.0, columns=list("abcd"))


def answers():
    return pd.DataFrame(np.digitize(items(90, common=1.5), [-1, 0, 1]) + 1.0, columns=list("abcd")).assign(place=1)


def split_halves():
    frame = answers().drop(columns="place")
    return frame.mask((np.arange(90)[:, None] < 45) == (np.arange(4) < 1))


def no_slope_at_rest(uniquenesses, correlation, m):
    return 1.0, np.full(4, 0.5), np.eye(4)


def unsettled_weights():
    rng = np.random.default_rng(4)
    rng.integers(4, 8)
    loadings = rng.uniform(-1, 1, (6, 6))
    upper = np.triu(loadings, 1)
    return extract_dwls(upper + upper.T + np.eye(6), 3, 10 ** rng.uniform(-3, 3, 15))


def never_at_rest():
    """Unrelated items: two factors of two items each have nothing to rest on."""
    return cfa(items(60, seed=0, common=0.0), "f =~ a + b\ng =~ c + d", ordered=False)


MODEL = "trust =~ x*a + b + c + d"
PRE = np.arange(12.0)
CASES = {
    "model-expression-unknown-sign": lambda: cfa(answers(), f"{MODEL}\nr := x % 2", ordered=True),
    "model-expression-without-value": lambda: cfa(answers(), f"{MODEL}\nr := x / 0", ordered=True),
    "model-expression-two-arguments": lambda: cfa(answers(), f"{MODEL}\nr := log(x, 2)", ordered=True),
    "model-one-cluster": lambda: cfa(answers(), MODEL, ordered=True, cluster="place"),
    "model-never-at-rest": never_at_rest,
    "scores-heywood-model": lambda: factor_scores(cfa(heywood()[["a", "b", "c"]], "f =~ a + b + c", ordered=True)),
    "scores-heywood-exploration": lambda: factor_scores(
        efa(heywood(), 1, seed=1, extraction="minres"), heywood(), method="bartlett"
    ),
    "factors-pairs-never-together": lambda: n_factors(
        split_halves(), correlation="polychoric", missing="pairwise", seed=1
    ),
    "adequacy-redundant-item": lambda: adequacy(np.ones((3, 3)), 50),
    "items-scale-of-a-frame": lambda: reliability(answers(), scale="trust", ordered=True),
    "items-twice": lambda: reliability(answers()[["a", "b", "a"]], ordered=True),
    "items-are-text": lambda: reliability(answers().assign(b="often"), ordered=True),
    "num-extraction-unsettled": lambda: _finish(no_slope_at_rest, np.eye(4), 1, np.full(4, 0.5), np.ones(4)),
    "num-principal-axis-unsettled": lambda: _principal_axis(heywood().corr().to_numpy(), 1, None, most=3),
    "num-weighted-extraction-unsettled": unsettled_weights,
    "num-saturated-unsettled": lambda: saturated_moments(
        data_patterns(items().where(lambda d: d.abs() < 1).to_numpy()), 4, max_iterations=1
    ),
    "num-mixed-without-optimum": lambda: fit_lmm(
        np.ones((6, 1)), np.append(np.nan, PRE[:5]), [RandomTerm(np.arange(6) // 2, np.ones((6, 1)))]
    ),
    "num-resampled-few-clusters": lambda: clustered_paired_effect_sizes(PRE, PRE**2, np.arange(12) // 4),
    "num-resampled-nothing-varies": lambda: clustered_paired_effect_sizes(PRE, PRE + 1, np.arange(12) // 2),
    "num-anchor-few": lambda: anchor_change(PRE, np.arange(12) // 4, slightly=0, none=2),
    "num-floor-without-scores": lambda: floor_ceiling(np.array([np.nan]), 1, 5),
    "num-counts-all-zero": lambda: fit_counts(np.ones((4, 1)), np.zeros(4)),
    "num-counts-no-estimate": lambda: fit_counts(
        np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]]), np.array([0.0, 0, 0, 3, 4, 5])
    ),
}
