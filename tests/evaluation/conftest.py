"""Lets the tests of this folder import `small`, and keeps their resampling short."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr("sctoolkit.evaluation.steps.change.N_DRAWS", 99)
