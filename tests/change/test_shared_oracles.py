"""Every entry of R's figures on change: compared, or named as not offered with the reason."""

from __future__ import annotations

import json

import pytest
from change.oracle_cases import answers, families, mixed_models, paths, sizes, small_sample
from change.oracle_cases.shared import Shared

MODULES = (small_sample, mixed_models, sizes, answers, families, paths)
CASES = {key: case for module in MODULES for key, case in module.CASES.items()}
NOT_OURS = {key: reason for module in MODULES for key, reason in module.NOT_OURS.items()}
ELSEWHERE = {
    "mpdta_did": "tests/change/designs/test_staggered_did.py",
    "power_mdes": "tests/change/pooling/test_plan.py",
}


@pytest.mark.parametrize("key", sorted(CASES), ids=lambda key: "-".join(key))
def test_entry(key, oracle_dir):
    for pair in CASES[key](Shared(oracle_dir / "change")):
        pair.check()


def test_every_entry_is_compared_or_named(oracle_dir):
    entries = {
        (path.stem, entry)
        for path in (oracle_dir / "change").glob("*.json")
        if path.stem not in ELSEWHERE
        for entry in json.loads(path.read_text())["entries"]
    }
    assert entries == set(CASES) | set(NOT_OURS)
    assert not set(CASES) & set(NOT_OURS)
