"""A panel as one row a respondent: columns `name.wave`, from waves in rows or waves in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from sctoolkit.errors import DataError, OptionError, did_you_mean
from sctoolkit.measurement.invariance.wave_model import wave_model
from sctoolkit.measurement.structure.model_syntax import Syntax, Term

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

PanelWaves = Sequence[str | int | float] | Mapping[str, Mapping[str, str]]


def panel_frame(
    frame: pd.DataFrame,
    names: Sequence[str],
    waves: PanelWaves,
    *,
    unit: str | None,
    wave: str | None,
    others: Sequence[str],
    constant: Sequence[str] = (),
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return (frame with columns `name.wave` and ``others``, labels of the waves in the order asked for).

    Parameters
    ----------
    frame : DataFrame
    names : sequence of str
        What is measured at every wave.
    waves : sequence of labels, or mapping of label to {name: column}
        Labels in the column ``wave``; or, without it, endings of columns (`trust_pre`, `trust.pre`, `trustpre`).
    unit, wave : str or None
        Columns of respondents and waves, for waves in rows.
    others : sequence of str
        Further columns to keep; the first value of each respondent where waves stand in rows.
    constant : sequence of str
        Those of them that must not change within a respondent.
    """
    if isinstance(waves, str) or len(waves) < 2:
        found = f"is the text `{waves}`" if isinstance(waves, str) else f"lists {len(waves)}"
        raise OptionError(
            f"`waves` must list at least two waves in their order, and it {found}.",
            hint='For example `waves=["pre", "post"]`.',
        )
    repeated = [label for label in waves if [str(other) for other in waves].count(str(label)) > 1]
    if repeated:
        raise OptionError(
            f"`waves` must list every wave once, and `{repeated[0]}` stands there more than once.",
            hint=f"Write `{repeated[0]}` once.",
        )
    syntax = Syntax(tuple(Term(name, "~~", name) for name in names), (), ())
    if wave is None:
        _require(frame, others)
        joined = wave_model(frame, syntax, _texts(waves), unit=None, others=others)
    else:
        rows = _rows_in_order(frame, names, waves, unit, wave, others)
        _require_constant(rows, constant, unit)
        joined = wave_model(rows, syntax, wave, unit=unit, others=others)
    return joined.frame, joined.labels


def frame_of(data: pd.DataFrame | Scores | Responses, scores: bool, scale: str | None = None) -> pd.DataFrame:
    """Return a frame as it is, `Scores` with one column a scale (``scores``), or keyed items beside their roles."""
    from sctoolkit.measurement.structure.confirm import items_with_roles

    if isinstance(data, pd.DataFrame):
        return data.set_axis([str(name) for name in data.columns], axis=1)
    if scores and hasattr(data, "frame") and hasattr(data, "scales"):
        return pd.DataFrame(data.frame())
    if scores or not (hasattr(data, "responses") or hasattr(data, "instrument")):
        kinds = "a DataFrame or `Scores`" if scores else "a DataFrame, `Responses` or `Scores`"
        raise DataError(
            f"Data must be {kinds}, not {type(data).__name__}.",
            hint="Make a frame of it: `pandas.DataFrame(data, columns=[...])`, with a name for each item.",
        )
    return items_with_roles(data, scale)


def _texts(waves: PanelWaves) -> list[str] | dict[str, Mapping[str, str]]:
    """Return labels as texts."""
    if isinstance(waves, Mapping):
        return {str(label): columns for label, columns in waves.items()}
    return [str(label) for label in waves]


def _require(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise for a name that is not a column."""
    for name in columns:
        if name not in frame.columns:
            raise DataError(
                f"The data must have a column `{name}`, and there is none.",
                hint=did_you_mean(name, [str(column) for column in frame.columns]),
            )


def _rows_in_order(
    frame: pd.DataFrame, names: Sequence[str], waves: PanelWaves, unit: str | None, wave: str, others: Sequence[str]
) -> pd.DataFrame:
    """Return the rows of the waves asked for, earliest first, with waves as texts."""
    if isinstance(waves, Mapping):
        raise OptionError(
            "`waves` must list labels when waves stand in rows, not map them to columns.",
            hint="Leave `wave` out for waves in columns.",
        )
    _require(frame, [*names, wave, *others, *([] if unit is None else [unit])])
    order = [str(label) for label in waves]
    text = frame[wave].map(label_text)
    for label in order:
        if not (text == label).any():
            raise DataError(
                f"Column `{wave}` must hold wave `{label}`, and it does not.",
                hint=did_you_mean(label, [str(entry) for entry in text.dropna().unique()]),
            )
    rows = frame.assign(**{wave: text})[text.isin(order)]
    return rows.sort_values(wave, key=lambda column: column.map(order.index), kind="stable")


def _require_constant(rows: pd.DataFrame, columns: Sequence[str], unit: str | None) -> None:
    """Raise for a column that changes over the waves of a respondent."""
    for name in columns if unit is not None else ():
        kinds = rows.groupby(unit)[name].nunique()
        if (kinds > 1).any():
            raise DataError(
                f"`{name}` must be the same at all waves of a respondent, and it changes for {int((kinds > 1).sum())}.",
                where=f"First: `{kinds.index[kinds > 1][0]}` in column `{unit}`.",
                hint=f"Fill `{name}` with its value at the first wave, or leave it out.",
            )


def label_text(value: Any) -> str | None:
    """Return a wave as text; whole numbers without a decimal point."""
    if pd.isna(value):
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
