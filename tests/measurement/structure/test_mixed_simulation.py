"""Intervals of mixed models given covariates cover, and their test keeps its level (script in `benchmarks`)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


@pytest.mark.slow
def test_intervals_cover_and_the_test_keeps_its_level(root: Path) -> None:
    path = root / "benchmarks" / "mixed_items_coverage.py"
    spec = importlib.util.spec_from_file_location("mixed_items_coverage", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # 150 samples: Monte Carlo error of a coverage of .95 is .018, of the mean over 21 parameters far less
    frame, size, failed = module.simulate(150, 300, skewed=False, seed=2)
    assert failed <= 2
    assert frame["coverage"].mean() == pytest.approx(0.95, abs=0.015)
    assert frame["coverage"].min() > 0.86
    assert (frame["mean"] - frame["true"]).abs().max() < 0.03
    assert frame["se_over_sd"].mean() == pytest.approx(1.0, abs=0.06)
    assert 0.01 <= size <= 0.10
