"""Errors of latent change and cross-lagged panel models."""

import numpy as np
import pandas as pd

from sctoolkit import cross_lagged, latent_change

ITEMS = ["a", "b", "c"]


def wide(n=60):
    rng = np.random.default_rng(9)
    values = rng.normal(size=(n, 1)) + rng.normal(size=(n, 6))
    return pd.DataFrame(values, columns=[f"{item}_{wave}" for wave in ("pre", "post") for item in ITEMS])


def rows():
    data = wide()
    parts = [data.filter(like=f"_{wave}").set_axis(ITEMS, axis=1).assign(wave=wave, person=data.index)
             for wave in ("pre", "post")]  # fmt: skip
    return pd.concat(parts)


def scores(n=40):
    rng = np.random.default_rng(9)
    usual = rng.normal(size=(n, 1))
    names = [f"{name}_{t}" for t in (1, 2, 3) for name in ("trust", "work")]
    return pd.DataFrame(usual + rng.normal(size=(n, 6)), columns=names).assign(site=np.arange(n) % 10)


def change(data=None, **options):
    given = {"items": ITEMS, "waves": ("pre", "post"), "ordered": False} | options
    return lambda: latent_change(wide() if data is None else data, **given)


def lags(data=None, **options):
    given = {"x": "trust", "y": "work", "waves": [1, 2, 3]} | options
    return lambda: cross_lagged(scores() if data is None else data, **given)


CASES = {
    "latent_change_two_items": change(items=["a", "b"]),
    "latent_change_no_items": change(items=None),
    "latent_change_items_as_text": change(items="abc"),
    "latent_change_group_moves": change(
        rows().assign(arm=["x"] * 60 + ["y"] * 60), unit="person", wave="wave", group="arm"
    ),
    "latent_change_group_absent": change(wide().assign(arm="x"), group="arms"),
    "latent_change_interval_level": change(ci_level=95),
    "latent_change_not_a_frame": change(np.zeros((9, 6))),
    "latent_change_item_absent": change(items=["a", "b", "k"]),
    "latent_change_item_name": change(wide().rename(columns={"a_pre": "q 1_pre"}), items=["q 1", "b", "c"]),
    "latent_change_partial_unknown": change(partial=["trust =~ b"]),
    "latent_change_partial_as_text": change(partial="b ~ 1"),
    "panel_one_wave": change(waves=["pre"]),
    "panel_waves_as_text": change(rows(), waves="wave", unit="person", wave="wave"),
    "panel_wave_twice": change(waves=["pre", "pre"]),
    "panel_mapping_for_rows": change(rows(), waves={"pre": {}, "post": {}}, unit="person", wave="wave"),
    "panel_wave_absent": change(rows(), waves=("pre", "pots"), unit="person", wave="wave"),
    "panel_wave_column_absent": change(rows(), unit="person", wave="waves"),
    "panel_rows_without_unit": change(rows(), wave="wave"),
    "panel_cluster_absent": lags(cluster="sites"),
    "cross_lagged_same_score": lags(y="trust"),
    "cross_lagged_covariate_is_text": lags(scores().assign(arm="x"), covariates=["arm"]),
    "cross_lagged_covariates_as_text": lags(covariates="site"),
    "cross_lagged_covariates_on_what": lags(covariates=["site"], covariates_on="wave"),
    "cross_lagged_covariate_is_the_group": lags(covariates=["site"], group="site"),
    "cross_lagged_estimator": lags(estimator="WLSMV"),
    "cross_lagged_missing": lags(missing="pairwise"),
    "cross_lagged_interval_level": lags(ci_level=0),
    "cross_lagged_clusters_under_ml": lags(estimator="ML", cluster="site"),
    "cross_lagged_not_a_frame": lags([1, 2, 3]),
    "cross_lagged_score_absent": lags(x="trust_score"),
    "cross_lagged_score_is_the_cluster": lags(scores().rename(columns={"site": "trust.1"}), cluster="trust.1"),
}
