"""How far two self-generated codes are apart, and which codes of two lists are near each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

JOIN = "|"
"""Between the elements of a code that stands in several columns."""

Tokens = tuple[str, ...]
_ANY = "\x00"


def tokens(code: str) -> Tokens:
    """Return the elements of a code: those between bars, or else its characters; case and spaces are folded.

    Examples
    --------
    >>> tokens("A1 b"), tokens("anna|3|May")
    (('a', '1', 'b'), ('anna', '3', 'may'))
    """
    if JOIN in code:
        return tuple(" ".join(part.split()).casefold() for part in code.split(JOIN))
    return tuple("".join(code.split()).casefold())


def distance(one: Tokens, two: Tokens, limit: int) -> int:
    """Return in how many elements two codes differ, or ``limit + 1`` when it is more.

    Codes of equal length are compared place by place; a character left out or put in counts 1 as well.

    Examples
    --------
    >>> distance(tokens("ab12"), tokens("ab13"), 2), distance(tokens("ab12"), tokens("b12"), 2)
    (1, 1)
    """
    if len(one) == len(two):
        return min(sum(a != b for a, b in zip(one, two, strict=True)), limit + 1)
    if abs(len(one) - len(two)) > limit:
        return limit + 1
    return min(_edits(one, two), limit + 1)


def _edits(one: Tokens, two: Tokens) -> int:
    """Smallest number of elements to change, leave out or put in (Levenshtein)."""
    row = list(range(len(two) + 1))
    for i, a in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(two, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def near_pairs(ours: Sequence[Tokens], theirs: Sequence[Tokens], limit: int) -> list[tuple[int, int, int]]:
    """Return (place in ``ours``, place in ``theirs``, distance) of all pairs with a distance of 1 to ``limit``.

    Two codes are looked at together only when they share a trace (a code with some elements masked or left out), so
    that the work grows with the number of people and not with its square.
    """
    places: dict[Tokens, list[int]] = {}
    for place, code in enumerate(theirs):
        for trace in _traces(code, limit):
            places.setdefault(trace, []).append(place)
    found = []
    for place, code in enumerate(ours):
        candidates = {other for trace in _traces(code, limit) for other in places.get(trace, ())}
        for other in sorted(candidates):
            apart = distance(code, theirs[other], limit)
            if 1 <= apart <= limit:
                found.append((place, other, apart))
    return found


def _traces(code: Tokens, limit: int) -> Iterator[Tokens]:
    """Yield the code with up to ``limit`` elements masked, and with up to ``limit`` left out."""
    seen = {code}
    yield code
    for many in range(1, limit + 1):
        for out in combinations(range(len(code)), many):
            masked = tuple(_ANY if place in out else token for place, token in enumerate(code))
            shorter = tuple(token for place, token in enumerate(code) if place not in out)
            for trace in (masked, shorter):
                if trace not in seen:
                    seen.add(trace)
                    yield trace
