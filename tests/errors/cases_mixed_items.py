"""What models of ordered items beside continuous ones, or given covariates, refuse."""

import numpy as np
import pandas as pd

from sctoolkit import cfa, invariance
from sctoolkit.numerics.ordinal.conditional_statistics import conditional_statistics
from sctoolkit.numerics.ordinal.probit_regression import probit_regression

MODEL = "f =~ a + b + c + d"


def frame(n=120):
    rng = np.random.default_rng(7)
    x = rng.integers(0, 2, n)
    factor = rng.standard_normal((n, 1)) + 0.3 * x[:, None]
    latent = 0.8 * factor + 0.6 * rng.standard_normal((n, 4))
    data = pd.DataFrame(np.digitize(latent, [-0.7, 0.6]).astype(float), columns=list("abcd"))
    data["d"] = latent[:, 3]
    return data.assign(x=x, z=rng.standard_normal(n), nobody=np.nan)


def fit(model=MODEL, data=None, **options):
    return lambda: cfa(frame() if data is None else data, model, **({"ordered": list("abc")} | options))


def separated():
    data = frame()
    return data.assign(x=(data["b"] > 1) * 1.0)


PAIR = np.column_stack([np.arange(6) % 2, np.arange(6) ** 1.5])
CASES = {
    "mixed-one-name-as-text": fit(ordered="a"),
    "mixed-no-name": fit(ordered=[]),
    "mixed-name-unknown": fit(ordered=["a", "bb"]),
    "mixed-ordered-covariate": fit(MODEL + "\nf ~ x", ordered=["a", "x"]),
    "mixed-covariate-with-variance": fit(MODEL + "\nf ~ x\nx ~~ x"),
    "mixed-covariate-not-known": fit(MODEL + "\nf ~ nobody", missing="pairwise"),
    "mixed-covariate-tells-answers": fit(MODEL + "\nf ~ x", data=separated()),
    "mixed-covariate-tells-measure": fit(MODEL + "\nf ~ x + z", data=frame().assign(z=lambda table: 2 * table["d"])),
    "mixed-fiml": fit(missing="fiml"),
    "mixed-ml": fit(estimator="MLR"),
    "mixed-invariance": lambda: invariance(frame(), MODEL, ordered=list("abc"), group="x"),
    "mixed-reliability": lambda: fit()().reliability(),
    "mixed-reliability-given-covariates": lambda: fit(MODEL + "\nf ~ x")().reliability(),
    "mixed-scores-item-predicts": lambda: fit("f =~ a + b + c\nd ~ f\nz ~ d")().factor_scores(),
    "mixed-scores-heywood": lambda: fit(MODEL + "\nd ~~ 0*d")().factor_scores(),
    "mixed-scores-no-covariate": lambda: fit(MODEL + "\nf ~ x")().factor_scores(frame().assign(x=np.nan)),
    "mixed-scores-eap": lambda: fit()().factor_scores(method="eap"),
    "mixed-threshold-of-continuous": fit(MODEL + "\nd | t1"),
    "num-conditional-weights-and-frequencies": lambda: conditional_statistics(
        PAIR, [2, 0], weights=np.ones(6), frequencies=np.ones(6)
    ),
    "num-conditional-covariates-missing": lambda: conditional_statistics(PAIR, [2, 0], np.full((6, 1), np.nan)),
    "num-conditional-collinear": lambda: conditional_statistics(PAIR[:, [1, 1]], [0, 0], np.ones((6, 1))),
    "num-probit-category-unused": lambda: probit_regression(np.array([0, 1, 1]), np.zeros((3, 0)), 3, np.ones(3)),
}
