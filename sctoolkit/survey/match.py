"""Which column holds which item: by the caller's word, by code, by a published alias, by the question's text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sctoolkit.errors import MatchError, closest, did_you_mean
from sctoolkit.instrument.model import Instrument
from sctoolkit.survey.decisions import Columns
from sctoolkit.survey.responses import ROLES
from sctoolkit.survey.text import fold, fold_question

NEAR_MISS = 0.8
"""Likeness of an unused column's name to an absent item's code from which a typing error is assumed."""


@dataclass(frozen=True, slots=True)
class Match:
    """Columns of a table by what they hold."""

    items: Mapping[str, str]
    how: Mapping[str, str]
    roles: Mapping[str, tuple[str, ...]]
    absent: tuple[str, ...]


def match_columns(
    columns: Sequence[str],
    instrument: Instrument,
    *,
    given: Columns | None = None,
    also: Mapping[str, Sequence[str]] | None = None,
    questions: Mapping[str, Sequence[re.Pattern[str]]] | None = None,
    strict: bool = True,
) -> Match:
    """Return which column holds which item and role.

    Parameters
    ----------
    columns : sequence of str
        Names of the table's columns.
    instrument : Instrument
        The questionnaire.
    given : mapping, optional
        Role or item code -> column name, as the caller says; None for an item that was not put to anybody. Several
        columns make one key, for a respondent's number that is unique in its country only.
    also : mapping, optional
        Column -> further names of it that the file brings: its question's text, its name without the group.
    questions : mapping, optional
        Item code -> patterns of its wording in any language.
    strict : bool
        Whether a column that nearly bears an absent item's name is refused as a typing error.

    Raises
    ------
    MatchError
        If a named column is absent, two columns claim one item, none fits, or a name is nearly right.
    """
    repeated = _repeated(columns)
    if repeated:
        stand = "stands" if len(repeated) == 1 else "stand"
        raise MatchError(
            f"Columns must have names of their own; {_listed(repeated)} {stand} more than once.",
            hint="Rename them, so that it is clear which one is meant.",
        )
    given = dict(given or {})
    roles = {name: _given_role(name, given[name], columns) for name in ROLES if given.get(name) is not None}
    items, absent = _given_items(given, instrument, columns)
    how = dict.fromkeys(items, "named by you")
    for claims, word in _claims(columns, instrument, also or {}, questions or {}):
        taken = {*items.values(), *(name for names in roles.values() for name in names)}
        for code in instrument.item_codes:
            free = [name for name in claims.get(code, ()) if name not in taken]
            if code in items or code in absent or not free:
                continue
            if len(free) > 1:
                raise MatchError(
                    f"Item `{code}` must be in one column, and {len(free)} claim it: {_listed(free)}.",
                    hint=f"Name the right one: `columns={{'{code}': '{free[0]}'}}`.",
                )
            items[code], how[code] = free[0], word
    missing = tuple(code for code in instrument.item_codes if code not in items)
    if not items:
        _refuse_none(columns, instrument)
    if strict:
        _refuse_near_misses(columns, items, roles, [code for code in missing if code not in absent])
    order = [code for code in instrument.item_codes if code in items]
    return Match({code: items[code] for code in order}, {code: how[code] for code in order}, roles, missing)


def pattern_columns(columns: Sequence[str], instrument: Instrument, pattern: str | None) -> dict[str, str | None]:
    """Return item -> column for names such as ``pre_{item}``; an item without such a column was not asked.

    Raises
    ------
    MatchError
        If the pattern does not hold ``{item}``, or no column bears it.
    """
    if pattern is None:
        return {}
    if "{item}" not in pattern:
        raise MatchError(
            f"`item_columns` must hold `{{item}}`, as in `pre_{{item}}`; `{pattern}` does not.",
            hint=f"Write `{pattern}{{item}}`, with `{{item}}` where the item's code stands.",
        )
    folded = {_fold_name(name): name for name in columns}
    found = {code: folded.get(_fold_name(pattern.replace("{item}", code))) for code in instrument.item_codes}
    if not any(found.values()):
        example = pattern.replace("{item}", instrument.item_codes[0])
        raise MatchError(
            f"At least one column must be named as `item_columns` says, and none is: `{example}`, for instance.",
            hint=did_you_mean(example, columns),
        )
    return dict(found)


def _given_role(name: str, value: str | Sequence[str] | None, columns: Sequence[str]) -> tuple[str, ...]:
    names = (value,) if isinstance(value, str) else tuple(value or ())
    for column in names:
        _must_exist(name, column, columns)
    return names


def _given_items(given: Columns, instrument: Instrument, columns: Sequence[str]) -> tuple[dict[str, str], set[str]]:
    items: dict[str, str] = {}
    absent: set[str] = set()
    for name, column in given.items():
        if name in ROLES:
            continue
        if name not in instrument.by_code:
            raise MatchError(
                f"`columns` must name roles or items of `{instrument.id}`, and `{name}` is neither.",
                hint=did_you_mean(name, (*ROLES, *instrument.item_codes)),
            )
        if column is None:
            absent.add(name)
            continue
        if not isinstance(column, str):
            raise MatchError(
                f"Item `{name}` must be in one column, not in several.",
                hint=f"Name one: `columns={{'{name}': {next(iter(column), '...')!r}}}`.",
            )
        _must_exist(name, column, columns)
        items[name] = column
    for column in _repeated(list(items.values())):
        both = [code for code, name in items.items() if name == column]
        raise MatchError(
            f"A column must hold one item; `{column}` is named for {_listed(both)}.",
            hint=f"Name another column, or None if it was not asked: `columns={{'{both[-1]}': None}}`.",
        )
    return items, absent


def _must_exist(name: str, column: str, columns: Sequence[str]) -> None:
    if column not in columns:
        raise MatchError(
            f"The data must have the column `{column}`, named for `{name}`, and they have not.",
            hint=did_you_mean(column, columns),
        )


def _claims(
    columns: Sequence[str],
    instrument: Instrument,
    also: Mapping[str, Sequence[str]],
    questions: Mapping[str, Sequence[re.Pattern[str]]],
) -> Iterator[tuple[dict[str, list[str]], str]]:
    """Yield item -> columns for each way of matching, the surest first."""
    yield {code: [code] for code in instrument.item_codes if code in columns}, "code"
    by_name = _index(columns, {}, _fold_name)
    by_further = _index(columns, also, _fold_name)
    for index, word in ((by_name, "code, however written"), (by_further, "code, as a further name")):
        yield {code: index.get(_fold_name(code), []) for code in instrument.item_codes}, word
    yield {item.code: _found(item.aliases, by_further, _fold_name) for item in instrument.items}, "published name"
    by_text = _index(columns, also, fold_question)
    asked = {item.code: _found((item.label,), by_text, fold_question) for item in instrument.items}
    for code, patterns in questions.items():
        worded = [c for text, cs in by_text.items() if any(p.fullmatch(text) for p in patterns) for c in cs]
        asked[code] = list(dict.fromkeys([*asked[code], *worded]))
    claimed = Counter(column for found in asked.values() for column in found)
    yield {code: [c for c in found if claimed[c] == 1] for code, found in asked.items()}, "text of the question"


def _index(
    columns: Sequence[str], also: Mapping[str, Sequence[str]], folded: Callable[[str], str]
) -> dict[str, list[str]]:
    """Return folded name -> columns that bear it."""
    index: dict[str, list[str]] = {}
    for column in columns:
        for name in dict.fromkeys(folded(name) for name in (column, *also.get(column, ()))):
            if name:
                index.setdefault(name, []).append(column)
    return index


def _found(names: Iterable[str], index: Mapping[str, list[str]], folded: Callable[[str], str]) -> list[str]:
    return list(dict.fromkeys(column for name in names for column in index.get(folded(name), [])))


def _fold_name(name: str) -> str:
    return fold(name).replace(" ", "_").replace("-", "_").replace(".", "_")


def _refuse_none(columns: Sequence[str], instrument: Instrument) -> None:
    near = {closest(code, columns): code for code in reversed(instrument.item_codes)}
    hints = [f"`{name}` looks like item `{code}`." for name, code in near.items() if name is not None][:5]
    shown = _listed(list(columns)[:10]) if columns else "no columns"
    raise MatchError(
        f"At least one column must hold an item of `{instrument.id}`, and none does.",
        where=(f"Columns: {shown}.", f"Items: {_listed(instrument.item_codes[:10])}."),
        hint=(*hints, "Say which column holds which item: `columns={'item': 'column'}`."),
    )


def _refuse_near_misses(
    columns: Sequence[str], items: Mapping[str, str], roles: Mapping[str, tuple[str, ...]], missing: Sequence[str]
) -> None:
    taken = {*items.values(), *(name for names in roles.values() for name in names)}
    unused = [name for name in columns if name not in taken]
    near = [(code, name) for code in missing for name in unused if _like(code, name) >= NEAR_MISS]
    if near:
        code = near[0][0]
        raise MatchError(
            f"Every item must be found or known to be absent; {_listed(dict(near))} is nearly a column's name."
            if len(dict(near)) == 1
            else f"Every item must be found or known to be absent; {_listed(dict(near))} are nearly columns' names.",
            where=tuple(f"Item `{code}` is not there, and column `{name}` holds no item." for code, name in near[:5]),
            hint=(
                f"If it is the item, name it: `columns={{'{code}': '{near[0][1]}'}}`.",
                f"If `{code}` was not asked, say so: `columns={{'{code}': None}}`.",
            ),
        )


def _like(code: str, name: str) -> float:
    """Return how alike two names are; names that differ by their numbers alone are different names."""
    one, two = _fold_name(code), _fold_name(name)
    if one.rstrip("0123456789") == two.rstrip("0123456789"):
        return 0.0
    return SequenceMatcher(None, one, two).ratio()


def _repeated(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return list(dict.fromkeys(name for name in names if name in seen or seen.add(name)))  # type: ignore[func-returns-value]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
