"""Are the errors of a latent change as large as they say, and do its intervals cover?

    python benchmarks/latent_change.py [continuous replications] [ordinal replications] [of the whole analysis]

Four items at two waves, 200 people, latent change with mean 0.4 and variance 0.4 (in the variance of the start), items
that measure alike. First the scalar model alone, then the whole analysis with its ladder and search for releases. The
paired t interval of the mean item is exact for the continuous draws and is given beside the latent one. Appends to
RESULTS-latent_change.md.
"""

from __future__ import annotations

import datetime
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from sctoolkit import latent_change
from sctoolkit.errors import SctoolkitError
from sctoolkit.measurement.invariance.invariance_fit import fit_level
from sctoolkit.measurement.invariance.invariance_setup import prepare
from sctoolkit.measurement.invariance.invariance_steps import ladder
from sctoolkit.measurement.panel.latent_change_estimates import MEAN, VARIANCE, WITH_START, change_figures
from sctoolkit.measurement.panel.latent_change_figures import interval
from sctoolkit.measurement.structure.model_syntax import parse_model

ITEMS, WAVES, LOADINGS = ["a", "b", "c", "d"], ("pre", "post"), np.array([1.0, 0.9, 1.1, 0.8])
SHIFT, TRUTH = 0.4, {"latent": 0.4, "latent, variance": 0.4, "latent, with start": -0.3 / np.sqrt(0.4)}
T_BOUND, WIDTH = 1.971957, 1.959964


def draw(n: int, seed: np.random.SeedSequence) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    start = rng.normal(size=n)
    end = start + SHIFT - 0.3 * start + np.sqrt(0.31) * rng.normal(size=n)
    own = 0.4 * rng.normal(size=(n, 4))
    parts = [3.0 + np.outer(at, LOADINGS) + own + 0.7 * rng.normal(size=(n, 4)) for at in (start, end)]
    return pd.DataFrame(np.hstack(parts), columns=[f"{item}_{wave}" for wave in WAVES for item in ITEMS])


def one(task: tuple[int, bool, bool, np.random.SeedSequence]) -> list[dict[str, object]]:
    n, ordered, whole, seed = task
    data = draw(n, seed)
    change = (data.iloc[:, 4:].to_numpy() - data.iloc[:, :4].to_numpy()).mean(axis=1)
    paired = abs(change.mean() - SHIFT * LOADINGS.mean()) < T_BOUND * change.std(ddof=1) / np.sqrt(n)
    if ordered:
        data = pd.DataFrame(np.digitize(data, [2.0, 3.0, 4.0]) + 1.0, columns=data.columns)
    about = {"n": n, "ordered": ordered, "whole": whole, "paired": bool(paired)}
    try:
        return [about | row for row in (analysed(data, ordered) if whole else scalar(data, ordered))]
    except SctoolkitError:
        return []


def scalar(data: pd.DataFrame, ordered: bool) -> list[dict[str, object]]:
    """Return the figures of the scalar model, the same that `latent_change` gives where nothing is released."""
    setup = prepare(
        data, parse_model("f =~ a + b + c + d"), ordered, "WLSMV" if ordered else "MLR", None, list(WAVES), None, None,
        None, "listwise", "lavaan", "refuse", None, {},
    )  # fmt: skip
    level = next(level for level in ladder(ordered, [3] * 4) if level.name == "scalar")
    figures = change_figures(fit_level(setup, level.kinds), tuple(ITEMS), WAVES)
    rows = []
    for figure, (term, truth) in zip((MEAN, VARIANCE, WITH_START), TRUTH.items(), strict=True):
        at = figures.at(0, 0, figure)
        value, error = float(figures.value[0, 0, figure]), float(np.sqrt(figures.spread[at, at]))
        low, high = interval(figure, value, error, WIDTH)
        rows.append(
            {"term": term, "truth": truth, "estimate": value, "std_error": error, "held": bool(low < truth < high),
             "outcome": ""}
        )  # fmt: skip
    return rows


def analysed(data: pd.DataFrame, ordered: bool) -> list[dict[str, object]]:
    """Return the mean change of the whole analysis, and what became of the ladder."""
    found = latent_change(data, items=ITEMS, waves=WAVES, ordered=ordered)
    outcome = "reserved" if found.claim_reserved else "released" if found.invariance.freed else "as it is"
    entry = found.tidy().set_index("term").loc["latent"]
    held = bool(entry["ci_low"] < SHIFT < entry["ci_high"])
    return [{"term": "latent", "truth": SHIFT, "estimate": entry["estimate"], "std_error": entry["std_error"],
             "held": held, "outcome": outcome}]  # fmt: skip


def summary(table: pd.DataFrame) -> str:
    lines = [
        "| items | n | analysis | figure | samples | bias | SD of estimates | mean SE / SD | cover | paired t covers |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for (ordered, n, whole, term), part in table.groupby(["ordered", "n", "whole", "term"], sort=False):
        spread = part["estimate"].std(ddof=1)
        lines.append(
            f"| {'ordinal' if ordered else 'continuous'} | {n} | {'whole' if whole else 'scalar model'} | {term} | "
            f"{len(part)} | {(part['estimate'] - part['truth']).mean():+.4f} | {spread:.4f} | "
            f"{part['std_error'].mean() / spread:.3f} | {part['held'].mean():.3f} | {part['paired'].mean():.3f} |"
        )
    for (ordered, outcome), part in table[table["whole"]].groupby(["ordered", "outcome"]):
        lines.append(
            f"\n{'Ordinal' if ordered else 'Continuous'}, whole analysis, {outcome}: {len(part)} samples, "
            f"mean change covers {part['held'].mean():.3f}."
        )
    return "\n".join(lines)


def main() -> None:
    counts = ([int(value) for value in sys.argv[1:4]] + [2000, 600, 300][len(sys.argv) - 1 :])[:3]
    plan = [(False, False, counts[0]), (True, False, counts[1]), (False, True, counts[2]), (True, True, counts[2])]
    tasks = [
        (200, ordered, whole, seed)
        for ordered, whole, count in plan
        for seed in np.random.SeedSequence(20 + ordered).spawn(count)
    ]
    with ProcessPoolExecutor(2) as pool:
        rows = [row for part in pool.map(one, tasks, chunksize=10) for row in part]
    text = summary(pd.DataFrame(rows))
    path = Path(__file__).parent / "RESULTS-latent_change.md"
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n## {datetime.date.today().isoformat()}\n\n{text}\n")
    print(text)


if __name__ == "__main__":
    main()
