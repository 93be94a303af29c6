"""Several files' answers as one: waves and sides stacked, and nobody twice in a wave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import DataError
from sctoolkit.result import Caveat, Provenance
from sctoolkit.survey.responses import REASONS, ROLES, Responses
from sctoolkit.survey.roles import check_repeats


def combine(*responses: Responses) -> Responses:
    """Stack answers to one instrument, in the order given.

    Parameters
    ----------
    *responses : Responses
        Answers of one wave or side each, or of several. An item that one of them lacks is `not_asked` in its rows; a
        role or kept column that one of them lacks is unknown there ("" or nan).

    Returns
    -------
    Responses
        All rows; ``sources`` and ``rows`` still say where each answer stands.

    Raises
    ------
    DataError
        If none is given, they answer different instruments (or versions), or a respondent stands twice in a wave.

    Examples
    --------
    >>> import pandas as pd
    >>> from sctoolkit.survey.frame import from_frame
    >>> waves = [from_frame(pd.DataFrame({"LON1": [1], "LON2": [2], "LON3": [w]}), "ucla3", wave=w) for w in (1, 2)]
    >>> combine(*waves).waves()
    ('1', '2')
    """
    if not responses:
        raise DataError(
            "At least one set of answers must be given to combine, and none is.",
            hint="For example `combine(read('wave1.csv'), read('wave2.csv'))`.",
        )
    first = responses[0]
    for other in responses[1:]:
        if other.instrument != first.instrument:
            raise DataError(
                "Answers must be to one instrument to be combined, and these are to "
                f"`{first.instrument.id}` {first.instrument.version} and "
                f"`{other.instrument.id}` {other.instrument.version}.",
                hint="Score each instrument on its own, or read both files with the same one: `read(path, 'id')`.",
            )
    if len(responses) == 1:
        return first
    held = {code for part in responses for code in part.items}
    items = tuple(code for code in first.instrument.item_codes if code in held)
    roles = {name: _stack_role(responses, name) for name in ROLES if any(name in part.roles for part in responses)}
    rows = np.concatenate([part.rows for part in responses])
    sources = np.concatenate([part.sources for part in responses])
    check_repeats(roles, rows, sources)
    extra = dict.fromkeys(name for part in responses for name in part.extra)
    return Responses(
        instrument=first.instrument,
        items=items,
        codes=np.concatenate([_codes(part, items) for part in responses]),
        reasons=np.concatenate([_reasons(part, items) for part in responses]),
        roles=roles,
        extra={name: _stack_extra(responses, name) for name in extra},
        rows=rows,
        sources=sources,
        provenance=_provenance(responses, roles),
        caveats=_caveats(responses),
    )


def _codes(part: Responses, items: Sequence[str]) -> npt.NDArray[np.float64]:
    codes = np.full((part.n, len(items)), np.nan, order="F")
    codes[:, [items.index(code) for code in part.items]] = part.codes
    return codes


def _reasons(part: Responses, items: Sequence[str]) -> npt.NDArray[np.int8]:
    reasons = np.full((part.n, len(items)), REASONS.index("not_asked"), dtype=np.int8, order="F")
    reasons[:, [items.index(code) for code in part.items]] = part.reasons
    return reasons


def _stack_role(responses: Sequence[Responses], name: str) -> npt.NDArray[Any]:
    unknown: Any = np.nan if name in {"weight", "duration"} else ""
    kind = np.float64 if name in {"weight", "duration"} else object
    parts = [part.roles.get(name, np.full(part.n, unknown, dtype=kind)) for part in responses]
    return np.concatenate(parts)


def _stack_extra(responses: Sequence[Responses], name: str) -> npt.NDArray[Any]:
    parts = [part.extra.get(name) for part in responses]
    kinds = {part.dtype for part in parts if part is not None}
    if len(kinds) == 1 and all(part is not None for part in parts):
        return np.concatenate([part for part in parts if part is not None])
    filled = [
        np.full(whole.n, None, dtype=object) if part is None else part.astype(object)
        for whole, part in zip(responses, parts, strict=True)
    ]
    return np.concatenate(filled)


def _provenance(responses: Sequence[Responses], roles: dict[str, npt.NDArray[Any]]) -> Provenance:
    first = responses[0].provenance
    inputs: dict[str, str] = {}
    for part in responses:
        for name, digest in part.provenance.inputs.items():
            key = name if inputs.get(name, digest) == digest else f"{name} ({len(inputs) + 1})"
            inputs[key] = digest
    return Provenance(
        analysis="combine",
        instrument=first.instrument,
        instrument_version=first.instrument_version,
        waves=tuple(dict.fromkeys(roles["wave"].tolist())) if "wave" in roles else (),
        n_in=sum(part.n for part in responses),
        n_used=sum(part.n for part in responses),
        options={"parts": [dict(part.provenance.options) for part in responses]},
        inputs=inputs,
    )


def _caveats(responses: Sequence[Responses]) -> tuple[Caveat, ...]:
    """Return the caveats of all parts; the same sentence is said once."""
    return tuple({caveat.sentence: caveat for part in responses for caveat in part.caveats}.values())
