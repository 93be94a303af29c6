"""Errors of confirmatory models and invariance."""

import numpy as np
import pandas as pd

from sctoolkit import alignment, cfa, invariance

MODEL = "trust =~ a + b + c + d"


def frame(n=90):
    rng = np.random.default_rng(3)
    latent = rng.normal(size=(n, 1)) * 0.8 + rng.normal(size=(n, 4)) * 0.6
    data = pd.DataFrame(np.digitize(latent, [-0.7, 0.1, 0.8]) + 1.0, columns=list("abcd"))
    return data.assign(side=np.repeat(["residents", "staff"], n // 2), weight=1.0, person=np.arange(n), wave=1)


def fit(data=None, model=MODEL, **options):
    return lambda: cfa(frame() if data is None else data, model, **({"ordered": True} | options))


def ladder(data=None, model=MODEL, **options):
    return lambda: invariance(frame() if data is None else data, model, **({"ordered": True} | options))


def without_category():
    data = frame()
    data.loc[(data["side"] == "staff") & (data["a"] == 4), "a"] = 3
    return data


def twice():
    return pd.concat([frame(), frame().iloc[:2]])


def perfectly_ordered():
    data = frame()
    data["b"] = np.where(data["a"] <= 2, 1.0, 2.0)
    data["a"] = np.where(data["a"] <= 2, 1.0, data["a"])
    return data


def collinear():
    return frame().assign(d=lambda d: d["a"] + d["b"] - d["c"])


CASES = {
    "cfa_misspelt_item": fit(frame().rename(columns={"c": "item_c"}), "trust =~ a + b + item_k + d"),
    "cfa_factor_is_a_column": fit(model="side =~ a + b + c + d"),
    "cfa_ordered_not_said": fit(ordered=None),
    "cfa_estimator_for_other_items": fit(estimator="ML"),
    "cfa_fiml_for_ordinal": fit(missing="fiml"),
    "cfa_pairwise_for_continuous": fit(ordered=False, missing="pairwise"),
    "cfa_equal_without_group": fit(group_equal=["loadings"]),
    "cfa_unknown_kind": fit(group="side", group_equal=["loading"]),
    "cfa_residuals_under_delta": fit(group="side", group_equal=["residuals"]),
    "cfa_one_group": fit(frame().assign(side="staff"), group="side"),
    "cfa_constant_item": fit(frame().assign(c=2.0)),
    "cfa_infinite_item": fit(frame().assign(c=np.inf)),
    "cfa_nobody_answered": fit(frame().assign(c=np.nan)),
    "cfa_identical_items": fit(frame().assign(c=frame()["a"])),
    "cfa_two_rows": fit(frame().iloc[:2]),
    "cfa_negative_weight": fit(frame().assign(weight=-1.0), weights="weight"),
    "cfa_category_absent_in_group": fit(without_category(), group="side"),
    "cfa_too_many_categories": fit(frame().assign(a=np.arange(90.0))),
    "cfa_perfectly_ordered": fit(perfectly_ordered()),
    "cfa_item_is_the_group": fit(group="a"),
    "cfa_not_a_frame": fit(np.zeros((9, 4))),
    "cfa_never_answered_together": fit(
        frame().assign(a=lambda d: d["a"].where(d.index < 45), b=lambda d: d["b"].where(d.index >= 45)),
        ordered=False,
        missing="fiml",
    ),
    "cfa_pair_never_answered_together": fit(
        frame().assign(a=lambda d: d["a"].where(d.index < 45), b=lambda d: d["b"].where(d.index >= 45)),
        missing="pairwise",
    ),
    "syntax_not_a_text": fit(model=None),
    "cfa_wls_with_few_people": fit(frame().iloc[30:46], estimator="WLS"),
    "cfa_singular_covariance": fit(collinear(), ordered=False),
    "cfa_one_item": fit(model="trust =~ a"),
    "cfa_more_parameters_than_moments": fit(model="trust =~ a + b"),
    "cfa_same_items_twice": fit(model="trust =~ a + b + c + d\nbond =~ a + b + c + d"),
    "cfa_not_determined": fit(model="trust =~ a + b + c + d\ntrust ~~ NA*trust"),
    "syntax_no_operator": fit(model="trust = a + b"),
    "syntax_empty": fit(model="# nothing"),
    "syntax_one_side": fit(model="trust =~"),
    "syntax_bad_name": fit(model="trust =~ a + 2b"),
    "syntax_bad_modifier": fit(model="trust =~ a + k()*b + c"),
    "syntax_group_vector": fit(model="trust =~ a + c(1, 2)*b + c + d"),
    "syntax_threshold_of_continuous": fit(model=MODEL + "\na | t1", ordered=False),
    "syntax_threshold_too_high": fit(model=MODEL + "\na | t7"),
    "syntax_predicts_itself": fit(model=MODEL + "\na ~ a"),
    "syntax_measures_itself": fit(model="trust =~ a + b + c + trust"),
    "syntax_unknown_label": fit(model="trust =~ x*a + b + c + d\nr := x*yy"),
    "syntax_bad_expression": fit(model="trust =~ x*a + b + c + d\nr := x +"),
    "syntax_equality_not_linear": fit(model="trust =~ x*a + y*b + c + d\nx == y*y"),
    "syntax_equalities_contradict": fit(model="trust =~ x*a + b + c + d\nx == 0.5\nx == 0.6"),
    "invariance_over_nothing": ladder(),
    "invariance_uncorrected_estimator": ladder(group="side", estimator="DWLS"),
    "alignment_over_nothing": lambda: alignment(frame(), MODEL, ordered=True),
    "alignment_few_draws": lambda: alignment(frame(), MODEL, ordered=True, group="side", n_draws=0),
    "alignment_interval_level": lambda: alignment(frame(), MODEL, ordered=True, group="side", ci_level=95),
    "invariance_partial_unknown": ladder(group="side", partial=["trust =~ bb"]),
    "invariance_partial_far_off": ladder(group="side", partial=["anything at all"]),
    "invariance_partial_as_text": ladder(group="side", partial="a ~ 1"),
    "invariance_interval_level": ladder(group="side", ci_level=95),
    "invariance_unknown_level": ladder(group="side", extra_levels=["mean"]),
    "invariance_rows_without_unit": ladder(waves="wave"),
    "invariance_one_wave_in_rows": ladder(waves="wave", unit="person"),
    "invariance_person_twice": ladder(twice(), waves="wave", unit="person"),
    "invariance_one_ending": ladder(waves=["pre"]),
    "invariance_wave_column_absent": ladder(frame().add_suffix("_pre"), waves=["pre", "post"]),
    "invariance_defined_over_waves": ladder(
        frame().add_suffix("_pre").join(frame().add_suffix("_post")),
        "trust =~ x*a + b + c + d\nk := x",
        waves=["pre", "post"],
    ),
}
