"""Words stay below what the design supports, in every template and every rule of the router."""

import itertools
import json
import re

import numpy as np
import pandas as pd
import pytest

from sctoolkit.change.route.claims import at_least, check_wording, forbidden_words, ladder, moved_word, say, templates
from sctoolkit.change.route.router import rules
from sctoolkit.errors import DesignError, OptionError

BELOW = ["L0", "L1", "L2"]
CAUSAL = re.compile(r"effect|impact|caus(?:e[sd]?|ing|al|ation)\b", re.IGNORECASE)


@pytest.mark.parametrize("name", sorted(templates()))
def test_no_template_says_more_than_its_rung(name):
    entry = templates()[name]
    if not at_least(entry.rung, "L3"):
        assert not CAUSAL.search(entry.text)
        assert forbidden_words(entry.text, entry.rung) == ()
    elif entry.rung != "L5":
        assert "only if {assumption}" in entry.text


def test_the_rules_of_the_router_say_no_more_than_their_rung():
    for name, rule in rules()["design"].items():
        texts = [rule[key] for key in ("estimand", "estimator", "size", "assumption", "refused")] + rule["checks"]
        if not at_least(rule["rung"], "L3"):
            for text in texts:
                assert not CAUSAL.search(text), name
    for entry in rules()["inference"].values():
        assert not CAUSAL.search(entry["says"])


def test_rungs_below_l3_do_not_explain_themselves_with_the_word():
    for rung in BELOW:
        assert not CAUSAL.search(ladder()[rung].means)


@pytest.mark.parametrize("rung", BELOW)
@pytest.mark.parametrize(
    "text",
    ["the effect of", "Effects were", "EFFECTIVE", "effectively", "effectiveness", "cost-effective", "ineffective",
     "impact", "Impacts", "impacted", "impactful", "e\u00adffect", "e\ufb00ect", "im\u200bpact", "caused", "led to",
     "led\nto", "because of the programme", "thanks to"],
)  # fmt: skip
def test_the_guard_knows_inflections_and_disguises(rung, text):
    with pytest.raises(DesignError, match="must not say"):
        check_wording(f"We saw {text} here.", rung)
    check_wording(f"We saw {text} here.", "L4")


@pytest.mark.parametrize("text", ["because people left", "perfect", "compact", "affection", "it was confected"])
def test_the_guard_leaves_other_words_alone(text):
    check_wording(text, "L0")


def test_a_template_is_refused_below_its_rung():
    for (name, entry), rung in itertools.product(templates().items(), ladder()):
        if at_least(rung, entry.rung):
            continue
        with pytest.raises(DesignError, match="needs rung"):
            say(name, rung, **dict.fromkeys(entry.fields, "x"))


def test_names_of_the_user_are_not_judged_but_our_fields_are():
    assert "perceived impact" in say("described", "L0", outcome="perceived impact", waves="wave 1")
    with pytest.raises(DesignError):
        say("survives", "L0", checks="a test of the effect")


def test_moved_words():
    assert moved_word(-0.2, 0.3).startswith("may have risen or fallen")
    assert moved_word(np.nan, 1.0).startswith("cannot be judged")


def test_an_unknown_rung_is_told():
    with pytest.raises(OptionError, match="L0, L1"):
        at_least("L9", "L1")


def frames():
    rng = np.random.default_rng(5)
    base = pd.DataFrame(
        {"id": np.tile(np.arange(40), 3), "wave": np.repeat([1, 2, 3], 40), "org": np.tile(np.arange(40) % 8, 3)}
    )
    base["y"] = rng.normal(size=120).round(2) + base["wave"] * 0.2
    base["arm"] = np.where(base["org"] < 4, "programme", "other")
    base["side"] = np.where(base["org"] < 4, "community", "statutory")
    two = base[base["wave"] < 3]
    yield two, {}
    yield two.assign(id=None), {}
    yield base, {}
    yield two[two["wave"] == 1], {}
    yield two, {"side": "side"}
    yield two[(two["wave"] == 1) == (two["org"] < 4)], {}
    yield two[two["wave"] == 1], {"group": "arm"}
    yield two.assign(arm=np.where(two["org"] == 0, "programme", "other")), {"group": "arm", "assignment": "randomised"}
    yield two.assign(y=2.0), {}


@pytest.mark.parametrize(("frame", "options"), list(frames()))
def test_nothing_a_result_says_below_l3_holds_the_words(frame, options):
    from sctoolkit import estimate_change

    result = estimate_change(frame, outcome="y", unit="id", wave="wave", cluster="org", n_draws=99, **options)
    assert result.rung in BELOW
    for text in (str(result), str(result.route), json.dumps(result.to_dict()), result._repr_html_()):
        assert not CAUSAL.search(text), CAUSAL.search(text)
