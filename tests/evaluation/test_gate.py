"""The gate of measurement in words, and the share of links that are expected to be wrong."""

from types import SimpleNamespace

import pytest

from sctoolkit.evaluation.steps.change import false_links
from sctoolkit.evaluation.steps.gate import gated, verdict_of


@pytest.mark.parametrize(
    ("full", "partial", "said"),
    [
        ("strict", "strict", "strict"),
        ("means", "means", "strict"),
        ("scalar", "strict", "scalar"),
        ("metric", "scalar", "partial"),
        ("configural", "strict", "partial"),
        ("metric", "metric", "metric"),
        ("thresholds", "metric", "thresholds"),
        ("none", "none", "none"),
    ],
)
def test_verdict_in_the_words_of_the_gate(full, partial, said):
    assert verdict_of(SimpleNamespace(verdict=full, partial_verdict=partial)) == said


def test_a_change_that_was_not_measured_is_left_as_it_is():
    change = object()
    assert gated(change, None) is change


def test_false_links_by_hand():
    # Two waves: 40 and 60 links, of which 1 and 4 are expected by chance: 5 of 100.
    steps = [SimpleNamespace(linked=40, expected_false=1.0), SimpleNamespace(linked=60, expected_false=4.0)]
    assert false_links(SimpleNamespace(steps=steps)) == pytest.approx(0.05)
    assert false_links(None) == 0.0
    assert false_links(SimpleNamespace(steps=[SimpleNamespace(linked=0, expected_false=0.0)])) == 0.0
