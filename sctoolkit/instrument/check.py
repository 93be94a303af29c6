"""What must hold inside one instrument beyond the shape of its file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from sctoolkit.errors import closest
from sctoolkit.instrument.model import Instrument, Scale


def faults_of(instrument: Instrument) -> list[str]:
    """Return all contradictions as sentences that begin with their key path; none for a sound instrument."""
    return [
        *_header_faults(instrument),
        *_response_faults(instrument),
        *_item_faults(instrument),
        *(fault for name, scale in instrument.scale.items() for fault in _scale_faults(instrument, name, scale)),
        *_reference_faults(instrument),
    ]


def _header_faults(instrument: Instrument) -> Iterator[str]:
    if not instrument.source:
        yield "`source`: at least one source is needed"
    if instrument.status == "listed" and any(scale.scored for scale in instrument.scale.values()):
        yield '`instrument.status`: a listed instrument has no scored scales; their rule is "indicators"'
    if instrument.status != "listed" and not instrument.items:
        yield '`items`: is empty; an instrument without known items has `status = "listed"`'
    if instrument.status == "listed" and not instrument.instrument.access:
        yield "`instrument.access`: a listed instrument says where its text can be had"


def _response_faults(instrument: Instrument) -> Iterator[str]:
    for name, response in instrument.response.items():
        path = f"response.{name}"
        if response.codes and response.number is not None:
            yield f"`{path}`: has both `codes` and `number`; keep one"
        if not response.known and (response.verified is not False or not response.note):
            yield f"`{path}`: needs `codes` or `number`, or `verified = false` and a `note` that says what is not known"
        for what, count in _repeated(str(answer.code) for answer in response.codes):
            yield f"`{path}.codes`: code {what} stands {count} times"
        for what, count in _repeated(answer.label.casefold() for answer in response.codes if answer.label):
            yield f"`{path}.codes`: label `{what}` stands {count} times"
        for what, count in _repeated(str(answer.code) for answer in response.missing):
            yield f"`{path}.missing`: code {what} stands {count} times"
        both = {str(answer.code) for answer in response.codes} & {str(entry.code) for entry in response.missing}
        for code in sorted(both):
            yield f"`{path}.missing`: code {code} is an answer and a non-answer at once"


def _item_faults(instrument: Instrument) -> Iterator[str]:
    for what, count in _repeated(item.code.casefold() for item in instrument.items):
        yield f"`items`: code `{what}` stands {count} times (upper and lower case are alike)"
    for index, item in enumerate(instrument.items):
        if item.response not in instrument.response:
            near = _near(item.response, instrument.response)
            yield f"`items[{index}].response`: `{item.response}` is not defined{near}"
        if item.form not in instrument.instrument.forms:
            yield f"`items[{index}].form`: `{item.form}` is not in `instrument.forms`"
        if item.target is not None and item.target not in instrument.slot:
            yield f"`items[{index}].target`: `{item.target}` is not a slot{_near(item.target, instrument.slot)}"


def _scale_faults(instrument: Instrument, name: str, scale: Scale) -> Iterator[str]:
    path = f"scale.{name}"
    unknown = [code for code in scale.items if code not in instrument.by_code]
    for code in unknown:
        yield f"`{path}.items`: `{code}` is not an item{_near(code, instrument.by_code)}"
    for what, count in _repeated(scale.items):
        yield f"`{path}.items`: `{what}` stands {count} times"
    if not scale.items:
        yield f"`{path}.items`: is empty"
    if scale.scored and not 1 <= (scale.minimum or 1) <= len(scale.items):
        yield f"`{path}.minimum`: must lie between 1 and the {len(scale.items)} items, not {scale.minimum}"
    if scale.scored and scale.minimum is None:
        yield f"`{path}.minimum`: is missing; say how many items must be answered"
    for form, minimum in scale.form_minimum.items():
        if form not in instrument.instrument.forms:
            near = _near(form, instrument.instrument.forms)
            yield f"`{path}.form_minimum`: `{form}` is not in `instrument.forms`{near}"
        elif not 1 <= minimum <= (most := len(scale_items_of_form(instrument, scale, form))):
            yield f"`{path}.form_minimum.{form}`: must lie between 1 and the {most} items of that form, not {minimum}"
    for index, part in enumerate(scale.require):
        for code in part.items:
            if code not in scale.items:
                yield f"`{path}.require[{index}].items`: `{code}` is not in this scale{_near(code, scale.items)}"
        if not 1 <= part.minimum <= len(part.items):
            yield f"`{path}.require[{index}].minimum`: must lie between 1 and the {len(part.items)} items"
    if scale.range is not None and scale.range[0] >= scale.range[1]:
        yield f"`{path}.range`: must rise, not {list(scale.range)}"
    if not unknown and all(instrument.by_code[code].response in instrument.response for code in scale.items):
        yield from _rule_faults(instrument, path, scale)
    for index, cutoff in enumerate(scale.cutoffs):
        if cutoff.low > cutoff.high:
            yield f"`{path}.cutoffs[{index}]`: low {cutoff.low:g} is above high {cutoff.high:g}"


def scale_items_of_form(instrument: Instrument, scale: Scale, form: str) -> tuple[str, ...]:
    """Return the items of a scale that a form carries."""
    carried = {item.code for item in instrument.items_of_form(form)}
    return tuple(code for code in scale.items if code in carried)


def _rule_faults(instrument: Instrument, path: str, scale: Scale) -> Iterator[str]:
    if scale.scored:
        for code in scale.items:
            if not instrument.response_of(code).known:
                yield f"`{path}.items`: the codes of `{code}` are not known, so it cannot be scored"
                return
    if scale.rule in {"count", "pairs"}:
        for code in scale.items:
            if code not in scale.counted:
                yield f"`{path}.counted`: says nothing about item `{code}`"
    if scale.rule.startswith("position") or scale.rule == "weighted":
        for code in scale.items:
            if code not in scale.weights:
                yield f"`{path}.weights`: says nothing about item `{code}`"
    if scale.rule == "table":
        if not scale.table:
            yield f"`{path}.table`: is missing"
        elif scale.minimum != len(scale.items):
            yield f"`{path}.minimum`: a conversion table needs all {len(scale.items)} items answered"
    if (scale.rule == "pairs") != bool(scale.pairs):
        yield f"`{path}.pairs`: belongs to the rule `pairs`, which needs it"
    for member in dict.fromkeys((*scale.counted, *scale.weights, *(code for pair in scale.pairs for code in pair))):
        if member not in scale.items:
            yield f"`{path}`: `{member}` has a weight, counted values or a pair and is not in `items`"
    if scale.range is None or not scale.scored:
        return
    reached = reachable_range(instrument, scale)
    if reached is not None and any(abs(a - b) > 1e-9 for a, b in zip(reached, scale.range, strict=True)):
        yield f"`{path}.range`: is {list(scale.range)}, while items and rule reach {list(reached)}"


def reachable_range(instrument: Instrument, scale: Scale) -> tuple[float, float] | None:
    """Return the smallest and largest score that the items allow when all are answered; None for position rules."""
    reached = _reach(instrument, scale)
    return None if reached is None else (reached[0] * scale.factor, reached[1] * scale.factor)


def _reach(instrument: Instrument, scale: Scale) -> tuple[float, float] | None:
    """Return the reachable range before `factor`."""
    responses = [instrument.response_of(code) for code in scale.items]
    bounds = [(response.low, response.high) for response in responses]
    lows, highs = [low for low, _ in bounds], [high for _, high in bounds]
    if scale.rule == "mean":
        return sum(lows) / len(lows), sum(highs) / len(highs)
    if scale.rule == "sum":
        return float(sum(lows)), float(sum(highs))
    if scale.rule == "count":
        return 0.0, float(len(scale.items))
    if scale.rule == "pairs":
        return 0.0, float(len(scale.pairs))
    if scale.rule == "table" and scale.table:
        return scale.table[0][1], scale.table[-1][1]
    if scale.rule == "weighted":
        parts = [
            sorted((scale.weights.get(code, 0.0) * low, scale.weights.get(code, 0.0) * high))
            for code, (low, high) in zip(scale.items, bounds, strict=True)
        ]
        return sum(part[0] for part in parts), sum(part[1] for part in parts)
    return None


def _reference_faults(instrument: Instrument) -> Iterator[str]:
    for name, mirror in instrument.mirror.items():
        for role in ("belief", "fact"):
            if getattr(mirror, role) not in instrument.scale:
                yield f"`mirror.{name}.{role}`: `{getattr(mirror, role)}` is not a scale"
    for name, slot in instrument.slot.items():
        for side in instrument.instrument.sides:
            if side not in slot.default:
                yield f"`slot.{name}.default`: says nothing for side `{side}`"
    figures = {
        "psychometrics": [entry.scale for entry in instrument.psychometrics],
        "benchmark": [entry.scale for entry in instrument.benchmark],
    }
    for kind, scales in figures.items():
        for index, scale in enumerate(scales):
            if scale is not None and scale not in instrument.scale:
                yield f"`{kind}[{index}].scale`: `{scale}` is not a scale{_near(scale, instrument.scale)}"


def _repeated(names: Iterator[str] | tuple[str, ...]) -> list[tuple[str, int]]:
    return [(name, count) for name, count in Counter(names).items() if count > 1]


def _near(name: str, known: Iterable[str]) -> str:
    near = closest(name, known)
    return f"; did you mean `{near}`?" if near else ""
