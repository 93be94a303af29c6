"""Which counts are hidden: the small ones, and as many more as keep the small ones from being derived."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sctoolkit.disclosure.audit import Equation, narrower_than
from sctoolkit.disclosure.lines import Line, lines
from sctoolkit.disclosure.presets import Preset
from sctoolkit.disclosure.table import Who

Unknown = dict[Who, int]
"""Lower bound that is shown of each count that is not shown exactly; 0 for a hidden one."""

STEP = 5
"""Lower bounds are multiples of this."""

PROCESS = ("followed:", "came from:")
"""Beginnings of attributes that say how people were followed and nothing that they said or are: that none is new in a
later wave tells nothing about a person, and no mean of those who were not followed is printed that could be derived."""


def suppress(
    counts: Mapping[Who, int],
    preset: Preset,
    same: Iterable[tuple[Who, Who]] = (),
    latent: Collection[Who] = (),
) -> Unknown:
    """Return the counts that must not be shown exactly, with the lower bound that may be shown.

    Parameters
    ----------
    counts : mapping
        True number of people behind every figure of every table of one release.
    preset : Preset
        Rules.
    same : iterable of pairs
        Two names of the same people; what is returned speaks of the first.
    latent : collection
        Groups that no table prints: a reader knows them only as sums of what is printed. They bind the printed ones
        together and need no protection of their own.

    Returns
    -------
    dict
        Group to lower bound: 0 hides the count; a positive number may be shown as "at least". Groups that are
        absent may be shown exactly.

    Notes
    -----
    Primary: counts that the preset calls too few, and lines in which all people gave one answer. Secondary: every sum
    that holds a protected count keeps at least two unknowns whose feasible range is at least the threshold wide, so
    that neither a count nor the union of hidden counts is a small number. Then linear programming finds the
    range of each protected count from all sums together, over all tables; more is hidden until every range is at least
    the threshold wide. People who are in a whole and in none of its parts (not linked, not scored) are a count
    as well: where they are few, their part is shown as a lower bound. Groups that only say how people were followed may
    be empty, and where a few people are new or lost the others are shown as a lower bound with their figures.
    """
    pairs = tuple(same)
    sums = lines(counts, pairs)
    others = {other for _, other in pairs}
    small = (
        key
        for key, count in counts.items()
        if preset.too_few(count) and key not in others and not (count == 0 and of_process(key))
    )
    unknown: Unknown = dict.fromkeys([*small, *latent], 0)
    if preset.group_disclosure:
        unknown |= dict.fromkeys(_unanimous(sums, counts), 0)
    while preset.secondary:
        while any(_close(line, counts, unknown, preset, latent) for line in sums):
            pass
        weak = derivable(counts, unknown, preset, sums, latent)
        if not any(_hide_more(name, sums, counts, unknown, preset) for name in weak):
            break
    return {key: bound for key, bound in unknown.items() if key not in latent}


def derivable(
    counts: Mapping[Who, int],
    unknown: Unknown,
    preset: Preset,
    sums: Sequence[Line] | None = None,
    latent: Collection[Who] = (),
) -> tuple[object, ...]:
    """Return the protected counts whose feasible range is narrower than the preset's threshold.

    A protected count is one that is not shown, or a small number of people in a whole and in none of its parts
    (named by its line's number).
    """
    sums = lines(counts) if sums is None else sums
    equations: list[Equation] = []
    lower: dict[object, float] = {key: float(bound) for key, bound in unknown.items()}
    protected: dict[object, float] = {key: float(counts[key]) for key in unknown if key not in latent}
    for number, line in enumerate(sums):
        terms: dict[object, float] = {part: 1.0 for part in line.parts if part in unknown}
        if line.rest:
            terms[number] = 1.0
            lower[number] = 0.0
            if preset.too_few(line.rest):
                protected[number] = float(line.rest)
        known = -float(sum(counts[part] for part in line.parts if part not in unknown))
        if line.whole in unknown:
            terms[line.whole] = -1.0
        else:
            known += counts[line.whole]
        if terms:
            equations.append((terms, known))
    return tuple(narrower_than(preset.hide_below, equations, lower, protected))


def _unanimous(sums: Sequence[Line], counts: Mapping[Who, int]) -> list[Who]:
    """Return the parts of lines in which one part holds everybody."""
    return [
        part
        for line in sums
        if len(line.parts) > 1
        and counts[line.whole] > 0
        and not _by_process(line)
        and any(counts[part] == counts[line.whole] for part in line.parts)
        for part in line.parts
    ]


def of_process(key: Iterable[tuple[str, str]]) -> bool:
    """Whether a group is told apart by how people were followed."""
    return any(name.startswith(PROCESS) for name, _ in key)


def _by_process(line: Line) -> bool:
    """Whether the parts of a line differ in how people were followed."""
    return any(of_process(set(part) - set(line.whole)) for part in line.parts)


def _close(line: Line, counts: Mapping[Who, int], unknown: Unknown, preset: Preset, latent: Collection[Who]) -> bool:
    """Hide one more member of a line if a protected one could be derived from it; say whether that was done."""
    hidden = [part for part in line.parts if part in unknown]
    small_rest = line.rest > 0 and preset.too_few(line.rest)
    whole_hidden = line.whole in unknown
    protected = [key for key in (line.whole, *hidden) if key in unknown and key not in latent]
    if not protected and not small_rest:
        return False
    n_unknown = len(hidden) + (line.rest > 0) + whole_hidden
    slack = line.rest + sum(counts[part] - unknown[part] for part in hidden)
    if n_unknown > 1 and (whole_hidden or slack >= preset.hide_below):
        return False
    missing = preset.hide_below - slack
    if small_rest and not hidden and _floor_one(line, counts, unknown, preset):
        return True
    if n_unknown > 1 and _lower_one(hidden, unknown, missing, preset):
        return True
    small_part = any(0 < counts[part] < preset.hide_below for part in hidden)
    no_figure_tells = _by_process(line) or (of_process(line.whole) and not small_part)
    if no_figure_tells and _bound_one(line, counts, unknown, missing, preset):
        return True
    return _bound_whole(line, unknown) or _hide_one(line, counts, unknown, missing)


def _floor_one(line: Line, counts: Mapping[Who, int], unknown: Unknown, preset: Preset) -> bool:
    """Show the largest part as a lower bound that leaves the rest a wide enough range; say whether that was done."""
    largest = max(line.parts, key=lambda part: (counts[part], part))
    bound = (counts[largest] + line.rest - preset.hide_below) // STEP * STEP
    if bound < max(preset.hide_below, preset.statistics_from):
        return False
    unknown[largest] = bound
    return True


def _bound_one(line: Line, counts: Mapping[Who, int], unknown: Unknown, missing: int, preset: Preset) -> bool:
    """Show the largest part as a lower bound that gives the line the range that it lacks; say whether that was done."""
    shown = [part for part in line.parts if part not in unknown]
    if not shown:
        return False
    largest = max(shown, key=lambda part: (counts[part], part))
    bound = (counts[largest] - max(missing, 1)) // STEP * STEP
    if bound < max(preset.hide_below, preset.statistics_from):
        return False
    unknown[largest] = bound
    return True


def _bound_whole(line: Line, unknown: Unknown) -> bool:
    """Show the whole as a lower bound where it is its one part, which is; say whether that was done."""
    if line.whole in unknown or line.rest or len(line.parts) != 1 or not unknown.get(line.parts[0], 0):
        return False
    unknown[line.whole] = unknown[line.parts[0]]
    return True


def _lower_one(hidden: list[Who], unknown: Unknown, missing: int, preset: Preset) -> bool:
    """Lower the bound of a part far enough to give the line the range that it lacks; say whether that was done."""
    for part in hidden:
        bound = (unknown[part] - missing) // STEP * STEP
        if bound >= max(preset.hide_below, preset.statistics_from):
            unknown[part] = bound
            return True
    return False


def _hide_one(line: Line, counts: Mapping[Who, int], unknown: Unknown, missing: int) -> bool:
    """Hide the smallest part that gives the line the range that it lacks; say whether one was found."""
    shown = [part for part in line.parts if part not in unknown]
    if shown:
        enough = [part for part in shown if counts[part] >= missing]
        chosen = (
            min(enough, key=lambda part: (counts[part], part)) if enough else max(shown, key=lambda part: counts[part])
        )
    elif bounded := [part for part in line.parts if unknown[part] > 0]:
        chosen = bounded[0]
    elif line.whole not in unknown:
        chosen = line.whole
    else:
        return False
    unknown[chosen] = 0
    return True


def _hide_more(name: object, sums: Sequence[Line], counts: Mapping[Who, int], unknown: Unknown, preset: Preset) -> bool:
    """Hide the smallest count among those that tell a derivable one, or lower a bound; say whether one was found."""
    telling = _telling(name, sums, unknown)
    shown = {part for line in telling for part in line.parts if part not in unknown}
    bounded = {part for line in telling for part in line.parts if unknown.get(part, 0) > 0}
    wholes = {line.whole for line in telling if line.whole not in unknown}
    if not shown and bounded:
        chosen = max(bounded, key=lambda part: (unknown[part], part))
        lower = unknown[chosen] - STEP
        unknown[chosen] = lower if lower >= max(preset.hide_below, preset.statistics_from) else 0
        return True
    if shown or wholes:
        unknown[min(shown or wholes, key=lambda part: (counts[part] == 0, counts[part], part))] = 0
    return bool(shown or wholes)


def _telling(name: object, sums: Sequence[Line], unknown: Unknown) -> list[Line]:
    """Return the lines that are connected with a count through counts that are not shown."""
    found = [number for number, line in enumerate(sums) if name in (number, line.whole, *line.parts)]
    reach: set[Who] = set()
    grown = True
    while grown:
        reach |= {key for number in found for key in (sums[number].whole, *sums[number].parts) if key in unknown}
        more = [
            number
            for number, line in enumerate(sums)
            if number not in found and not reach.isdisjoint((line.whole, *line.parts))
        ]
        found += more
        grown = bool(more)
    return [sums[number] for number in found]
