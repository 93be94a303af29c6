"""Wrong use of regression, mixed models and what stands on them."""

import numpy as np
import pandas as pd

from sctoolkit import its, mediation, mixed, regress, reliable_change
from sctoolkit.change.doubts.imputation import imputed_regress
from sctoolkit.change.doubts.multiplicity import adjust_family, step_down
from sctoolkit.change.doubts.sensitivity import sensitivity
from sctoolkit.change.doubts.staying_weights import staying_weights
from sctoolkit.change.models.gee import gee
from sctoolkit.change.models.mixed_robust import robust_mixed
from sctoolkit.change.models.ordinal import ordinal
from sctoolkit.change.pooling.accumulation import accumulate
from sctoolkit.numerics.change.cluster_effect_sizes import clustered_paired_effect_sizes
from sctoolkit.numerics.change.important_change import anchor_change, floor_ceiling
from sctoolkit.numerics.linear.time_series import fit_counts


def _people(**columns: object) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    site = np.repeat(np.arange(8), 5)
    frame = pd.DataFrame({"site": site, "arm": site % 2, "pre": rng.normal(size=40), "post": rng.normal(size=40)})
    return frame.assign(**columns)


def _series(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"month": np.arange(20), "count": np.arange(20) % 7 + 0.0}).assign(**columns)


F = "post ~ arm + pre"
CASES = {
    "regress-constant-outcome": lambda: regress(F, _people(post=3.0)),
    "regress-one-cluster": lambda: regress(F, _people(site="a"), cluster="site"),
    "regress-negative-weights": lambda: regress(F, _people(w=-1.0), weights="w"),
    "regress-dependent-terms": lambda: regress("post ~ arm + pre + twice", _people(twice=lambda d: 2 * d["pre"])),
    "regress-all-missing": lambda: regress(F, _people(post=np.nan)),
    "regress-no-such-column": lambda: regress("post ~ arm + prre", _people()),
    "regress-no-such-cluster": lambda: regress(F, _people(), cluster="sites"),
    "regress-no-outcome": lambda: regress("~ arm", _people()),
    "regress-unreadable": lambda: regress("post ~ arm + (", _people()),
    "regress-text-outcome": lambda: regress("arm ~ pre", _people(arm=lambda d: d["arm"].map({0: "no", 1: "yes"}))),
    "regress-not-finite": lambda: regress("post ~ np.log(zero)", _people(zero=lambda d: d["arm"] * 1.0)),
    "regress-hc-with-cluster": lambda: regress(F, _people(), cluster="site", vcov="HC2"),
    "regress-cr1-without-cluster": lambda: regress(F, _people(), vcov="CR1"),
    "regress-no-such-vcov": lambda: regress(F, _people(), vcov="CR4"),
    "regress-too-few-rows": lambda: regress(F, _people().head(3).assign(arm=[0, 1, 1])),
    "regress-absorb-alone": lambda: regress("post ~ 1", _people(), absorb="site"),
    "regress-joint-one-cluster": lambda: regress(
        "post ~ first + pre", _people(first=lambda d: (d["site"] == 0) * 1), cluster="site"
    ).joint(["first", "pre"]),
    "regress-no-such-term": lambda: regress(F, _people()).contrast({"amr": 1}),
    "regress-not-a-frame": lambda: regress(F, [1, 2, 3]),
    "mixed-no-bar": lambda: mixed(F, _people(), random="site"),
    "mixed-one-level": lambda: mixed(F, _people(site="a"), random="1 | site"),
    "mixed-level-a-row": lambda: mixed(F, _people(row=range(40)), random="1 | row"),
    "mixed-kenward-roger-ml": lambda: mixed(F, _people(), random="1 | site", criterion="ML"),
    "mixed-no-such-df": lambda: mixed(F, _people(), random="1 | site", df="kenward"),
    "mixed-perfect-fit": lambda: mixed("post ~ pre", _people(post=lambda d: d["pre"] * 2), random="1 | site"),
    "mixed-robust-crossed": lambda: robust_mixed(F, _people(), random="1 | arm", cluster="site"),
    "reliable-change-reliability": lambda: reliable_change(_people(), pre="pre", post="post", reliability=1.3),
    "reliable-change-nobody": lambda: reliable_change(_people(post=np.nan), pre="pre", post="post", reliability=0.8),
    "mediation-interaction": lambda: mediation(
        _people(), exposure="pre", mediator="arm", outcome="post", interaction=True
    ),
    "its-few-points": lambda: its(_series(), outcome="count", time="month", start=19),
    "its-log-of-zero": lambda: its(_series(), outcome="count", time="month", start=10, log=True),
    "its-counts-twice": lambda: its(_series(), outcome="count", time="month", start=10, counts=True, log=True),
    "its-negative-count": lambda: its(
        _series(count=lambda d: d["month"] - 5.0), outcome="count", time="month", start=10, counts=True
    ),
    "its-counts-all-zero": lambda: its(
        _series(count=lambda d: (d["month"] > 12) * 1.0), outcome="count", time="month", start=13, counts=True
    ),
    "its-repeated-month": lambda: its(_series(month=1), outcome="count", time="month", start=1),
    "its-constant": lambda: its(_series(count=1.0), outcome="count", time="month", start=10),
    "its-comparison-codes": lambda: its(_series(place=2), outcome="count", time="month", start=10, comparison="place"),
    "gee-not-yes-or-no": lambda: gee(F, _people(), cluster="site"),
    "gee-negative-count": lambda: gee(F, _people(), cluster="site", family="poisson"),
    "gee-few-clusters": lambda: gee("yes ~ arm + pre", _people(yes=lambda d: d["arm"], site=lambda d: d["site"] // 3),
                                    cluster="site"),
    "ordinal-one-site": lambda: ordinal("answer ~ pre", _people(answer=list(range(4)) * 10, site=1), cluster="site"),
    "ordinal-separated": lambda: ordinal("answer ~ arm", _people(answer=lambda d: d["arm"] + 1)),
    "family-primary": lambda: adjust_family(pd.DataFrame({"term": ["a"], "p_value": [0.1]}), primary="b"),
    "family-arm-varies": lambda: step_down(_people(arm=[0, 1] * 20), outcomes=["post"], treated="arm", cluster="site"),
    "family-missing": lambda: step_down(_people(post=np.nan), outcomes=["post"], treated="arm"),
    "accumulate-one": lambda: accumulate(
        pd.DataFrame({"e": [0.1], "s": [0.1], "l": ["a"]}), estimate="e", std_error="s", label="l"
    ),
    "staying-all-stayed": lambda: staying_weights(_people(seen=1), stayed="seen", predictors=["pre"]),
    "staying-missing-predictor": lambda: staying_weights(
        _people(seen=[0, 1] * 20, pre=np.nan), stayed="seen", predictors=["pre"]
    ),
    "regress-infinite-outcome": lambda: regress(F, _people(post=np.inf)),
    "regress-absorb-many": lambda: regress(
        "y ~ x", pd.DataFrame({"y": np.arange(4100) % 7, "x": np.arange(4100) % 5, "p": np.arange(4100) // 2}),
        absorb="p",
    ),
    "mixed-nothing-random": lambda: mixed(F, _people(), random=[]),
    "family-site-missing": lambda: step_down(
        _people(post=lambda d: d["pre"].where(d["site"] > 0)), outcomes=["post"], treated="arm", cluster="site"
    ),
    "sensitivity-perfect-fit": lambda: sensitivity("post ~ arm", _people(post=lambda d: d["arm"] * 2), treatment="arm"),
    "clustered-sizes-few": lambda: clustered_paired_effect_sizes(np.arange(9.0), np.ones(9), np.arange(9) // 3),
    "clustered-sizes-constant": lambda: clustered_paired_effect_sizes(np.ones(9), np.arange(9.0), np.arange(9) % 5),
    "anchor-few": lambda: anchor_change(np.arange(6.0), np.array([1.0, 1, 2, 2, 3, 3]), slightly=2, none=1),
    "floor-nobody": lambda: floor_ceiling(np.array([np.nan]), 1, 5),
    "counts-negative": lambda: fit_counts(np.ones((3, 1)), np.array([1.0, -1, 2])),
    "imputation-text": lambda: imputed_regress(F, _people(pre="a"), columns=["pre"]),
}  # fmt: skip
