import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from sctoolkit import cfa, dif, ecometrics, efa, factor_scores, grm, item_fit, person_fit
from sctoolkit.cli.main import cli


def _items() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    tendency = 2.0 * rng.normal(size=(120, 1, 1)) + rng.logistic(size=(120, 4, 1))
    answers = 1.0 + (tendency > np.array([-0.9, 0.8])).sum(axis=2)
    return pd.DataFrame(answers, columns=["trust", "help", "share", "meet"])


def _with(**columns: object) -> pd.DataFrame:
    return _items().assign(**columns)


def _grouped() -> pd.DataFrame:
    return _with(side=np.where(np.arange(120) < 60, "a", "b"))


def _twins() -> pd.DataFrame:
    frame = _items()
    return pd.DataFrame({"a": frame["trust"], "b": frame["trust"], "c": frame["help"]})


def _lacking() -> pd.DataFrame:
    frame = _grouped()
    frame.loc[(frame["side"] == "b") & (frame["help"] == 3.0), "help"] = 2.0
    return frame


CASES = {
    "grm_one_item": lambda: grm(_items()[["trust"]]),
    "grm_two_items": lambda: grm(_items()[["trust", "help"]]),
    "grm_nobody": lambda: grm(_items().iloc[:1]),
    "grm_constant_item": lambda: grm(_with(help=2.0)),
    "grm_empty_item": lambda: grm(_with(help=np.nan)),
    "grm_amount_instead_of_item": lambda: grm(_with(help=np.arange(120.0))),
    "grm_twin_items": lambda: grm(_twins()),
    "grm_unknown_group": lambda: grm(_grouped(), group="sides"),
    "grm_short_group": lambda: grm(_items(), group=["a", "b"]),
    "grm_group_in_other_order": lambda: grm(_items(), group=pd.Series(["a"] * 120, index=range(1, 121))),
    "grm_one_group": lambda: grm(_with(side="a"), group="side"),
    "grm_unknown_free_item": lambda: grm(_grouped(), group="side", free_items=["hlep"]),
    "grm_nothing_shared": lambda: grm(_grouped(), group="side", free_items=["trust", "help", "share", "meet"]),
    "grm_free_item_lacks_category": lambda: grm(_lacking(), group="side", free_items=["help"]),
    "grm_std_errors": lambda: grm(_items(), std_errors="robust"),
    "grm_statistic": lambda: grm(_items(), statistic="M2"),
    "grm_weights_and_information": lambda: grm(_items(), weights=np.ones(120), std_errors="observed"),
    "item_fit_weights": lambda: item_fit(grm(_items(), weights=np.ones(120)), _items()),
    "item_fit_groups": lambda: item_fit(grm(_grouped(), group="side"), _items()),
    "item_fit_absent_item": lambda: item_fit(grm(_items()), _items().rename(columns={"help": "helps"})),
    "item_fit_strange_answer": lambda: item_fit(grm(_items()), _with(help=7.0)),
    "item_fit_nobody_complete": lambda: item_fit(grm(_items()), _items().mask(np.eye(120, 4, dtype=bool)).iloc[:1]),
    "person_fit_groups": lambda: person_fit(grm(_grouped(), group="side"), _items()),
}

GROUPED = {"group": "side"}
CASES |= {
    "factor_scores_no_data": lambda: factor_scores(grm(_items())),
    "factor_scores_method": lambda: factor_scores(grm(_items()), _items(), method="bartlett"),
    "factor_scores_no_group": lambda: factor_scores(grm(_grouped(), **GROUPED), _items()),
    "factor_scores_other_group": lambda: factor_scores(grm(_grouped(), **GROUPED), _with(side="c"), **GROUPED),
    "factor_scores_efa_no_data": lambda: factor_scores(efa(_items(), 1, seed=1)),
    "factor_scores_efa_still_item": lambda: factor_scores(efa(_items(), 1, seed=1), _with(help=2.0)),
    "factor_scores_absent_item": lambda: factor_scores(_linear(), _items().drop(columns="help")),
    "factor_scores_many_factors": lambda: factor_scores(_five_factors(), method="eap"),
}


def _linear():
    return cfa(_items(), "f =~ trust + help + share + meet", ordered=False)


def _five_factors():
    rng = np.random.default_rng(2)
    factors = np.repeat(rng.normal(size=(500, 5)), 3, axis=1)
    items = pd.DataFrame((factors + rng.normal(size=(500, 15)) * 0.6 > 0).astype(float)).add_prefix("q")
    return cfa(items, "\n".join(f"f{g} =~ q{3 * g} + q{3 * g + 1} + q{3 * g + 2}" for g in range(5)), ordered=True)


CASES |= {
    "dif_method": lambda: dif(_grouped(), "side", method="mantle"),
    "dif_matching": lambda: dif(_grouped(), "side", matching="theta"),
    "dif_alpha": lambda: dif(_grouped(), "side", alpha=5.0),
    "dif_reference": lambda: dif(_grouped(), "side", reference="c"),
    "dif_anchor": lambda: dif(_grouped(), "side", anchors=["hlep"]),
    "dif_no_anchor": lambda: dif(_grouped(), "side", anchors=[]),
    "dif_small_group": lambda: dif(_with(side=["a"] * 115 + ["b"] * 5), "side"),
}


def _sites(n: int = 12) -> pd.DataFrame:
    return _with(site=np.arange(120) % n)


CASES |= {
    "ecometrics_one_place": lambda: ecometrics(_sites(1), place="site"),
    "ecometrics_lone_people": lambda: ecometrics(_sites(120), place="site"),
    "ecometrics_unknown_item": lambda: ecometrics(_sites(), place="site", items=["hlep"]),
    "ecometrics_empty_item": lambda: ecometrics(_sites().assign(help=np.nan), place="site"),
    "ecometrics_no_items": lambda: ecometrics(_sites()[["site"]], place="site"),
    "ecometrics_two_homes": lambda: ecometrics(
        _sites().assign(who=np.arange(120) % 60 % 7), place="site", person="who"
    ),
    "ecometrics_threshold": lambda: ecometrics(_sites(), place="site", threshold=70),
    "ecometrics_ranks": lambda: ecometrics(_sites(), place="site").ranks(),
}


def typed(command: str, *words: str) -> object:
    """Run a command on a small file of items a, b, c with a column g of groups."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "w.csv"
        file.write_text("a,b,c,g\n1,2,1,x\n2,1,2,y\n", encoding="utf-8")
        return cli.main(args=[command, str(file), "--items", "a,b,c", *words], standalone_mode=False)


CASES |= {
    "cli-irt-item-is-group": lambda: typed("irt", "--dif", "a"),
    "cli-irt-continuous": lambda: typed("irt", "--continuous"),
    "cli-irt-anchors-alone": lambda: typed("irt", "--anchors", "a"),
    "cli-irt-weighted-dif": lambda: typed("irt", "--dif", "g", "--weights", "g"),
    "cli-reliability-item-is-weight": lambda: typed("reliability", "--weights", "a"),
}
