"""Link the waves of a survey."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import DataError, OptionError, did_you_mean
from sctoolkit.result import Provenance
from sctoolkit.survey.chance_links import chance_agreement
from sctoolkit.survey.code_distance import Tokens, near_pairs, tokens
from sctoolkit.survey.combine import combine
from sctoolkit.survey.linkage import LINKS, Candidate, Linkage, Step, link_caveats
from sctoolkit.survey.responses import Responses

MANY = 300
"""People in one block from which links of near codes need a closer look."""
CROWDED = 0.5
FEW = 4
"""Where more than this share of at least so many people have a neighbour one slip apart in their own wave, no slip is
tolerated: running numbers are all neighbours, while sound codes of a few hundred people have a few percent."""


def link(
    *waves: Responses,
    key: str,
    tolerance: int = 1,
    block: str | None = None,
    stable: Sequence[str] = (),
) -> Linkage:
    """Find the same people in several waves.

    Parameters
    ----------
    *waves : Responses
        Answers of one wave each, or one set of answers with a ``wave`` role.
    key : str
        The role or kept column with the number or self-generated code of a person. A code in several columns is
        compared element by element (``columns={"respondent": ["mother", "month", "house"]}``). A column in which
        two people may bear one code is kept (``keep=["code"]``) and named here.
    tolerance : {0, 1, 2}
        0: equal codes only, as for numbers given by the programme and for pseudonyms (``key_file``), in which one slip
        changes everything. 1: codes one slip apart are linked where no third
        code comes near. 2: the same, and pairs two slips apart are listed for review.
    block : str, optional
        Role or kept column (`organisation`) outside of which nobody is linked. Nobody is linked over two sides.
    stable : sequence of str
        Roles or kept columns that do not change (birth year, sex). A pair that contradicts itself there is not
        linked but listed for review; a blank contradicts nothing.

    Returns
    -------
    Linkage
        ``responses`` with people as respondents, counts of exact, near, ambiguous, new and lost, the number of links
        expected by chance, pairs to review, and `lost_comparison`.

    Raises
    ------
    DataError
        If there are fewer than two waves, or a column is absent.
    OptionError
        If ``tolerance`` is none of 0, 1, 2.

    Notes
    -----
    A link is made only where it is unique both ways. Later waves are linked to everybody seen before, by the code they
    used last. Links expected by chance are the chance that two people are that near, times the pairs of people
    who have no partner.

    Examples
    --------
    >>> import pandas as pd
    >>> from sctoolkit.survey.frame import from_frame
    >>> one = pd.DataFrame({"code": ["an05", "bo11", "cy30"], "LON1": [1, 2, 3]})
    >>> two = pd.DataFrame({"code": ["an05", "bo12", "zz99"], "LON1": [1, 2, 3]})
    >>> named = {"respondent": "code", "LON2": None, "LON3": None}
    >>> waves = [from_frame(f, "ucla3", columns=named, wave=w) for w, f in enumerate((one, two))]
    >>> linkage = link(*waves, key="respondent")
    >>> linkage.frame()["link"].tolist()
    ['new', 'new', 'new', 'exact', 'off_by_one', 'new']
    """
    if tolerance not in (0, 1, 2):
        raise OptionError(
            f"`tolerance` must be 0, 1 or 2, not `{tolerance}`.",
            hint="It is how many slips apart two codes may be; 1 is usual, 0 for numbers given by the programme.",
        )
    whole = combine(*waves)
    if len(whole.waves()) < 2:
        raise DataError(
            f"Linking needs at least two waves, and the data hold {len(whole.waves())}.",
            hint="Give one file a wave, `read(path, wave=1)`, or name the column: `columns={'wave': '...'}`.",
        )
    blocks = _blocks(whole, block)
    table = _Table(whole, _column(whole, key), blocks, [_column(whole, name) for name in stable], tolerance)
    steps = [_link_wave(table, wave, first=place == 0) for place, wave in enumerate(whole.waves())]
    persons = _names(table)
    return Linkage(
        responses=dataclasses.replace(whole, roles={"respondent": persons, **_without(whole, "respondent")}),
        links=table.links,
        steps=tuple(step for step in steps if step is not None),
        candidates=tuple(table.candidates),
        provenance=Provenance(
            analysis="link",
            instrument=whole.instrument.id,
            instrument_version=whole.instrument.version,
            waves=whole.waves(),
            n_in=whole.n,
            n_used=int((table.person >= 0).sum()),
            options={"key": key, "tolerance": tolerance, "block": block, "stable": list(stable)},
            inputs=whole.provenance.inputs,
        ),
        caveats=(
            *whole.caveats,
            *link_caveats(
                [step for step in steps if step],
                tolerance=tolerance,
                blocked=block is not None,
                many=MANY,
                crowded=table.crowded,
            ),
        ),
    )


@dataclass(slots=True)
class _Table:
    """The rows of all waves while they are being linked."""

    whole: Responses
    codes: npt.NDArray[Any]
    blocks: list[str]
    stable: list[npt.NDArray[Any]]
    tolerance: int
    tokens: list[Tokens] = field(init=False)
    person: npt.NDArray[np.int64] = field(init=False)
    links: npt.NDArray[np.int8] = field(init=False)
    last: dict[int, int] = field(default_factory=dict)
    candidates: list[Candidate] = field(default_factory=list)
    crowded: float = 0.0

    def __post_init__(self) -> None:
        self.tokens = [tokens(code) if code.strip("| ") else () for code in self.codes.tolist()]
        self.person = np.full(self.whole.n, -1, dtype=np.int64)
        self.links = np.full(self.whole.n, LINKS.index("without_key"), dtype=np.int8)

    def block_of(self, row: int) -> str:
        return self.blocks[row]

    def contradict(self, one: int, two: int) -> bool:
        pairs = ((str(column[one]), str(column[two])) for column in self.stable)
        return any(a != b and bool(a) and bool(b) for a, b in pairs)

    def join(self, row: int, person: int, how: str) -> None:
        self.person[row], self.links[row], self.last[person] = person, LINKS.index(how), row

    def leave_open(self, earlier: int, row: int, apart: int, why: str) -> None:
        waves, rows = self.whole.role("wave"), self.whole.rows
        self.candidates.append(Candidate(waves[earlier], int(rows[earlier]), waves[row], int(rows[row]), apart, why))


def _link_wave(table: _Table, wave: str, *, first: bool) -> Step | None:
    """Link the rows of one wave to the people seen before; return the counts, or None for the first wave."""
    rows = [int(row) for row in np.flatnonzero(table.whole.role("wave") == wave)]
    keyed = [row for row in rows if table.tokens[row]]
    before = dict(table.last)
    expected, unsure = 0.0, set[int]()
    for block in dict.fromkeys(table.block_of(row) for row in keyed):
        ours = [row for row in before.values() if table.block_of(row) == block]
        theirs = [row for row in keyed if table.block_of(row) == block]
        unsure |= _link_exact(table, ours, theirs)
        slips = table.tolerance > 0 and not _too_alike(table, theirs)
        if slips:
            unsure |= _link_near(table, ours, theirs, unsure)
        expected += 0.0 if first else _expected(table, ours, theirs, limit=int(slips))
    for row in keyed:
        if table.person[row] < 0:
            table.join(row, len(table.last), "ambiguous" if row in unsure else "new")
    if first:
        return None
    counts = Counter(LINKS[link] for link in table.links[rows])
    return Step(wave, len(before), len(rows), counts["exact"], counts["off_by_one"], counts["ambiguous"],
                counts["without_key"], expected)  # fmt: skip


def _link_exact(table: _Table, ours: Sequence[int], theirs: Sequence[int]) -> set[int]:
    """Link equal codes that stand once on each side; return the rows that fit but were left open."""
    earlier = _by_code(table, ours)
    open_rows = set()
    for code, rows in _by_code(table, theirs).items():
        partners = earlier.get(code, [])
        if len(partners) == 1 and len(rows) == 1 and not table.contradict(partners[0], rows[0]):
            table.join(rows[0], int(table.person[partners[0]]), "exact")
            continue
        for row in rows if partners else ():
            open_rows.add(row)
            why = "several people bear this code" if len(partners) * len(rows) > 1 else "stable facts differ"
            for partner in partners:
                table.leave_open(partner, row, 0, why)
    return open_rows


def _too_alike(table: _Table, rows: Sequence[int]) -> bool:
    """Whether codes of different people are so often one slip apart (running numbers) that slips cannot be told."""
    codes = [table.tokens[row] for row in rows]
    crowded = {one for one, _, _ in near_pairs(codes, codes, 1)}
    if len(rows) < FEW or len(crowded) <= CROWDED * len(rows):
        return False
    table.crowded = max(table.crowded, len(crowded) / len(rows))
    return True


def _by_code(table: _Table, rows: Sequence[int]) -> dict[Tokens, list[int]]:
    found: dict[Tokens, list[int]] = {}
    for row in rows:
        found.setdefault(table.tokens[row], []).append(row)
    return found


def _link_near(table: _Table, ours: Sequence[int], theirs: Sequence[int], unsure: set[int]) -> set[int]:
    """Link codes one slip apart where neither has another partner; return the rows that were left open."""
    taken = {int(table.person[row]) for row in theirs if table.person[row] >= 0}
    free = [row for row in ours if int(table.person[row]) not in taken]
    loose = [row for row in theirs if table.person[row] < 0 and row not in unsure]
    pairs = near_pairs([table.tokens[row] for row in free], [table.tokens[row] for row in loose], table.tolerance)
    by_apart = [[(free[a], loose[b]) for a, b, apart in pairs if apart == slips] for slips in (1, 2)]
    mine, yours = (Counter(pair[side] for pair in by_apart[0]) for side in (0, 1))
    open_rows = set()
    for partner, row in by_apart[0]:
        if mine[partner] == 1 and yours[row] == 1 and not table.contradict(partner, row):
            table.join(row, int(table.person[partner]), "off_by_one")
        else:
            open_rows.add(row)
            alone = mine[partner] == 1 and yours[row] == 1
            table.leave_open(partner, row, 1, "stable facts differ" if alone else "several codes are this near")
    for partner, row in by_apart[1]:
        if table.person[row] < 0 and table.last[int(table.person[partner])] == partner:
            table.leave_open(partner, row, 2, "two slips apart")
    return open_rows


def _expected(table: _Table, ours: Sequence[int], theirs: Sequence[int], *, limit: int) -> float:
    """Links by chance: the chance that two people are that near, times the pairs of people without a partner."""
    linked = sum(1 for row in theirs if table.person[row] >= 0)
    share = chance_agreement([table.tokens[row] for row in ours], [table.tokens[row] for row in theirs], limit)
    return share * (len(ours) - linked) * (len(theirs) - linked)


def _names(table: _Table) -> npt.NDArray[Any]:
    """Return a name for every row's person: the code first used, numbered where several people bear it."""
    first: dict[int, str] = {}
    used: Counter[str] = Counter()
    names = np.full(table.whole.n, "", dtype=object)
    for row, person in enumerate(table.person.tolist()):
        if person < 0:
            continue
        if person not in first:
            code = str(table.codes[row])
            used[code] += 1
            first[person] = code if used[code] == 1 else f"{code} ({used[code]})"
        names[row] = first[person]
    return names


def _blocks(whole: Responses, block: str | None) -> list[str]:
    """Return the block of each row: its side, where the answers have sides, and the block that the caller names."""
    parts = [whole.roles["side"].tolist()] if "side" in whole.roles else []
    parts += [] if block is None else [_column(whole, block).tolist()]
    return ["|".join(map(str, row)) for row in zip(*parts, strict=True)] if parts else [""] * whole.n


def _column(whole: Responses, name: str) -> npt.NDArray[Any]:
    columns = {**whole.extra, **whole.roles}
    if name not in columns:
        raise DataError(
            f"The answers must carry the column `{name}`, and they do not.",
            hint=(*did_you_mean(name, columns), f"Keep it when reading: `keep=['{name}']`."),
        )
    texts = ["" if value is None or value != value else str(value).strip() for value in columns[name].tolist()]
    return np.array(texts, dtype=object)


def _without(whole: Responses, role: str) -> dict[str, npt.NDArray[Any]]:
    return {name: column for name, column in whole.roles.items() if name != role}
