"""What libraries warn of is no word to the user: commands on small and awkward files print none of it."""

import shlex
import warnings

import numpy as np
import pandas as pd
import pytest

from sctoolkit.cli.main import run_command

CALLS = (
    "reliability few.csv --items q1,q2,q3,q4",
    pytest.param("reliability few.csv --items q1,q2,q3,q4 --bootstrap", marks=pytest.mark.slow),
    "reliability few.csv --items q1,q2,q3,q4 --bootstrap --continuous",
    "factors few.csv --items q1,q2,q3,q4 --iterations 20",
    f"factors many.csv --items {','.join(f'q{n}' for n in range(1, 21))} --continuous -n 1 --iterations 20",
    "irt few.csv --items q1,q2,q3,q4",
    "invariance few.csv --items q1,q2,q3,q4 --over g --collapse",
    "change waves.csv --outcome trust --wave wave",
    "change waves.csv --outcome trust --wave wave --unit person --cluster org",
    "change waves.csv --outcome same --wave wave --unit person",
    "change waves.csv --outcome yes --wave wave --unit person",
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    rng = np.random.default_rng(1)
    for name, n, k, load in (("few", 9, 4, 1.0), ("many", 200, 20, 2.5)):
        answers = np.clip(np.round(3 + load * rng.normal(size=(n, 1)) + rng.normal(size=(n, k))), 1, 5).astype(int)
        table = pd.DataFrame(answers, columns=[f"q{place + 1}" for place in range(k)])
        table.assign(g=np.where(np.arange(n) % 2, "a", "b")).to_csv(tmp_path / f"{name}.csv", index=False)
    rows = [(p, w, f"o{p % 3}", 2 + p % 3 + w, 3, int(w + p % 2 > 1)) for p in range(9) for w in (1, 2)]
    columns = ["person", "wave", "org", "trust", "same", "yes"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "waves.csv", index=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("call", CALLS)
def test_no_warning_of_a_library(call, here, capsys):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        code = run_command(shlex.split(call))
    assert code in (0, 1), capsys.readouterr().err
    assert [f"{one.category.__name__}: {one.message}" for one in said] == []
