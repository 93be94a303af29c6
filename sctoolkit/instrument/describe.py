"""Parts of an instrument in words: how a scale is made, what an answer scale offers, what is not verified."""

from __future__ import annotations

from collections.abc import Iterator

from sctoolkit.instrument.model import Benchmark, Instrument, Item, Psychometric, ResponseScale, Scale

_RULES = {
    "mean": "mean of the answered items",
    "sum": "sum of the items",
    "weighted": "weighted sum of the items",
    "count": "number of items with a counted answer",
    "pairs": "number of pairs in which both answers count",
    "table": "sum of the items, converted by a published table",
    "indicators": "reported item by item, no score",
    "position_max": "highest prestige among positions reached",
    "position_min": "lowest prestige among positions reached",
    "position_range": "highest less lowest prestige among positions reached",
    "position_mean": "mean prestige of positions reached",
    "position_sum": "sum of the prestige of positions reached",
}


def rule_text(scale: Scale) -> str:
    """Return how a scale is made, in one sentence without a full stop.

    Examples
    --------
    >>> from sctoolkit.instrument.library import load_instrument
    >>> rule_text(load_instrument("ucla3").scale["loneliness"])
    'sum of the items, 3 to 9; all 3 items needed (our convention)'
    """
    if not scale.scored:
        return _RULES[scale.rule]
    parts = [_RULES[scale.rule]]
    if len(scale.items) == 1 and scale.rule in {"mean", "sum"}:
        parts = ["the answer itself"]
    yes_no = len(scale.items) == 1 and scale.rule == "count"
    if yes_no:
        parts = ["1 for a counted answer, else 0"]
    if scale.factor != 1:
        parts.append(f"times {scale.factor:g}")
    if not scale.keyed:
        parts.append("answers as given, not turned")
    span = "" if yes_no or scale.range is None else f", {number(scale.range[0])} to {number(scale.range[1])}"
    return f"{' '.join(parts[:2]) if scale.factor != 1 else ', '.join(parts)}{span}; {minimum_text(scale)}"


def counted_text(instrument: Instrument, scale: Scale) -> str:
    """Return which answers count, where a rule counts answers; empty elsewhere."""
    groups: dict[str, list[str]] = {}
    for code, values in scale.counted.items():
        answers = instrument.response_of(code).codes
        labels = " or ".join(f"`{answer.label}`" for answer in answers if answer.score in values)
        groups.setdefault(labels, []).append(code)
    if len(groups) == 1:
        return next(iter(groups))
    return "; ".join(f"{', '.join(codes)}: {labels}" for labels, codes in groups.items())


def minimum_text(scale: Scale) -> str:
    """Return how many answers a score needs, and whether that is published."""
    k, minimum = len(scale.items), scale.minimum or len(scale.items)
    need = f"all {k} items" if minimum == k and k > 1 else "the answer" if k == 1 else f"{minimum} of {k} items"
    whose = "" if k == 1 else " (published)" if scale.minimum_source else " (our convention)"
    forms = "".join(f", {count} in the {form} form" for form, count in scale.form_minimum.items())
    parts = "".join(f", with {part.minimum} of {', '.join(part.items)}" for part in scale.require)
    return f"{need} needed{whose}{forms}{parts}"


def answers_text(response: ResponseScale) -> str:
    """Return the answers of a response scale on one line."""
    if response.number is not None:
        return f"a number from {number(response.number[0])} to {number(response.number[1])}"
    if not response.codes:
        return "answers not known"
    codes = response.codes
    named = [answer for answer in codes if answer.label and answer.label != str(answer.code)]
    shown = named if named else (codes[0], codes[-1])
    texts = [
        f"{answer.code} {answer.label}" + (f" (value {number(answer.value)})" if answer.value is not None else "")
        if answer.label != str(answer.code)
        else f"{answer.code}"
        for answer in shown
    ]
    gap = " ... " if len(shown) < len(codes) else ", "
    return gap.join(texts)


def non_answers_text(response: ResponseScale) -> str:
    """Return the coded non-answers of a response scale on one line, empty where there are none."""
    return ", ".join(f"{entry.code} {entry.label or entry.kind.replace('_', ' ')}" for entry in response.missing)


def keying_text(item: Item) -> str:
    """Return the direction of an item as a sign: ``+``, ``-`` or ``?``."""
    return {1: "+", -1: "-"}.get(item.keying, "?") if item.keying is not None else "?"


def unverified_parts(instrument: Instrument) -> Iterator[str]:
    """Yield what no source confirmed: items, answer codes, scales, sources, figures."""
    items = [item.code for item in instrument.items if item.verified is False]
    if items:
        yield f"items {', '.join(items)}"
    for name, response in instrument.response.items():
        if response.verified is False:
            yield f"answers `{name}`" + (f": {response.note}" if response.note else "")
    for name, scale in instrument.scale.items():
        if scale.verified is False:
            yield f"scale `{name}`" + (f": {scale.note}" if scale.note else "")
    unknown = [item.code for item in instrument.items if not item.keyed]
    if unknown:
        yield f"direction of {', '.join(unknown)}"
    known: tuple[Psychometric | Benchmark, ...] = (*instrument.psychometrics, *instrument.benchmark)
    figures = sum(entry.verified is False for entry in known)
    if figures:
        yield f"{figures} of the figures below, marked (recalled)"


def number(value: float) -> str:
    """Return a bound of a scale without needless digits.

    Examples
    --------
    >>> number(3.0), number(0.5), number(1 / 3)
    ('3', '0.5', '0.333')
    """
    return f"{value:.3f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
