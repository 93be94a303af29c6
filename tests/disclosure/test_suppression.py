"""Nothing hidden can be worked out: hand cases, and random releases audited by linear programming of the test's own."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sctoolkit.disclosure.lines import lines
from sctoolkit.disclosure.presets import get_preset, presets
from sctoolkit.disclosure.suppression import derivable, suppress
from sctoolkit.disclosure.table import Who, key_of, who

RULES = get_preset("uk-tre-10")


def test_two_parts_one_small_hides_both() -> None:
    counts = {who(wave=1): 35, who(wave=1, side="a"): 5, who(wave=1, side="b"): 30}
    assert suppress(counts, RULES) == {who(wave=1, side="a"): 0, who(wave=1, side="b"): 0}


def test_hidden_parts_add_up_to_the_threshold() -> None:
    """Two hidden counts of 2 and 3 would tell that five people are in neither of the shown parts; a third is hidden."""
    parts = {who(wave=1, organisation=name): n for name, n in zip("abcd", (2, 3, 40, 20), strict=True)}
    unknown = suppress({who(wave=1): 65, **parts}, RULES)
    assert set(unknown) == {who(wave=1, organisation=name) for name in "abd"}


def test_zero_is_hidden_where_the_preset_says_so() -> None:
    counts = {who(wave=1): 60, who(wave=1, side="a"): 0, who(wave=1, side="b"): 25, who(wave=1, side="c"): 35}
    assert who(wave=1, side="a") in suppress(counts, RULES)
    assert suppress(counts, get_preset("scotland-nes")) == {}


def test_everybody_in_one_answer_is_hidden() -> None:
    counts = {who(item="x"): 50, who(item="x", answer=1): 0, who(item="x", answer=2): 50}
    hidden = set(suppress(counts, get_preset("scotland-nes")))
    assert hidden == {who(item="x", answer=1), who(item="x", answer=2)}


def test_few_lost_are_protected_by_a_lower_bound_on_the_linked() -> None:
    linked = key_of({"wave": 1, "followed": "yes"})
    unknown = suppress({who(wave=1): 58, linked: 52}, RULES)
    assert unknown == {linked: 45}


def test_nobody_lost_hides_nothing() -> None:
    linked = key_of({"wave": 1, "followed": "yes"})
    assert suppress({who(wave=1): 58, linked: 58}, RULES) == {}


def test_bounds_are_lowered_before_more_is_hidden() -> None:
    """30 asked, 28 answered, 24 of them scored: both counts become bounds, neither is hidden."""
    answered, scored = key_of({"asked": 1, "answered": "yes"}), key_of({"asked": 1, "answered": "yes", "scored": "yes"})
    unknown = suppress({who(asked=1): 30, answered: 28, scored: 24}, RULES)
    assert set(unknown) == {answered, scored}
    assert min(unknown.values()) >= 10
    assert derivable({who(asked=1): 30, answered: 28, scored: 24}, unknown, RULES) == ()


def test_sums_that_no_table_prints_bind_tables_together() -> None:
    """Scores by side (57 of 60, 30 of 40) and people without a score by wave (13): 13 less 10 would tell the 3."""
    yes, no = key_of({"wave": 1, "scored": "yes"}), key_of({"wave": 1, "scored": "no"})
    reason = key_of({"wave": 1, "scored": "no", "reason": "no answer"})
    first, second = key_of({"wave": 1, "side": "a", "scored": "yes"}), key_of({"wave": 1, "side": "b", "scored": "yes"})
    counts = {who(wave=1): 100, who(wave=1, side="a"): 60, who(wave=1, side="b"): 40, yes: 87, no: 13, reason: 13,
              first: 57, second: 30}  # fmt: skip
    alone = suppress({key: n for key, n in counts.items() if key not in (yes, no)}, RULES)
    bound = suppress(counts, RULES, latent={yes, no})
    assert set(alone) == {first}
    assert bound.keys() & {second, reason}
    assert derivable(counts, {**bound, yes: 0, no: 0}, RULES, latent={yes, no}) == ()


def test_a_second_table_cannot_undo_the_first() -> None:
    """Sides by wave are shown in one table, organisations in another; a hidden organisation stays hidden."""
    counts = {who(wave=1): 60, who(wave=1, organisation="a"): 4, who(wave=1, organisation="b"): 56}
    counts |= {who(wave=1, side="x"): 30, who(wave=1, side="y"): 30}
    counts |= {who(wave=1, side="x", organisation="a"): 4, who(wave=1, side="x", organisation="b"): 26}
    unknown = suppress(counts, RULES)
    assert derivable(counts, unknown, RULES) == ()
    assert who(wave=1, organisation="b") in unknown
    assert who(wave=1, side="x", organisation="b") in unknown


def test_two_names_of_the_same_people_are_hidden_together() -> None:
    one, other = key_of({"wave": 1, "followed": "linked"}), key_of({"wave": 2, "came from": "linked"})
    counts = {who(wave=1): 80, one: 60, key_of({"wave": 1, "followed": "lost"}): 20}
    counts |= {who(wave=2): 64, other: 60, key_of({"wave": 2, "came from": "new"}): 4}
    unknown = suppress(counts, RULES, [(one, other)])
    assert one in unknown
    assert other not in unknown
    assert derivable(counts, unknown, RULES, lines(counts, [(one, other)])) == ()


@pytest.mark.parametrize("name", [name for name in presets() if presets()[name].secondary])
def test_a_release_without_small_counts_is_left_alone(name: str) -> None:
    counts = {who(wave=1): 60, who(wave=1, side="a"): 25, who(wave=1, side="b"): 35}
    assert suppress(counts, get_preset(name)) == {}


@st.composite
def releases(draw: st.DrawFn) -> dict[Who, int]:
    """Counts of people by wave, side and organisation, with margins, and of those scored on two scales."""
    sides, organisations = draw(st.integers(1, 2)), draw(st.integers(0, 3))
    counts: dict[Who, int] = {}
    small = st.integers(0, 30)
    for wave in range(draw(st.integers(1, 2))):
        cells = np.array([[draw(small) for _ in range(max(organisations, 1))] for _ in range(sides)])
        counts[who(wave=wave)] = int(cells.sum())
        for side in range(sides):
            counts[who(wave=wave, side=side)] = int(cells[side].sum())
            for scale in ("u", "v")[: draw(st.integers(0, 2))]:
                missing = draw(st.integers(0, int(cells[side].sum())))
                scored = key_of({"wave": wave, "side": side, f"scored:{scale}": "yes"})
                counts[scored] = int(cells[side].sum()) - missing
        for number in range(organisations):
            counts[who(wave=wave, organisation=number)] = int(cells[:, number].sum())
            for side in range(sides):
                counts[who(wave=wave, side=side, organisation=number)] = int(cells[side, number])
    return counts


@settings(max_examples=25, deadline=None)
@given(releases())
def test_no_hidden_count_can_be_derived(counts: dict[Who, int]) -> None:
    """The reader knows every shown count, every lower bound and that groups nest; each hidden count stays unknown.

    The reader's equations are set up here from the meaning of the keys (a cell for each atom of people), not with
    the code under test, and solved for the least and the most that each hidden count can be.
    """
    unknown = suppress(counts, RULES)
    for key, count in counts.items():
        assert not RULES.too_few(count) or unknown[key] == 0
    protected = {key: (_inside(key, _atoms(counts)), counts[key]) for key in counts if key in unknown}
    for key, count in counts.items():
        whole = tuple(pair for pair in key if not pair[0].startswith("scored"))
        if whole != key and 0 < counts[whole] - count < RULES.hide_below:
            missing = _inside(whole, _atoms(counts)) - _inside(key, _atoms(counts))
            protected[(("not", ""), *key)] = (missing, counts[whole] - count)
    for key, (least, most) in _reader(counts, unknown, protected).items():
        assert most - least >= RULES.hide_below - 1e-6, key
        assert least - 1e-6 <= protected[key][1] <= most + 1e-6


def _atoms(counts: dict[Who, int]) -> list[dict[str, str]]:
    """Return the smallest groups of people: wave x side x organisation x scored on u x scored on v."""
    names = sorted({name for key in counts for name, _ in key})
    values = {name: sorted({value for key in counts for n, value in key if n == name}) for name in names}
    for name in names:
        if name.startswith("scored"):
            values[name] = ["yes", "no"]
    return [dict(zip(names, combination, strict=True)) for combination in itertools.product(*values.values())]


def _inside(key: Who, atoms: list[dict[str, str]]) -> np.ndarray:
    return np.array([float(all(atom[name] == value for name, value in key)) for atom in atoms])


def _reader(
    counts: dict[Who, int], unknown: dict[Who, int], wanted: dict[Who, tuple[np.ndarray, int]]
) -> dict[Who, tuple[float, float]]:
    """Return the least and the most that each wanted count can be, for a reader who knows all that is shown."""
    atoms = _atoms(counts)
    shown = [key for key in counts if key not in unknown]
    known = {"A_eq": np.array([_inside(key, atoms) for key in shown]), "b_eq": [counts[key] for key in shown]}
    bounds = {
        "A_ub": np.array([-_inside(key, atoms) for key in unknown]),
        "b_ub": [-float(b) for b in unknown.values()],
    }
    system = {**(known if shown else {}), **(bounds if unknown else {})}
    found = {}
    for key, (aim, _) in wanted.items():
        least, most = linprog(aim, method="highs", **system), linprog(-aim, method="highs", **system)
        found[key] = (least.fun if least.status == 0 else -np.inf, -most.fun if most.status == 0 else np.inf)
    return found


def _followed(n_first: int, linked: int, new: int) -> dict[Who, int]:
    """Two waves, the people linked between them, and those of them who have a score at both."""
    return {
        who(wave=1): n_first,
        who(wave=2): linked + new,
        key_of({"wave": 1, "followed:2": "linked"}): linked,
        key_of({"wave": 1, "followed:2": "lost"}): n_first - linked,
        key_of({"wave": 2, "came from:1": "linked"}): linked,
        key_of({"wave": 2, "came from:1": "new"}): new,
        key_of({"wave": 1, "followed:2": "linked", "scored:trust": "yes"}): linked,
    }


SAME_LINKED = [(key_of({"wave": 1, "followed:2": "linked"}), key_of({"wave": 2, "came from:1": "linked"}))]


@pytest.mark.parametrize(("n_first", "linked", "new"), [(220, 200, 0), (200, 196, 0), (220, 200, 5), (200, 200, 0)])
def test_few_new_or_lost_people_do_not_hide_those_who_were_followed(n_first, linked, new):
    """The usual study before and after: figures on the people at both waves stay, their number is a lower bound."""
    counts = _followed(n_first, linked, new)
    unknown = suppress(counts, RULES, SAME_LINKED)
    told = key_of({"wave": 1, "followed:2": "linked", "scored:trust": "yes"})
    assert unknown.get(told, linked) >= linked - 3 * RULES.hide_below
    for name in ("lost", "new"):
        key = next(key for key in counts if ("followed:2", name) in key or ("came from:1", name) in key)
        assert (key in unknown) or not 0 < counts[key] < RULES.hide_below
    assert derivable(counts, unknown, RULES, lines(counts, SAME_LINKED)) == ()


def test_figures_on_the_many_go_where_they_would_tell_the_few():
    """Of 100 people followed, 6 are on one side: with the mean of all and of the 94 theirs could be worked out."""
    linked = {"wave": 1, "followed:2": "linked"}
    counts = {key_of(linked): 100, key_of({**linked, "side": "a"}): 94, key_of({**linked, "side": "b"}): 6}
    unknown = suppress(counts, RULES)
    assert unknown[key_of({**linked, "side": "b"})] == 0
    assert unknown[key_of({**linked, "side": "a"})] == 0


def test_nobody_on_either_side_is_not_everybody_giving_one_answer():
    new = {"wave": 2, "came from:1": "new"}
    counts = {key_of(new): 0, key_of({**new, "side": "a"}): 0, key_of({**new, "side": "b"}): 0}
    assert suppress(counts, RULES) == {}
