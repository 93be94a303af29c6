"""Instruments side by side: one row a property, one column an instrument."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from sctoolkit.errors import OptionError
from sctoolkit.instrument.describe import answers_text, rule_text
from sctoolkit.instrument.find import n_questions, n_unverified
from sctoolkit.instrument.library import load_instrument
from sctoolkit.instrument.model import Instrument
from sctoolkit.instrument.wording import wording_files


def compare_instruments(*instruments: str | Instrument) -> pd.DataFrame:
    """Return instruments side by side.

    Parameters
    ----------
    *instruments : str or Instrument
        Two or more ids, paths or instruments.

    Returns
    -------
    DataFrame
        One row a property (index ``property``), one column an instrument (its id); texts throughout.

    Raises
    ------
    OptionError
        If fewer than two are named, or one is named twice.

    Examples
    --------
    >>> compare_instruments("ucla3", "djg6").loc["questions"].tolist()
    ['3', '6']
    """
    loaded = [load_instrument(entry) if isinstance(entry, str) else entry for entry in instruments]
    ids = [instrument.id for instrument in loaded]
    if len(set(ids)) < 2 or len(set(ids)) < len(ids):
        raise OptionError(
            f"A comparison needs at least two different instruments, not {', '.join(f'`{i}`' for i in ids) or 'none'}.",
            hint="Name another one: `sctoolkit instruments list` shows the library.",
        )
    table = pd.DataFrame({instrument.id: _properties(instrument) for instrument in loaded})
    return table.rename_axis("property")


def _properties(instrument: Instrument) -> dict[str, str]:
    header, licence = instrument.instrument, instrument.licence
    reversed_items = sum(item.keying == -1 for item in instrument.items)
    return {
        "name": instrument.name,
        "status": instrument.status,
        "year": str(header.year or ""),
        "measures": ", ".join(header.constructs),
        "level": ", ".join((header.level, *header.levels)),
        "population": header.population,
        "period": header.reference_period,
        "questions": str(n_questions(instrument) or "not known"),
        "reverse-keyed": str(reversed_items) if instrument.items else "",
        "answers": _lines(f"{name}: {answers_text(entry)}" for name, entry in instrument.response.items()),
        "forms": ", ".join(header.forms) if len(header.forms) > 1 else "",
        "sides": ", ".join(header.sides),
        "scales": _lines(f"{name}: {rule_text(scale)}" for name, scale in instrument.scale.items()),
        "missing answers": header.missing_rule,
        "reliability": _figures(instrument, ("alpha", "omega", "KR-20", "retest", "ICC")),
        "structure": _figures(instrument, ("CFA", "EFA", "invarian", "dimension", "Rasch", "factor")),
        "languages": ", ".join(header.languages),
        "wording here": ", ".join(wording_files(instrument)) or "no",
        "free to use": {True: "yes", False: "no", None: "not known"}[licence.free],
        "licence": licence.wording,
        "text at": licence.where,
        "not verified": str(n_unverified(instrument)),
        "criticisms": _lines(header.criticisms),
    }


def _figures(instrument: Instrument, words: tuple[str, ...]) -> str:
    return _lines(
        f"{entry.statistic} {entry.value}{f' (n {entry.n})' if entry.n is not None else ''}"
        for entry in instrument.psychometrics
        if entry.verified is not False and any(word.lower() in entry.statistic.lower() for word in words)
    )


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(texts)
