"""What must be said beside a score: how far the instrument, the scale and its items are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from sctoolkit.instrument.model import Instrument, Scale
from sctoolkit.result import Caveat
from sctoolkit.scoring.minimum import minimum_of


def instrument_caveats(instrument: Instrument) -> Iterator[Caveat]:
    """Yield a caveat where the instrument is a draft or an index."""
    if instrument.status == "draft":
        yield Caveat(
            code="draft_instrument",
            sentence=f"`{instrument.id}` is a draft: structure, reliability and invariance are not yet established.",
        )
    if instrument.status == "index":
        yield Caveat(
            code="index_instrument",
            sentence=f"`{instrument.id}` is an index: no source validated its composites as measures of one thing.",
        )


def scale_caveats(instrument: Instrument, name: str, present: Sequence[str]) -> Iterator[Caveat]:
    """Yield the caveats of one scale: unverified parts, unknown directions, items that the data lack."""
    scale = instrument.scale[name]
    if scale.verified is False:
        yield Caveat(
            code="unverified_scale",
            sentence=f"Scale `{name}`: its make-up could not be verified in a source.",
            numbers={"scale": name},
        )
    doubtful = [code for code in scale.items if instrument.by_code[code].verified is False]
    if doubtful:
        yield Caveat(
            code="unverified_items",
            sentence=f"Scale `{name}`: {_items(doubtful)} could not be verified in a source.",
            numbers={"scale": name, "items": doubtful},
        )
    answers = sorted({instrument.by_code[code].response for code in scale.items})
    loose = [answer for answer in answers if instrument.response[answer].verified is False]
    if loose:
        yield Caveat(
            code="unverified_codes",
            sentence=f"Scale `{name}`: the answer codes ({', '.join(loose)}) could not be verified in a source.",
            numbers={"scale": name, "responses": loose},
        )
    unknown = [code for code in scale.items if not instrument.by_code[code].keyed]
    if unknown and scale.keyed and scale.rule != "count":
        yield Caveat(
            code="direction_unknown",
            sentence=f"Scale `{name}` is not scored: nobody knows the direction of {_items(unknown)}.",
            numbers={"scale": name, "items": unknown},
        )
    yield from _absent(instrument, scale, name, present)


def _absent(instrument: Instrument, scale: Scale, name: str, present: Sequence[str]) -> Iterator[Caveat]:
    absent = [code for code in scale.items if code not in present]
    if not absent:
        return
    held, minimum = len(scale.items) - len(absent), minimum_of(instrument, scale, present)
    if held < minimum:
        sentence = (
            f"Scale `{name}` is not scored: {held} of its {len(scale.items)} items in the data, {minimum} needed."
        )
    else:
        sentence = f"Scale `{name}` is scored without {_items(absent)}: not in the data."
    yield Caveat(
        code="scale_items_absent", sentence=sentence, numbers={"scale": name, "items": absent, "minimum": minimum}
    )


def prorated_caveat(name: str, scale: Scale, n_answered: npt.NDArray[np.int64]) -> Iterator[Caveat]:
    """Yield how many sums were filled up because not all items were answered."""
    filled = int((n_answered < len(scale.items)).sum())
    if filled:
        yield Caveat(
            code="prorated",
            sentence=f"Scale `{name}`: {filled} of {len(n_answered)} sums are filled up from the items answered.",
            numbers={"scale": name, "n": filled, "n_scored": len(n_answered)},
            n_people=filled,
        )


def _items(codes: Sequence[str]) -> str:
    shown = ", ".join(f"`{code}`" for code in codes[:6])
    more = f" and {len(codes) - 6} more" if len(codes) > 6 else ""
    return f"item {shown}" if len(codes) == 1 else f"items {shown}{more}"
