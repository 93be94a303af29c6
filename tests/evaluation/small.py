"""Small studies for tests: answers from one factor an instrument, written as files with a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sctoolkit import evaluate, load_instrument, load_study
from sctoolkit.evaluation.evaluation import Evaluation


def answers(
    n: int = 60, *, waves: Sequence[str] = ("1", "2"), instruments: Sequence[str] = ("ucla3",), seed: int = 1,
    stay: float = 0.9, organisations: int = 6,
) -> pd.DataFrame:  # fmt: skip
    """Return one row a person and wave: code, wave, side, organisation, group, weight and the items."""
    rng = np.random.default_rng(seed)
    people = pd.DataFrame(
        {
            "code": [f"p{number:03d}" for number in range(n)],
            "org": [f"org {number % organisations}" for number in range(n)],
            "side": ["community" if number % organisations % 2 else "statutory" for number in range(n)],
            "arm": ["programme" if number % organisations % 2 else "elsewhere" for number in range(n)],
            "wt": rng.uniform(0.5, 1.5, n).round(2),
        }
    )
    standing, parts = rng.normal(size=n), []
    for place, wave in enumerate(waves):
        part = people.assign(wave=wave)
        for name in instruments:
            for item in load_instrument(name).items:
                codes = [answer.code for answer in load_instrument(name).response_of(item.code).codes]
                value = (standing + rng.normal(size=n) + 0.3 * place) * (item.keying or 1)
                cuts = np.linspace(-1.6, 1.6, len(codes) + 1)[1:-1]
                part[item.code] = np.array(codes)[np.searchsorted(cuts, value)]
        parts.append(part if place == 0 else part[rng.random(n) < stay])
    return pd.concat(parts, ignore_index=True)


def write_plan(folder: Path, data: pd.DataFrame | Mapping[str, pd.DataFrame], plan: str) -> Path:
    """Write data files and the plan; one frame is `a.csv`."""
    for name, frame in ({"a.csv": data} if isinstance(data, pd.DataFrame) else data).items():
        frame.to_csv(folder / name, index=False)
    (folder / "study.toml").write_text(plan, encoding="utf-8")
    return folder / "study.toml"


def plan_text(
    *, instrument: str = '"ucla3"', columns: str = "", analysis: str = "", study: str = "", more: str = "",
    file: str = '[[file]]\npath = "a.csv"', link: bool = True,
) -> str:  # fmt: skip
    """Return a plan over `a.csv` with the columns of `answers`."""
    roles = ('respondent = "code"\n' if link else "") + 'wave = "wave"\n' + columns
    return (
        f'[study]\ntitle = "A small study"\ninstrument = {instrument}\n{study}\n{file}\n[columns]\n{roles}\n'
        f"[analysis]\nseed = 1\n{analysis}\n{more}\n"
    )


def run(folder: Path, data: pd.DataFrame | Mapping[str, pd.DataFrame], **parts: str | bool) -> Evaluation:
    """Write a study and evaluate it."""
    return evaluate(load_study(write_plan(folder, data, plan_text(**parts))))
