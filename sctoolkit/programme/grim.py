"""Can these printed figures come from this many people? Granularity checks of percentages and means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import pandas as pd

from sctoolkit.errors import DataError, OptionError
from sctoolkit.options import check_option
from sctoolkit.result import Caveat, Provenance, Result, tidy_frame

MAX_BASE = 400
N_BASES_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A printed figure and what the stated base allows."""

    text: str
    value: float
    half_unit: float
    possible: bool
    nearest: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grim(Result):
    """Whether each printed figure can come from the stated base.

    ``possible`` is the verdict on all figures together; ``bases`` are the smallest bases that fit them all.
    """

    kind: str
    n: int
    figures: tuple[Printed, ...]
    possible: bool
    bases: tuple[int, ...]
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return one row a figure: as printed, the nearest figure that the base allows, and the verdict."""
        return tidy_frame(
            {
                "level": "possible" if figure.possible else "impossible", "term": figure.text,
                "estimand": self.kind, "estimate": figure.nearest, "statistic": float(figure.count),
                "n_obs": self.n, "method": "GRIM",
            }
            for figure in self.figures
        )  # fmt: skip

    def glance(self) -> pd.DataFrame:
        """Return the verdict on all figures together."""
        return pd.DataFrame([{"n_obs": self.n, "possible": self.possible, "smallest_base": min(self.bases, default=0)}])


def grim(
    figures: Sequence[str | float] | str | float,
    n: int,
    *,
    kind: Literal["percent", "mean"] = "percent",
    parts: Literal["separate", "exclusive", "whole"] = "separate",
    items: int = 1,
) -> Grim:
    """Check printed percentages or means against the number of people that they are said to come from.

    Parameters
    ----------
    figures : sequence of str or float
        Figures as printed. Text keeps trailing zeros and with them the precision: ``"84"``, ``"84 %"``, ``"3.40"``.
    n : int
        Stated number of people.
    kind : {"percent", "mean"}, optional
        ``mean``: of whole-number answers.
    parts : {"separate", "exclusive", "whole"}, optional
        How percentages belong together: ``exclusive`` are answers of which a person gives one at most (their people add
        up to at most ``n``); ``whole`` are all such answers of one question (their people add up to the base).
    items : int, optional
        Number of whole-number items that a mean is averaged over.

    Returns
    -------
    Grim
        A verdict and the nearest attainable figure for each, the smallest bases (up to 400) that fit all, and, where
        the figures fit a larger base only, what that suggests.

    Raises
    ------
    DataError
        If a figure is not a number or a percentage lies outside 0 to 100.
    OptionError
        If ``n`` or ``items`` is not a positive whole number.

    Notes
    -----
    A figure is possible when some count k of 0..n (or any whole sum of answers for a mean) rounds to it; halves may
    have been rounded either way. Percentages of a base of 100 or more printed without decimals are always possible.

    References
    ----------
    Brown & Heathers (2017), doi:10.1177/1948550616673876.

    Examples
    --------
    >>> check = grim(["84", "14"], 23)
    >>> [figure.possible for figure in check.figures]
    [False, False]
    >>> check.bases
    (37, 43, 44, 49, 50, 51)
    """
    check_option("kind", kind, ("percent", "mean"))
    check_option("parts", parts, ("separate", "exclusive", "whole"))
    for name, value in (("n", n), ("items", items)):
        if isinstance(value, bool) or int(value) != value or value < 1:
            raise OptionError(
                f"Option `{name}` must be a whole number of 1 or more, not `{value}`.",
                hint="Give the number of people who answered, and `items` only for means over several questions.",
            )
    texts = [figures] if isinstance(figures, (str, int, float)) else list(figures)
    parsed = [parse_figure(text, kind) for text in texts]
    if not parsed:
        raise DataError("There must be at least one figure to check.", hint='For example `grim(["84%", "16%"], n=25)`.')
    values = np.array([value for value, _ in parsed])
    halves = np.array([half for _, half in parsed])
    scale = 100.0 if kind == "percent" else 1.0
    printed = tuple(
        _judge(str(text), value, half, int(n) * items, scale)
        for text, value, half in zip(texts, values, halves, strict=True)
    )
    limit = MAX_BASE if kind == "percent" else max(MAX_BASE, int(n))
    sizes = np.arange(1, limit + 1)
    bases = tuple(sizes[fitting(values, halves, sizes * items, scale, parts)].tolist())
    possible = fits(values, halves, int(n) * items, scale, parts)
    return Grim(
        kind=kind, n=int(n), figures=printed, possible=possible, bases=bases[:N_BASES_SHOWN],
        provenance=Provenance(
            analysis="granularity of printed figures", n_in=len(printed), n_used=len(printed),
            options={"kind": kind, "parts": parts, "items": items},
        ),
        caveats=_caveats(printed, possible, bases, int(n), kind, values, halves, parts),
    )  # fmt: skip


def parse_figure(text: str | float, kind: str = "percent") -> tuple[float, float]:
    """Return a printed figure and half of its last printed unit.

    Examples
    --------
    >>> parse_figure("84.0 %")
    (84.0, 0.05)
    """
    cleaned = re.sub(r"\s*(%|per ?cent|percent)\s*$", "", str(text).strip()).replace(",", ".").replace("\u2212", "-")
    if not re.fullmatch(r"-?\d+(\.\d*)?|-?\.\d+", cleaned):
        raise DataError(
            f"A printed figure must be a number such as 84 or 3.42, not `{text}`.",
            hint='Give the figure as printed, with its decimals and without words: `"84%"`.',
        )
    number = Decimal(cleaned)
    decimals = len(cleaned.partition(".")[2]) if not (isinstance(text, float) and text.is_integer()) else 0
    if kind == "percent" and not 0 <= number <= 100:
        raise DataError(f"A percentage must lie between 0 and 100, not `{text}`.", hint="For means, use `kind='mean'`.")
    return float(number), float(Decimal(5).scaleb(-decimals - 1))


def _judge(text: str, value: float, half: float, units: int, scale: float) -> Printed:
    """Return whether a whole number of ``units`` rounds to the figure."""
    count = round(value / scale * units)
    nearest = count / units * scale
    return Printed(
        text=text, value=value, half_unit=half, count=count, nearest=nearest,
        possible=bool(abs(nearest - value) <= half + 1e-9),
    )  # fmt: skip


def fits(values: np.ndarray, halves: np.ndarray, units: int, scale: float, parts: str = "separate") -> bool:
    """Return whether whole numbers of ``units`` round to all figures at once."""
    return bool(fitting(values, halves, np.array([units]), scale, parts)[0])


def fitting(
    values: np.ndarray, halves: np.ndarray, units: np.ndarray, scale: float, parts: str = "separate"
) -> np.ndarray:
    """Return for each number of units whether it fits all figures at once."""
    low = np.ceil((values - halves - 1e-9) / scale * units[:, None])
    high = np.floor((values + halves + 1e-9) / scale * units[:, None])
    if scale == 100.0:
        low, high = np.maximum(low, 0), np.minimum(high, units[:, None])
    possible = (low <= high).all(axis=1)
    if parts == "exclusive":
        possible &= low.sum(axis=1) <= units
    if parts == "whole":
        possible &= (low.sum(axis=1) <= units) & (units <= high.sum(axis=1))
    return np.asarray(possible)


def _caveats(
    printed: Sequence[Printed], possible: bool, bases: Sequence[int], n: int, kind: str,
    values: np.ndarray, halves: np.ndarray, parts: str,
) -> tuple[Caveat, ...]:  # fmt: skip
    """Return what the verdict suggests."""
    caveats = []
    wrong = [figure.text for figure in printed if not figure.possible]
    people = f"{n} {'person' if n == 1 else 'people'}"
    if wrong:
        caveats.append(
            Caveat(
                code="impossible_figure",
                sentence=f"{', '.join(wrong)} cannot come from {people}"
                + (f"; the smallest bases that fit all figures are {_listed(bases)}." if bases else "."),
                numbers={"n": n, "bases": list(bases[:N_BASES_SHOWN])},
            )
        )
    elif not possible:
        caveats.append(
            Caveat(
                code="impossible_together",
                sentence=f"Each figure can come from {people}, but not all of them together.",
                numbers={"n": n},
            )
        )
    total, slack = float(values.sum()), float(halves.sum())
    if kind == "percent" and len(values) > 2 and not possible and abs(total - 100) <= slack:
        sizes = np.arange(1, MAX_BASE + 1)
        mentions = sizes[fitting(values, halves, sizes, 100.0, "exclusive")].tolist()
        larger = [base for base in mentions if base > n]
        if larger and n not in mentions:
            caveats.append(
                Caveat(
                    code="mentions_not_people",
                    sentence=f"The figures add up to {total:g} and fit bases such as {_listed(larger)}: perhaps "
                    f"mentions, of which a person gives several, printed as if they were the {people}.",
                    numbers={"bases": larger[:N_BASES_SHOWN]},
                )
            )
    if kind == "percent" and parts != "separate" and total - slack > 100:
        caveats.append(
            Caveat(
                code="more_than_everyone",
                sentence=f"The figures add up to {total:g}: a person can have given several answers, so these are "
                "mentions and not parts of the people.",
                numbers={"total": total},
            )
        )
    return tuple(caveats)


def _listed(bases: Sequence[int]) -> str:
    """Return the first bases as words."""
    shown = [str(base) for base in bases[:N_BASES_SHOWN]]
    return ", ".join(shown[:-1]) + f" and {shown[-1]}" if len(shown) > 1 else shown[0]
