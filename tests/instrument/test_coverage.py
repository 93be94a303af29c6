"""The theory graph, and what a study can test of it."""

import pytest

from sctoolkit.errors import OptionError
from sctoolkit.instrument.coverage import theory_coverage
from sctoolkit.instrument.library import instrument_folders, load_instrument
from sctoolkit.instrument.theory import load_theory

SIDES = ["community", "statutory"]


def verdicts(cover):
    return {(entry.arrow.source, entry.arrow.to): entry.verdict for entry in cover.arrow}


def nodes(cover):
    return {entry.node.id: entry.verdict for entry in cover.node}


def test_graph_holds_together():
    theory = load_theory()
    assert len(theory.node) == 21
    assert {node.phase for node in theory.node} == {0, 1, 2}
    for arrow in theory.arrow:
        assert set(arrow.ends) <= set(theory.by_id)
    scales = {f"{name}.{scale}" for name in instrument_folders() for scale in load_instrument(name).scale}
    for node in theory.node:
        assert {*node.scales, *node.proxies} <= scales, node.id
        assert node.gap


def test_cscq_on_both_sides_with_a_log():
    cover = theory_coverage("cscq", waves=3, sides=SIDES, logs=["engagement", "outcomes", "ties"])
    assert nodes(cover)["T3"] == "measured"
    assert nodes(cover)["O4"] == "not measured"
    assert nodes(cover)["R1"] == "by proxy"
    arrows = verdicts(cover)
    assert arrows["T2", "S1"] == "testable"
    assert arrows["D1", "T1"] == "testable"
    assert arrows["O1c", "K2"] == "testable"
    assert arrows["V1", "S1"] == "testable by proxy"
    assert arrows["C1", "D1"] == "not testable"
    assert arrows["O3", "O4"] == "not testable"
    assert arrows["S1", "O1s"] == "not testable"


def test_two_waves_leave_feedback_open():
    cover = theory_coverage("cscq", waves=2, sides=SIDES)
    assert verdicts(cover)["O1c", "K3"] == "association only"
    assert verdicts(cover)["K3", "T2"] == "testable"
    assert verdicts(cover)["D1", "T1"] == "not testable"


def test_one_wave_is_association_only():
    cover = theory_coverage("cscq", waves=1, sides=SIDES, logs=["engagement"])
    assert set(verdicts(cover).values()) == {"association only", "not testable"}


def test_one_side_loses_the_gap_and_the_other_sides_claims():
    cover = theory_coverage("cscq", waves=3, sides=["community"], logs=["engagement"])
    assert verdicts(cover)["D3", "T2"] == "not testable"
    meta = next(entry for entry in cover.node if entry.node.id == "T3")
    assert "no gap between the sides" in meta.why


def test_institutional_trust_is_a_proxy_of_trust_in_the_other_side():
    cover = theory_coverage(["ess_political_trust", "bscs", "ons4"], waves=2)
    assert nodes(cover)["T2"] == "by proxy"
    assert nodes(cover)["K1"] == "measured"
    assert nodes(cover)["O4"] == "measured"
    assert verdicts(cover)["K1", "T2"] == "testable by proxy"


def test_listed_instruments_measure_nothing():
    cover = theory_coverage("onyx_bullen", waves=2)
    assert set(nodes(cover).values()) == {"not measured"}
    assert "listed only" in next(entry for entry in cover.node if entry.node.id == "K1").why


def test_every_verdict_has_a_reason():
    cover = theory_coverage(["cscq", "ucla3"], waves=2, sides=SIDES, logs=["engagement"])
    assert cover.arrows()["why"].str.len().min() > 0
    assert (cover.nodes().query("verdict != 'measured'")["why"].str.len() > 0).all()


def test_unknown_logs_and_no_waves_are_refused():
    with pytest.raises(OptionError, match="logs"):
        theory_coverage("cscq", logs=["engagment"])
    with pytest.raises(OptionError, match="waves"):
        theory_coverage("cscq", waves=0)


def test_a_scale_is_no_evidence_for_its_own_cause():
    cover = theory_coverage("cscq", waves=3, sides=SIDES)
    assert verdicts(cover)["V1", "S1"] == "not testable"
    assert "same scale" in next(entry.why for entry in cover.arrow if entry.arrow.source == "V1")
