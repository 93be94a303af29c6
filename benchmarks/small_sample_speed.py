"""Speed of small-sample inference beside clubSandwich, lmerTest and pbkrtest, in one run on one machine.

    python benchmarks/small_sample_speed.py

Appends to benchmarks/RESULTS-small-sample-speed.md. R gets smaller jobs where it would take minutes; sizes are shown.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from sctoolkit.change.models.mixed import mixed
from sctoolkit.change.models.regress import regress
from sctoolkit.numerics.linear.wild_bootstrap import wild_bootstrap

HERE = Path(__file__).parent


def sandwich(n: int, n_clusters: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    cluster = rng.integers(0, n_clusters, n)
    frame = pd.DataFrame(rng.normal(size=(n, 4)), columns=["x1", "x2", "x3", "x4"]).assign(cluster=cluster)
    frame["x1"] += rng.normal(size=n_clusters)[cluster]
    return frame.assign(y=frame.x1 + rng.normal(size=n_clusters)[cluster] + rng.normal(size=n))


def nested(n_people: int, n_sites: int) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    person = np.repeat(np.arange(n_people), 2)
    site, post = person % n_sites, np.tile([0, 1], n_people)
    y = (
        rng.normal(size=n_people)[person]
        + 0.5 * rng.normal(size=n_sites)[site]
        + 0.2 * post
        + rng.normal(size=person.size)
    )
    frame = pd.DataFrame({"person": person, "site": site, "post": post, "treated": site % 2, "y": y})
    return frame[rng.random(len(frame)) > 0.1] if n_people < 2000 else frame


def wild(n: int, n_clusters: int) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    cluster = np.arange(n) % n_clusters
    pre = rng.normal(size=n)
    y = 0.5 * pre + 0.4 * rng.normal(size=n_clusters)[cluster] + rng.normal(size=n)
    return pd.DataFrame({"cluster": cluster, "arm": cluster % 2, "pre": pre, "y": y})


def timed(call, repeat: int = 3):
    """Return the best time and the result."""
    best, result = np.inf, None
    for _ in range(repeat):
        start = time.perf_counter()
        result = call()
        best = min(best, time.perf_counter() - start)
    return best, result


def ours(frames: dict[str, pd.DataFrame]) -> dict[str, tuple[float, float]]:
    out: dict[str, tuple[float, float]] = {}
    seconds, fit = timed(lambda: regress("y ~ x1 + x2 + x3 + x4", frames["sandwich"], cluster="cluster"))
    out["CR2 std_error x1"], out["CR2 dof x1"] = (seconds, fit.std_error[1]), (seconds, fit.dof[1])
    options = {"random": ["1 | site", "1 | person"]}
    seconds, model = timed(lambda: mixed("y ~ post * treated", frames["mixed"], df="satterthwaite", **options))
    j = model.terms.index("post:treated")
    out["mixed Satterthwaite dof post:treated"] = (seconds, model.dof[j])
    seconds, model = timed(lambda: mixed("y ~ post * treated", frames["mixed"], **options))
    out["mixed Kenward-Roger std_error post:treated"] = (seconds, model.std_error[j])
    out["mixed Kenward-Roger dof post:treated"] = (seconds, model.dof[j])
    data = frames["wild"]
    plain = regress("y ~ arm + pre", data, cluster="cluster")

    def bootstrap(n_draws):
        return wild_bootstrap(plain.fit, data.cluster.to_numpy(), np.eye(3)[1], n_draws=n_draws, ci_level=None)

    seconds, test = timed(lambda: bootstrap(999))
    out["wild bootstrap p (999 draws)"] = (seconds, test.p_value)
    return out


def theirs(frames: dict[str, pd.DataFrame], kr: bool) -> dict[str, tuple[float, float]]:
    if shutil.which("Rscript") is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        for name, frame in frames.items():
            frame.to_csv(Path(folder) / f"{name}.csv", index=False)
        command = ["Rscript", str(HERE / "small_sample_speed.R"), folder, "kr" if kr else "no"]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = [line.split(",") for line in text.splitlines()]
    return {name: (float(seconds), float(value)) for name, seconds, value in rows}


def table(frames: dict[str, pd.DataFrame], title: str, kr: bool) -> str:
    mine, rival = ours(frames), theirs(frames, kr)
    lines = [f"### {title}", "", "| figure | ours | R | ours, s | R, s | times as fast |", "|---|---|---|---|---|---|"]
    for name, (seconds, value) in mine.items():
        if name in rival:
            r_seconds, r_value = rival[name]
            ratio = f"{r_seconds / seconds:.0f}"
            lines.append(f"| {name} | {value:.9g} | {r_value:.9g} | {seconds:.3f} | {r_seconds:.2f} | {ratio} |")
        else:
            lines.append(f"| {name} | {value:.9g} | not run | {seconds:.3f} | | |")
    return "\n".join(lines)


def promised() -> str:
    """Return the three floors of the design."""
    big, panel, boot = sandwich(100_000, 1000), nested(2500, 50), wild(2000, 40)
    rows = [
        ("CR2, 100,000 rows, 1,000 clusters", 2.0,
         timed(lambda: regress("y ~ x1 + x2 + x3 + x4", big, cluster="cluster"))[0]),
        ("mixed model with Kenward-Roger, 5,000 rows", 5.0,
         timed(lambda: mixed("y ~ post * treated", panel, random=["1 | site", "1 | person"]))[0]),
    ]  # fmt: skip
    plain = regress("y ~ arm + pre", boot, cluster="cluster")
    codes = boot.cluster.to_numpy()
    rows.append(("9,999 wild bootstrap draws with interval, 2,000 rows", 2.0,
                 timed(lambda: wild_bootstrap(plain.fit, codes, np.eye(3)[1], n_draws=9999))[0]))  # fmt: skip
    lines = ["### Promised", "", "| job | at most, s | measured, s |", "|---|---|---|"]
    return "\n".join(lines + [f"| {name} | {most:.0f} | {seconds:.3f} |" for name, most, seconds in rows])


def main() -> None:
    small = {"sandwich": sandwich(5000, 100), "mixed": nested(300, 20), "wild": wild(2000, 40)}
    large = {"sandwich": sandwich(20_000, 400), "mixed": nested(600, 30), "wild": wild(2000, 40)}
    parts = [
        promised(),
        table(small, "5,000 rows and 100 clusters; mixed model on 300 people in 20 sites", kr=True),
        table(large, "20,000 rows and 400 clusters; mixed model on 600 people in 30 sites", kr=True),
    ]
    head = f"## {date.today()}, {platform.machine()}, Python {platform.python_version()}, one thread\n"
    path = HERE / "RESULTS-small-sample-speed.md"
    old = path.read_text() if path.exists() else "# Small-sample inference beside clubSandwich, lmerTest, pbkrtest\n"
    path.write_text(old + "\n" + head + "\n" + "\n\n".join(parts) + "\n")
    print("\n\n".join(parts))


if __name__ == "__main__":
    main()
