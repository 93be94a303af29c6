"""The answers as arrays: one row a respondent and wave, with every row that cannot be used accounted for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.change.models.model_frame import require_columns
from sctoolkit.errors import DataError
from sctoolkit.result import Caveat

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Panel:
    """Rows that can be used, as codes from 0.

    ``unit`` is unique for every record without a key, so that it links to nothing; ``keyed`` says which have one.
    ``cluster``, ``group`` and ``side`` are None when no column was named. Labels stand in the order of the codes.
    ``ordered`` says that answers have an order and no distances, so that a change is a step up or down.
    """

    outcome: FloatArray
    unit: IntArray
    keyed: npt.NDArray[np.bool_]
    wave: IntArray
    waves: tuple[str, ...]
    cluster: IntArray | None = None
    clusters: tuple[str, ...] = ()
    group: IntArray | None = None
    groups: tuple[str, ...] = ()
    side: IntArray | None = None
    sides: tuple[str, ...] = ()
    weight: FloatArray | None = None
    exposure: FloatArray | None = None
    ordered: bool = False
    covariates: FloatArray = field(default_factory=lambda: np.empty((0, 0)))
    covariate_names: tuple[str, ...] = ()
    n_in: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_obs(self) -> int:
        """Rows used."""
        return len(self.outcome)

    def rows(self, keep: npt.NDArray[np.bool_]) -> Panel:
        """Return the panel with some rows only; codes and labels stay as they are."""

        def pick(array: Any) -> Any:
            return None if array is None else array[keep]

        return replace(
            self, outcome=self.outcome[keep], unit=self.unit[keep], keyed=self.keyed[keep], wave=self.wave[keep],
            cluster=pick(self.cluster), group=pick(self.group), side=pick(self.side), weight=pick(self.weight),
            exposure=pick(self.exposure),
            covariates=self.covariates[keep] if self.covariates.size else self.covariates,
        )  # fmt: skip

    def pairs(self, first: int, last: int) -> tuple[IntArray, IntArray]:
        """Return the rows of wave ``first`` and of wave ``last`` of the units that have both, in the same order."""
        early, late = np.flatnonzero(self.wave == first), np.flatnonzero(self.wave == last)
        _, i, j = np.intersect1d(self.unit[early], self.unit[late], return_indices=True)
        return early[i], late[j]

    def gains(self, first: IntArray, last: IntArray) -> FloatArray:
        """Return the change from rows ``first`` to rows ``last``; of ordered answers its sign."""
        change = self.outcome[last] - self.outcome[first]
        return np.sign(change) if self.ordered else change

    def pair_weights(self, first: IntArray, last: IntArray) -> FloatArray | None:
        """Return the mean of the two weights of each linked respondent, None without weights."""
        return None if self.weight is None else (self.weight[first] + self.weight[last]) / 2


def read_panel(
    scores: Any,
    *,
    outcome: str,
    unit: str | None,
    wave: str,
    cluster: str | None = None,
    group: str | None = None,
    side: str | None = None,
    weight: str | None = None,
    exposure: str | None = None,
    covariates: Sequence[str] = (),
    waves: Sequence[Any] | None = None,
) -> Panel:
    """Turn a long frame into arrays.

    Parameters
    ----------
    scores : DataFrame, or an object with ``frame()``
        One row a respondent and wave.
    outcome, unit, wave, cluster, group, side, weight, exposure, covariates
        Names of columns. Without ``unit`` no record links to another.
    waves : sequence, optional
        Waves in their order, to be used; without it all waves, sorted (numbers as numbers).

    Raises
    ------
    DataError
        If a column is absent or not numeric, weights are negative, an exposure is not above 0, or a respondent has two
        rows in one wave.
    """
    data = scores if isinstance(scores, pd.DataFrame) else scores.frame()
    named = [name for name in (unit, cluster, group, side, weight, exposure) if name is not None]
    require_columns(data, [outcome, wave, *named, *covariates])
    parts = {"wave": wave, "unit": unit, "cluster": cluster, "group": group, "side": side}
    _one_part_each({"outcome": outcome, **parts}, "outcome")
    _one_part_each(parts, "wave")
    data = data.reset_index(drop=True)
    values = numeric(data, outcome)
    numbers = [*covariates, *([exposure] if exposure else [])]
    keep, left_out = _usable(data, values, wave, [n for n in (cluster, group, side) if n], numbers, waves)
    weights = None if weight is None else _weights(data, weight)
    if weights is not None:
        zero = keep & ~(weights > 0)
        if zero.any():
            left_out["no weight"] = int(zero.sum())
        keep &= weights > 0
    frame, order = data[keep], _wave_order(data.loc[keep, wave], waves)
    codes, keyed = _unit_codes(frame, unit)
    wave_codes = _codes(frame[wave].map(label_of), order)
    if unit is not None:
        _no_doubles(frame, codes, wave_codes, order, unit)
    labelled: dict[str, Any] = {}
    for name, column in (("cluster", cluster), ("group", group), ("side", side)):
        if column is not None:
            found = frame[column].map(label_of)
            labels = tuple(sorted(found.unique(), key=_natural))
            labelled[name] = _codes(found, labels)
            labelled[f"{name}s"] = labels
    return Panel(
        outcome=values[keep], unit=codes, keyed=keyed, wave=wave_codes, waves=order,
        weight=None if weights is None else weights[keep],
        exposure=None if exposure is None else _exposures(frame, exposure),
        covariates=np.column_stack([numeric(frame, name) for name in covariates]) if covariates else np.empty((0, 0)),
        covariate_names=tuple(covariates), n_in=len(data), left_out=left_out, **labelled,
    )  # fmt: skip


def _one_part_each(columns: Mapping[str, str | None], part: str) -> None:
    """Raise where the column of ``part`` is named for another part too."""
    for other, column in columns.items():
        if other != part and column == columns[part]:
            raise DataError(
                f"Column `{column}` must not be {part} and {other} at once.",
                hint=f"Name another column: `{other}='...'`{'' if other == 'wave' else ', or leave it out'}.",
            )


def numeric(frame: pd.DataFrame, name: str) -> FloatArray:
    """Return a column as floats.

    Raises
    ------
    DataError
        If a cell is neither a number nor empty.
    """
    numbers = pd.to_numeric(frame[name], errors="coerce")
    strange = numbers.isna() & frame[name].notna()
    if strange.any():
        shown = ", ".join(f"`{value}`" for value in frame.loc[strange, name].unique()[:5])
        raise DataError(
            f"Column `{name}` must hold numbers, not {shown}.",
            where=f"{int(strange.sum())} of {len(frame)} rows, first at index {frame.index[strange][0]} of the frame.",
            hint="Score the answers first, or set codes of missing answers to empty.",
        )
    return numbers.to_numpy(dtype=np.float64)


def label_of(value: Any) -> str:
    """Return a label as text, whole numbers without their decimal point.

    Examples
    --------
    >>> label_of(2.0), label_of("2")
    ('2', '2')
    """
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _usable(
    data: pd.DataFrame, values: FloatArray, wave: str, labels: list[str], covariates: list[str], waves: Any
) -> tuple[npt.NDArray[np.bool_], dict[str, int]]:
    """Return the rows that can be used, and how many cannot for which reason (each row counted once)."""
    keep = np.ones(len(data), dtype=bool)
    reasons: dict[str, int] = {}
    tests: list[tuple[str, npt.NDArray[np.bool_]]] = [(f"no {wave}", data[wave].isna().to_numpy())]
    if waves is not None:
        tests.append(("another wave", ~data[wave].map(label_of).isin([label_of(w) for w in waves]).to_numpy()))
    tests.append(("no score", ~np.isfinite(values)))
    tests += [(f"no {name}", data[name].isna().to_numpy()) for name in labels]
    tests += [(f"no {name}", ~np.isfinite(numeric(data, name))) for name in covariates]
    for reason, bad in tests:
        lost = int((keep & bad).sum())
        if lost:
            reasons[reason] = lost
        keep &= ~bad
    if not keep.any():
        raise DataError(
            "There must be at least one row with a wave and a score.",
            where=[f"{count} rows: {reason}" for reason, count in reasons.items()] or "the frame has no rows",
            hint="Check that the wave and the score are the columns meant.",
        )
    return keep, reasons


def _weights(data: pd.DataFrame, name: str) -> FloatArray:
    """Return weights, nan as 0."""
    weights = numeric(data, name)
    negative = weights < 0
    if negative.any():
        raise DataError(
            f"Weights must be 0 or more, and `{name}` is negative.",
            where=f"{int(negative.sum())} of {len(data)} rows, first at index {data.index[negative][0]} of the frame.",
            hint="Correct the weights; a row that should not count has the weight 0.",
        )
    return np.nan_to_num(weights)


def _exposures(frame: pd.DataFrame, name: str) -> FloatArray:
    """Return what counts were counted over."""
    amounts = numeric(frame, name)
    if not (amounts > 0).all():
        raise DataError(
            f"What a count was counted over must be above 0, and `{name}` is not.",
            where=f"{int((~(amounts > 0)).sum())} of {len(frame)} rows that have a score",
            hint="Leave out rows in which nothing could be counted, or correct the exposure.",
        )
    return amounts


def _codes(column: pd.Series[Any], labels: Sequence[str]) -> IntArray:
    """Return the position of each label."""
    position = {label: code for code, label in enumerate(labels)}
    return np.array([position[label] for label in column], dtype=np.int64)


def _natural(text: str) -> tuple[tuple[int, float, str], ...]:
    """Return a key that sorts `2` before `10`."""
    return tuple(
        (0, float(part), "") if part.isdigit() else (1, 0.0, part) for part in re.split(r"(\d+)", text) if part
    )


def _wave_order(column: pd.Series[Any], waves: Sequence[Any] | None) -> tuple[str, ...]:
    """Return the labels of the waves in their order."""
    present = column.map(label_of).unique()
    if waves is None:
        return tuple(sorted(present, key=_natural))
    return tuple(label_of(wave) for wave in waves if label_of(wave) in present)


def _unit_codes(frame: pd.DataFrame, unit: str | None) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Return unit codes, and which records have a key; a record without one gets a code of its own."""
    if unit is None:
        return np.arange(len(frame), dtype=np.int64), np.zeros(len(frame), dtype=bool)
    text = frame[unit].map(lambda value: "" if pd.isna(value) else label_of(value).strip())
    keyed = (text != "").to_numpy()
    codes = np.empty(len(frame), dtype=np.int64)
    found, labels = pd.factorize(text[keyed], sort=True)
    codes[keyed] = found
    codes[~keyed] = len(labels) + np.arange(int((~keyed).sum()))
    return codes, keyed


def _no_doubles(frame: pd.DataFrame, unit: IntArray, wave: IntArray, order: Sequence[str], name: str) -> None:
    """Raise when a respondent has two rows in one wave."""
    doubled = pd.DataFrame({"unit": unit, "wave": wave}).duplicated().to_numpy()
    if doubled.any():
        shown = [f"`{name}` {frame[name].iloc[i]} in wave {order[wave[i]]}" for i in np.flatnonzero(doubled)[:5]]
        raise DataError(
            "A respondent must have one row a wave.",
            where=[f"{int(doubled.sum())} rows repeat a respondent and wave: " + ", ".join(shown)],
            hint="Take out the rows that were entered twice, or give people who share a code an empty one.",
        )


def left_out_caveat(panel: Panel) -> tuple[Caveat, ...]:
    """Return a caveat on the rows that could not be used, if there are any."""
    if not panel.left_out:
        return ()
    told = ", ".join(f"{count} with {reason}" for reason, count in panel.left_out.items())
    return (
        Caveat(
            code="rows_left_out",
            sentence=f"{panel.n_in - panel.n_obs} of {panel.n_in} rows are not used: {told}.",
            numbers=dict(panel.left_out),
            n_people=min(panel.left_out.values()),
        ),
    )
