"""The ladder of invariance: which parameters are equal at which level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sctoolkit.errors import OptionError, did_you_mean

EXTRA = {"variances": "lv_variances", "covariances": "lv_covariances", "means": "means"}


@dataclass(frozen=True, slots=True)
class Level:
    """A level: its name, the kinds of parameters equal at it, and those that it adds."""

    name: str
    kinds: tuple[str, ...]
    added: tuple[str, ...]


def ladder(ordered: bool, n_thresholds: Sequence[int], extra: Sequence[str] = ()) -> tuple[Level, ...]:
    """Return the levels to fit, lowest first.

    Parameters
    ----------
    ordered : bool
    n_thresholds : sequence of int
        Thresholds of every item (ordered items).
    extra : sequence of str
        Structural levels to add after strict: variances, covariances, means.

    Notes
    -----
    Ordered items follow Wu & Estabrook (2016): thresholds, loadings, intercepts, residuals. With three categories the
    thresholds level cannot be told from the configural one (no degree of freedom). When all items have two categories
    only the joint level (strict) is identified beyond the configural one.

    References
    ----------
    Wu & Estabrook (2016), doi:10.1007/s11336-016-9506-0; Meredith (1993), doi:10.1007/BF02294825.

    Examples
    --------
    >>> [level.name for level in ladder(True, [4, 4, 4])]
    ['configural', 'thresholds', 'metric', 'scalar', 'strict']
    >>> [level.name for level in ladder(True, [1, 1, 1])]
    ['configural', 'strict']
    """
    if ordered and max(n_thresholds) == 1:
        steps = [("configural", ()), ("strict", ("thresholds", "loadings", "intercepts", "residuals"))]
    else:
        steps = [("configural", ())]
        if ordered:
            steps.append(("thresholds", ("thresholds",)))
        steps += [("metric", ("loadings",)), ("scalar", ("intercepts",)), ("strict", ("residuals",))]
    for name in extra:
        if name not in EXTRA:
            raise OptionError(
                f"Structural levels must be among {', '.join(EXTRA)}, and `{name}` is not.",
                hint=did_you_mean(name, EXTRA),
            )
        steps.append((name, (EXTRA[name],)))
    levels: list[Level] = []
    kinds: tuple[str, ...] = ()
    for name, added in steps:
        kinds = (*kinds, *added)
        levels.append(Level(name, kinds, added))
    return tuple(levels)
