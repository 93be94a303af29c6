"""Error cases of the router's options, outcome types, other designs, fading residuals and marginal models."""

import numpy as np
import pandas as pd

KEYS = {"outcome": "y", "unit": "id", "wave": "wave"}


def panel(**more):
    rows = [(i, w, i % 8, i % 2, 3.0 + i % 3 + w) for i in range(24) for w in (1, 2) if w == 1 or i % 5]
    return pd.DataFrame(rows, columns=["id", "wave", "org", "arm", "y"]).assign(**more)


def change(frame=None, **options):
    from sctoolkit import estimate_change

    return estimate_change(panel() if frame is None else frame, **{**KEYS, **options})


def fading(frame=None, formula="y ~ wave", **options):
    from sctoolkit import mixed

    return mixed(formula, series() if frame is None else frame, **{"random": "1 | id", "ar1": "wave | id", **options})


def series(rho=0.5):
    rng = np.random.default_rng(2)
    rows = []
    for i in range(12):
        e = rng.normal()
        for wave in (1, 2, 3, 4):
            e = rho * e + rng.normal()
            rows.append((i, wave, i % 3, e + 0.1 * wave))
    return pd.DataFrame(rows, columns=["id", "wave", "org", "y"])


def separated():
    from sctoolkit.change.models.gee import gee

    x = np.arange(24) % 2
    return gee("y ~ x", pd.DataFrame({"y": x, "x": x, "org": np.arange(24) // 2}), cluster="org")


def walk():
    rng = np.random.default_rng(5)
    rows = [(i, w, v, i % 2) for i in range(12) for w, v in enumerate(np.cumsum(rng.normal(size=25)))]
    return pd.DataFrame(rows, columns=["id", "wave", "y", "half"])


CASES = {
    "change_binary_codes": lambda: change(outcome_type="binary"),
    "change_count_codes": lambda: change(panel(y=0.5), outcome_type="count"),
    "change_ordinal_codes": lambda: change(panel(y=np.arange(len(panel()))), outcome_type="ordinal"),
    "change_outcome_is_the_wave": lambda: change(outcome="wave"),
    "change_wave_is_the_unit": lambda: change(unit="wave"),
    "change_type_unknown": lambda: change(outcome_type="likert"),
    "change_exposure_without_count": lambda: change(panel(months=2), exposure="months"),
    "change_exposure_zero": lambda: change(panel(y=3, months=0), exposure="months", outcome_type="count"),
    "change_two_designs": lambda: change(panel(hours=1.0, start=2), entry="start", dose="hours"),
    "change_entry_of_nobody": lambda: change(panel(start=2), entry="start", unit=None),
    "change_dose_of_nobody": lambda: change(panel(hours=1.0), dose="hours"),
    "change_seed": lambda: change(seed=-1),
    "change_matched_on_nothing": lambda: change(group="arm", assignment="matched"),
    "fading_with_kenward_roger": lambda: fading(df="kenward-roger"),
    "fading_unreadable": lambda: fading(ar1="wave"),
    "fading_times": lambda: fading(series().assign(wave=lambda d: d["wave"] / 2)),
    "fading_one_time": lambda: fading(series().query("wave == 1"), "y ~ 1", random="1 | org"),
    "fading_crossed": lambda: fading(series().assign(slot=lambda d: d["org"] * 10 + d["wave"]), random="1 | slot"),
    "fading_never": lambda: fading(walk(), "y ~ 1", random="1 | half"),
    "gee_separated": separated,
}
