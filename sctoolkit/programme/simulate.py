"""A simulated coproduction programme whose true change is known, for demonstrations and tests.

Nothing in it was observed. Two sides, thirteen organisations that enter at different times, three waves; answers come
from a factor model with thresholds; some people drop out (more often where trust was low), some codes are missing or
mistyped, and new people join.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from sctoolkit.instrument.model import Instrument, NonAnswerKind
from sctoolkit.programme.simulated_logs import (
    ORGANISATIONS,
    WAVES,
    Organisation,
    simulated_engagement_log,
    simulated_phase_log,
    simulated_roster,
)

FloatArray = npt.NDArray[np.float64]
CODE_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"

# Change of the latent score in baseline SD units, at the first and the second wave after entry.
TRUE_CHANGE: Mapping[str, tuple[float, float]] = {
    "bo": (0.0, 0.0), "br": (0.15, 0.25), "li": (0.25, 0.45), "ts": (0.25, 0.5), "tb": (0.35, 0.5),
    "mt": (0.15, 0.3), "sp": (0.2, 0.45), "po": (0.15, 0.3), "cc": (0.1, 0.3), "co": (0.3, 0.6),
}  # fmt: skip
START: Mapping[str, Mapping[str, float]] = {
    "community": {"bo": 0.5, "li": -0.3, "ts": -0.3, "po": -0.2},
    "statutory": {"bo": 0.1, "li": 0.2, "ts": 0.2, "po": 0.2},
}
# Tenure -> share of people, and the part of the true change that they gain: private renters gain none of it.
TENURE: Mapping[str, tuple[float, float]] = {
    "own home": (0.35, 1.0), "private rent": (0.25, 0.0), "social rent": (0.4, 1.0),
}  # fmt: skip
LOADING, ICC, STABILITY, COMMON = 0.72, 0.06, 0.65, 0.35
FATES: tuple[tuple[NonAnswerKind, float, float], ...] = (
    ("dont_know", 0.0, 0.02), ("not_applicable", 0.02, 0.03), ("refused", 0.03, 0.035),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedProgramme:
    """What `simulate_programme` yields.

    Attributes
    ----------
    waves : mapping of str to DataFrame
        Answers of a wave: ``code`` (a self-generated code, sometimes empty or mistyped), ``side``, ``organisation``,
        ``tenure`` (how people live) and one column an item with answer codes; non-answers hold 8 (don't know), 9
        (refused) or 7 (not applicable), and skipped items are empty.
    roster, engagement_log, phase_log : DataFrame
        The programme's own tables, with the columns that `programme` reads.
    true_change : DataFrame
        One row a scale, side, wave and tenure (``all`` for everybody): expected change in scale points of the
        organisations' people since the first wave.
    """

    waves: Mapping[str, pd.DataFrame]
    roster: pd.DataFrame
    engagement_log: pd.DataFrame
    phase_log: pd.DataFrame
    true_change: pd.DataFrame


def simulate_programme(
    instrument: Instrument, *, seed: int = 20260101, organisations: tuple[Organisation, ...] = ORGANISATIONS
) -> SimulatedProgramme:
    """Simulate a coproduction programme that fields an instrument with the scales of the CSCQ.

    Parameters
    ----------
    instrument : Instrument
        Its scales' items are answered; scales outside `TRUE_CHANGE` do not change.
    seed : int
        The same seed gives the same people, answers and logs.
    organisations : tuple of Organisation
        Who takes part.

    Returns
    -------
    SimulatedProgramme

    Notes
    -----
    Answer = number of thresholds below loading * latent + noise; latent = organisation + person + occasion + start of
    the side + change since entry; the shares of variance are ``ICC`` and ``STABILITY``.

    Examples
    --------
    >>> from sctoolkit.instrument.library import load_instrument
    >>> sorted(simulate_programme(load_instrument("cscq")).waves)
    ['1', '2', '3']
    """
    rng = np.random.default_rng(seed)
    scales = {name: scale.items for name, scale in instrument.scale.items() if not _overlaps(instrument, name)}
    people = _people(organisations, rng).assign(tenure=lambda rows: _tenures(len(rows), seed))
    latent = _latent(people, tuple(scales), organisations, rng)
    present = _presence(latent["ts"] if "ts" in latent else next(iter(latent.values())), people, rng)
    waves = {}
    for place, wave in enumerate(WAVES):
        answers = {
            code: _answers(instrument, code, latent[name][:, place], rng)
            for name, items in scales.items()
            for code in items
        }
        frame = pd.DataFrame(
            {
                "code": _codes(people, place, rng),
                "side": people["side"],
                "organisation": people["organisation"],
                "tenure": people["tenure"],
                **answers,
            }
        )
        waves[wave] = frame[present[:, place]].sample(frac=1.0, random_state=seed + place).reset_index(drop=True)
    return SimulatedProgramme(
        waves=waves,
        roster=simulated_roster(organisations),
        engagement_log=simulated_engagement_log(organisations, rng),
        phase_log=simulated_phase_log(organisations),
        true_change=_true_change(instrument, scales, organisations),
    )


def _overlaps(instrument: Instrument, name: str) -> bool:
    """Whether a scale repeats the items of an earlier one."""
    earlier = list(instrument.scale)[: list(instrument.scale).index(name)]
    taken = {code for other in earlier for code in instrument.scale[other].items}
    return any(code in taken for code in instrument.scale[name].items)


def _people(organisations: tuple[Organisation, ...], rng: np.random.Generator) -> pd.DataFrame:
    """One row a person who could ever answer: those there from the start, and a fifth more who join at wave 2."""
    rows = []
    for place, organisation in enumerate(organisations):
        joining = max(1, organisation.people // 5)
        for person in range(organisation.people + joining):
            first = 0 if person < organisation.people else 1
            rows.append((organisation.name, organisation.side, organisation.entry, place, first))
    people = pd.DataFrame(rows, columns=["organisation", "side", "entry", "place", "first"])
    letters = np.array(list(CODE_LETTERS))
    people["key"] = ["".join(key) for key in rng.choice(letters, size=(len(people), 6))]
    return people


def _tenures(n: int, seed: int) -> npt.NDArray[np.str_]:
    """How people live; a generator of its own, so that their answers stay what they would be without."""
    shares = np.array([share for share, _ in TENURE.values()])
    return np.random.default_rng([seed, 2]).choice(np.array(list(TENURE)), size=n, p=shares)


def _latent(
    people: pd.DataFrame, scales: tuple[str, ...], organisations: tuple[Organisation, ...], rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Latent scores by scale, (people, waves); variance 1 within a wave apart from start and change."""
    n = len(people)
    side, place = people["side"].to_numpy(), people["place"].to_numpy()
    common = rng.standard_normal(n)
    scores = {}
    for name in scales:
        organisation = rng.standard_normal(len(organisations))[place] * np.sqrt(ICC)
        person = np.sqrt(COMMON) * common + np.sqrt(1.0 - COMMON) * rng.standard_normal(n)
        stable = organisation + person * np.sqrt(STABILITY - ICC)
        occasion = rng.standard_normal((n, len(WAVES))) * np.sqrt(1.0 - STABILITY)
        start = np.array([START.get(where, {}).get(name, 0.0) for where in side])
        part = np.array([TENURE[tenure][1] for tenure in people["tenure"]])
        change = part[:, None] * _change(name, people["entry"].to_numpy())
        scores[name] = (stable + start)[:, None] + occasion + change
    return scores


def _change(name: str, entry: npt.NDArray[np.int64]) -> FloatArray:
    """Change since baseline in latent SD units, (n, waves), by the wave of entry."""
    first, second = TRUE_CHANGE.get(name, (0.0, 0.0))
    change = np.zeros((len(entry), len(WAVES)))
    for place in range(len(WAVES)):
        since = np.where(entry > 0, place + 2 - entry, 0)
        change[:, place] = np.select([since >= 2, since == 1], [second, first], 0.0)
    return change


def _presence(trust: FloatArray, people: pd.DataFrame, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Who answers at which wave: seven in ten at first; who trusts less comes back less often."""
    n = len(people)
    present = np.zeros((n, len(WAVES)), dtype=np.bool_)
    joined = people["first"].to_numpy()
    present[:, 0] = (joined == 0) & (rng.random(n) < 0.85)
    for place in (1, 2):
        stays = 1.0 / (1.0 + np.exp(-(1.3 + 0.5 * trust[:, place - 1])))
        new = (joined == place) | ((joined < place) & ~present[:, place - 1])
        present[:, place] = np.where(new, rng.random(n) < 0.35, rng.random(n) < stays)
    return present


def _thresholds(categories: int) -> FloatArray:
    """Thresholds of an item: a little more agreement than disagreement."""
    shares = np.array([0.09, 0.19, 0.26, 0.31, 0.15]) if categories == 5 else np.full(categories, 1.0 / categories)
    return np.asarray(special.ndtri(np.cumsum(shares)[:-1]))


def _answers(instrument: Instrument, code: str, latent: FloatArray, rng: np.random.Generator) -> list[str]:
    """Answers of one item as the text that an export holds."""
    response = instrument.response_of(code)
    allowed = sorted(answer.code for answer in response.codes)
    tendency = LOADING * latent + np.sqrt(1.0 - LOADING**2) * rng.standard_normal(len(latent))
    step = np.searchsorted(_thresholds(len(allowed)), tendency)
    if instrument.by_code[code].keying == -1:
        step = len(allowed) - 1 - step
    non_answers = {entry.kind: str(entry.code) for entry in response.missing}
    fate = rng.random(len(latent))
    texts = [str(allowed[place]) for place in step]
    for kind, low, high in FATES:
        texts = [
            non_answers.get(kind, "") if low <= draw < high else text for text, draw in zip(texts, fate, strict=True)
        ]
    return ["" if 0.035 <= draw < 0.055 else text for text, draw in zip(texts, fate, strict=True)]


def _codes(people: pd.DataFrame, place: int, rng: np.random.Generator) -> list[str]:
    """Self-generated codes as written: after the first wave one in ten is empty and one in twenty has a slip."""
    n = len(people)
    fate, where, slip = rng.random(n), rng.integers(0, 6, n), rng.integers(0, len(CODE_LETTERS), n)
    return [
        key if place == 0 or draw >= 0.15 else "" if draw < 0.10 else key[:at] + CODE_LETTERS[letter] + key[at + 1 :]
        for key, draw, at, letter in zip(people["key"], fate, where, slip, strict=True)
    ]


def expected_item(instrument: Instrument, code: str, mean: float) -> float:
    """Expected keyed value of an item when the latent score is normal with this mean and variance 1."""
    response = instrument.response_of(code)
    values = np.sort([answer.score for answer in response.codes])
    steps = np.diff(values)
    return float(values[0] + np.sum(steps * special.ndtr(LOADING * mean - _thresholds(len(values)))))


def _points(
    instrument: Instrument, items: tuple[str, ...], start: float, change: FloatArray, weights: FloatArray
) -> float:
    """Expected change of a scale in points when the latent scores of organisations change by so much."""
    distinct, which = np.unique(change, return_inverse=True)
    points = [
        np.mean([expected_item(instrument, code, start + c) - expected_item(instrument, code, start) for code in items])
        for c in distinct
    ]
    return float(np.average(np.array(points)[which], weights=weights))


def _true_change(
    instrument: Instrument, scales: Mapping[str, tuple[str, ...]], organisations: tuple[Organisation, ...]
) -> pd.DataFrame:
    rows = []
    for name, items in scales.items():
        for side in dict.fromkeys(entry.side for entry in organisations):
            start = START.get(side, {}).get(name, 0.0)
            mine = [entry for entry in organisations if entry.side == side]
            weights = np.array([entry.people for entry in mine], dtype=np.float64)
            change = _change(name, np.array([entry.entry for entry in mine]))
            for place, wave in enumerate(WAVES[1:], start=1):
                gains = {
                    tenure: _points(instrument, items, start, part * change[:, place], weights)
                    for tenure, (_, part) in TENURE.items()
                }
                together = float(np.average(list(gains.values()), weights=[share for share, _ in TENURE.values()]))
                at = {"scale": name, "side": side, "wave": wave}
                rows += [
                    {**at, "tenure": tenure, "change": gain} for tenure, gain in {"all": together, **gains}.items()
                ]
    return pd.DataFrame(rows)
