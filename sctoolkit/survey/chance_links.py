"""How many links of near codes are to be expected by chance alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sctoolkit.survey.code_distance import Tokens, near_pairs


def chance_agreement(ours: Sequence[Tokens], theirs: Sequence[Tokens], limit: int) -> float:
    """Probability that the codes of two different people are at most ``limit`` (0 or 1) elements apart.

    The larger of two estimates: from how often each place of a code agrees between two people, taken as independent;
    and from how often two people of one list, who are certainly different, are that near.
    """
    return max(_independent(ours, theirs, limit), *(_within(codes, limit) for codes in (ours, theirs)))


def _independent(ours: Sequence[Tokens], theirs: Sequence[Tokens], limit: int) -> float:
    width = max((len(code) for code in (*ours, *theirs)), default=0)
    if not ours or not theirs or not width:
        return 0.0
    agree = [_agreement(ours, theirs, place) for place in range(width)]
    none_apart, one_apart = 1.0, 0.0
    for share in agree:
        none_apart, one_apart = none_apart * share, one_apart * share + none_apart * (1.0 - share)
    return none_apart if limit == 0 else none_apart + one_apart


def _agreement(ours: Sequence[Tokens], theirs: Sequence[Tokens], place: int) -> float:
    """Probability that two people, one of each list, agree in one place of the code."""
    here = Counter(code[place] if place < len(code) else "" for code in ours)
    there = Counter(code[place] if place < len(code) else "" for code in theirs)
    return sum(count * there[token] for token, count in here.items()) / (len(ours) * len(theirs))


def _within(codes: Sequence[Tokens], limit: int) -> float:
    n = len(codes)
    if n < 2:
        return 0.0
    same = sum(count * (count - 1) // 2 for count in Counter(codes).values())
    near = sum(1 for one, two, _ in near_pairs(codes, codes, 1) if one < two) if limit else 0
    return (same + near) / (n * (n - 1) / 2)
