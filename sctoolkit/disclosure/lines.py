"""Which published counts add up to which: the equations that a reader can set up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.disclosure.table import Who


@dataclass(frozen=True, slots=True)
class Line:
    """``whole`` is the sum of ``parts`` and of ``rest`` people who are in none of them."""

    whole: Who
    parts: tuple[Who, ...]
    rest: int


def lines(counts: Mapping[Who, int], same: Iterable[tuple[Who, Who]] = ()) -> tuple[Line, ...]:
    """Return every sum that holds between these groups of people, over all tables of a report.

    A group is a part of another when it has all its attributes and more. Parts that share their attributes' names
    exclude each other; where they add up to more than the whole (people counted twice), each is a line of its own.
    ``same`` holds pairs of names for the same people; lines are found by both and speak of the first.

    Examples
    --------
    >>> from sctoolkit.disclosure.table import who
    >>> found = lines({who(wave=1): 30, who(wave=1, side="a"): 18, who(wave=1, side="b"): 12})
    >>> [(line.whole, len(line.parts), line.rest) for line in found]
    [((('wave', '1'),), 2, 0)]
    """
    by_names: dict[frozenset[str], list[Who]] = defaultdict(list)
    for key in sorted(counts):
        by_names[frozenset(name for name, _ in key)].append(key)
    found: list[Line] = []
    for outer, wholes in by_names.items():
        for inner, candidates in by_names.items():
            if outer < inner:
                found += _between(wholes, candidates, outer, counts)
    first = {other: one for one, other in same}
    return tuple(
        Line(first.get(line.whole, line.whole), tuple(first.get(part, part) for part in line.parts), line.rest)
        for line in found
    )


def _between(wholes: list[Who], candidates: list[Who], names: frozenset[str], counts: Mapping[Who, int]) -> list[Line]:
    """Return the lines from groups with some attributes to groups with more."""
    children: dict[Who, list[Who]] = defaultdict(list)
    for key in candidates:
        children[tuple(pair for pair in key if pair[0] in names)].append(key)
    found = []
    for whole in wholes:
        parts = tuple(children.get(whole, ()))
        rest = counts[whole] - sum(counts[part] for part in parts)
        if not parts:
            continue
        if rest >= 0:
            found.append(Line(whole, parts, rest))
        else:
            shares = ((part, counts[whole] - counts[part]) for part in parts)
            found += [Line(whole, (part,), left) for part, left in shares if left >= 0]
    return found
