"""The choices that functions offer, as tables: one alias a choice, one check for all."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Literal, get_args

from sctoolkit.errors import OptionError, closest

Correlation = Literal["polychoric", "pearson"]
Extraction = Literal["minres", "ml", "principal_axis", "dwls"]
Rotation = Literal["none", "varimax", "promax", "oblimin", "quartimin", "quartimax", "geomin", "target", "bifactor"]
Estimator = Literal["WLSMV", "WLSM", "DWLS", "ULSMV", "ULSM", "ULS", "WLS", "ML", "MLM", "MLR"]
Parameterization = Literal["delta", "theta"]
Convention = Literal["lavaan", "mplus"]
Missing = Literal["listwise", "pairwise", "fiml"]
Vcov = Literal["iid", "HC0", "HC1", "HC2", "HC3", "CR0", "CR1", "CR1S", "CR2", "CR3"]
IntervalMethod = Literal["bootstrap", "bca", "delta", "feldt"]
MixedDf = Literal["kenward-roger", "satterthwaite"]

CHOICES: dict[str, tuple[str, ...]] = {
    "correlation": get_args(Correlation),
    "extraction": get_args(Extraction),
    "rotation": get_args(Rotation),
    "estimator": get_args(Estimator),
    "parameterization": get_args(Parameterization),
    "convention": get_args(Convention),
    "missing": get_args(Missing),
    "vcov": get_args(Vcov),
    "ci": get_args(IntervalMethod),
    "df": get_args(MixedDf),
}


def check_option(name: str, value: object, allowed: tuple[str, ...] | None = None) -> None:
    """Raise unless ``value`` is one of the choices of option ``name``.

    Examples
    --------
    >>> check_option("rotation", "oblimin")
    """
    choices = CHOICES[name] if allowed is None else allowed
    if value not in choices:
        listed = ", ".join(f"`{choice}`" for choice in choices)
        near = closest(str(value), choices)
        raise OptionError(
            f"Option `{name}` must be one of {listed}, not `{value}`.",
            hint=f"Did you mean `{near}`?" if near else f'For example `{name}="{choices[0]}"`.',
        )


def checked_seed(seed: object, name: str = "seed") -> int:
    """Return ``seed`` as an integer, or raise unless it is a whole number of 0 or more.

    Examples
    --------
    >>> checked_seed(1)
    1
    """
    whole = isinstance(seed, Integral) and not isinstance(seed, bool)
    if not whole or int(seed) < 0:  # type: ignore[call-overload]
        raise OptionError(
            f"Option `{name}` must be a whole number of 0 or more, not {seed!r}.",
            hint="Any such number will do; write it down, since the same one gives the same draws.",
        )
    return int(seed)  # type: ignore[call-overload, no-any-return]


def checked_draws(n_draws: object, name: str = "n_draws", least: int = 1) -> int:
    """Return a number of draws as an integer, or raise unless it is a whole number of ``least`` or more.

    Examples
    --------
    >>> checked_draws(999)
    999
    """
    whole = isinstance(n_draws, Integral) and not isinstance(n_draws, bool)
    if not whole or int(n_draws) < least:  # type: ignore[call-overload]
        raise OptionError(
            f"Option `{name}` must be a whole number of {least} or more, not {n_draws!r}.",
            hint="More draws give a steadier figure and take longer.",
        )
    return int(n_draws)  # type: ignore[call-overload, no-any-return]


def checked_level(level: object, name: str = "ci_level") -> float:
    """Return the level of an interval, or raise unless it is a number from 0.5 to below 1.

    Examples
    --------
    >>> checked_level(0.95)
    0.95
    """
    number = isinstance(level, Real) and not isinstance(level, bool)
    if not number or not 0.5 <= float(level) < 1:  # type: ignore[arg-type]
        percent = number and 50 <= float(level) < 100  # type: ignore[arg-type]
        raise OptionError(
            f"Option `{name}` must be a number from 0.5 to below 1, not {level!r}.",
            hint=f"Use {float(level) / 100:g} for {level} %." if percent else "Use 0.95 for 95 %.",  # type: ignore[arg-type]
        )
    return float(level)  # type: ignore[arg-type]
