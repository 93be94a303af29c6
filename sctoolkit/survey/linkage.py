"""The same person over waves: by a number, or by a self-generated code that tolerates one slip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.instrument.keying import keyed_values
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame
from sctoolkit.survey.responses import Responses

LINKS: tuple[str, ...] = ("new", "exact", "off_by_one", "ambiguous", "without_key")
"""How a row came to its person: ``new`` was not seen before, ``ambiguous`` was left alone for a human to decide."""


@dataclass(frozen=True, slots=True)
class Step:
    """One wave linked to all earlier ones."""

    wave: str
    n_before: int
    n_rows: int
    exact: int
    off_by_one: int
    ambiguous: int
    without_key: int
    expected_false: float

    @property
    def linked(self) -> int:
        """Rows linked to somebody seen before."""
        return self.exact + self.off_by_one

    @property
    def new(self) -> int:
        """Rows of people not seen before, as far as one can tell."""
        return self.n_rows - self.linked - self.ambiguous - self.without_key

    @property
    def lost(self) -> int:
        """People seen before and not in this wave."""
        return self.n_before - self.linked


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair that a human must decide: where the two rows stand, how far their codes are apart, and why it was left."""

    earlier_wave: str
    earlier_row: int
    wave: str
    row: int
    apart: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Linkage(Result):
    """Who is who over the waves.

    Attributes
    ----------
    responses : Responses
        All rows, with the role ``respondent`` holding the person found ("" for rows without a key).
    links : (n,) int8 array
        How each row came to its person, as an index into `LINKS`.
    steps : tuple of Step
        One a wave after the first.
    candidates : tuple of Candidate
        Pairs left for a human: ambiguous, contradicting, or two slips apart.
    """

    responses: Responses
    links: npt.NDArray[np.int8]
    steps: tuple[Step, ...]
    candidates: tuple[Candidate, ...]
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def __post_init__(self) -> None:
        self.links.setflags(write=False)

    def frame(self) -> pd.DataFrame:
        """Return one row a row of the data: wave, source, row number, person, and how the link was made."""
        responses = self.responses
        return pd.DataFrame(
            {
                "wave": responses.role("wave"),
                "source": responses.sources,
                "row": responses.rows,
                "person": responses.role("respondent"),
                "link": np.array(LINKS, dtype=object)[self.links],
            }
        )

    def review(self) -> pd.DataFrame:
        """Return the pairs that were left for a human to decide, one row a pair; codes are not shown."""
        names = ("earlier_wave", "earlier_row", "wave", "row", "apart", "why")
        return pd.DataFrame([{name: getattr(pair, name) for name in names} for pair in self.candidates], columns=names)

    def lost_comparison(self) -> pd.DataFrame:
        """Compare, in the first wave, the people who were seen again with those who were not, item by item.

        Returns
        -------
        DataFrame
            ``item, n_linked, n_lost, mean_linked, mean_lost, difference, std_difference``: keyed values; the difference
            is linked minus lost, standardised by the SD of both together. nan where a group has no answer.
        """
        return lost_comparison(self.responses)

    def tidy(self) -> pd.DataFrame:
        """Return counts, one row a wave after the first and term; ``n_obs`` is the rows of that wave."""
        rows = []
        for step in self.steps:
            counts = {
                "exact": step.exact,
                "off_by_one": step.off_by_one,
                "ambiguous": step.ambiguous,
                "without_key": step.without_key,
                "new": step.new,
                "lost": step.lost,
                "expected_false_links": step.expected_false,
            }
            rows += [
                {"wave": step.wave, "term": term, "estimate": float(count), "n_obs": step.n_rows, "method": "count"}
                for term, count in counts.items()
            ]
        return tidy_frame(rows)

    def glance(self) -> pd.DataFrame:
        """Return one row: rows, people, and how many of them were seen in more than one wave."""
        persons = pd.Series(self.responses.role("respondent"))
        seen = persons[persons != ""].value_counts()
        row = {"n_obs": self.responses.n, "n_persons": len(seen), "n_linked": int((seen > 1).sum())}
        return pd.DataFrame([{**row, "n_review": len(self.candidates)}])


def lost_comparison(responses: Responses) -> pd.DataFrame:
    """Return the comparison of `Linkage.lost_comparison` for answers whose respondents are linked."""
    persons, waves = responses.role("respondent"), responses.role("wave")
    first = waves == responses.waves()[0]
    again = set(persons[~first].tolist()) - {""}
    linked = np.array([person in again for person in persons[first].tolist()], dtype=bool)
    rows: list[Mapping[str, Any]] = []
    for place, item in enumerate(responses.items):
        values = keyed_values(responses.instrument, item, responses.codes[first, place])
        rows.append({"item": item, **_compare(values[linked], values[~linked])})
    columns = ("item", "n_linked", "n_lost", "mean_linked", "mean_lost", "difference", "std_difference")
    return pd.DataFrame(rows, columns=columns)


def _compare(linked: npt.NDArray[np.float64], lost: npt.NDArray[np.float64]) -> dict[str, float]:
    linked, lost = linked[~np.isnan(linked)], lost[~np.isnan(lost)]
    means = [float(group.mean()) if len(group) else float("nan") for group in (linked, lost)]
    both = np.concatenate([linked, lost])
    spread = float(both.std(ddof=1)) if len(both) > 1 else float("nan")
    gap = means[0] - means[1]
    return {
        "n_linked": len(linked),
        "n_lost": len(lost),
        "mean_linked": means[0],
        "mean_lost": means[1],
        "difference": gap,
        "std_difference": gap / spread if spread > 0 else float("nan"),
    }


def link_caveats(
    steps: Sequence[Step], *, tolerance: int, blocked: bool, many: int, crowded: float
) -> tuple[Caveat, ...]:
    """Return what must be said beside the links: chance links, pairs left open, large groups without blocks."""
    caveats = []
    if crowded:
        caveats.append(
            Caveat(
                code="codes_too_alike",
                sentence=f"No slips were tolerated: {crowded:.0%} of people have a code one slip from another's.",
                numbers={"share": crowded},
            )
        )
    largest = max((step.n_rows for step in steps), default=0)
    if tolerance and largest > many and not blocked:
        caveats.append(
            Caveat(
                code="many_people",
                sentence=f"Codes one slip apart were linked among {largest} people at once; name a `block` (site).",
                numbers={"n": largest, "threshold": many},
            )
        )
    expected = sum(step.expected_false for step in steps)
    if expected >= 0.5:
        caveats.append(
            Caveat(
                code="chance_links",
                sentence=f"About {expected:.1f} of the links are to be expected by chance alone.",
                numbers={"expected": expected},
            )
        )
    open_pairs = sum(step.ambiguous for step in steps)
    if open_pairs:
        caveats.append(
            Caveat(
                code="ambiguous_links",
                sentence=f"{open_pairs} rows fit several people and were not linked; see `review()`.",
                numbers={"n": open_pairs},
                n_people=open_pairs,
            )
        )
    return tuple(caveats)
