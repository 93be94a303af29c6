"""Which group takes part."""

from __future__ import annotations

from typing import Any

from sctoolkit.change.route.panel import Panel, label_of
from sctoolkit.errors import DesignError, OptionError, did_you_mean
from sctoolkit.result import Caveat

PROGRAMME_LABELS = ("1", "true", "programme", "program", "treated", "treatment", "intervention", "yes")


def treated_code(panel: Panel, group: str | None, treated: Any) -> tuple[int | None, tuple[Caveat, ...]]:
    """Return the code of the group that takes part, and a caveat when there is nobody to compare it with.

    Raises
    ------
    OptionError
        If a group that takes part is named without the column that holds it.
    DesignError
        If the groups are not two, or which one takes part is not clear.
    """
    if panel.group is None:
        if treated is not None:
            raise OptionError(
                "Option `treated` needs `group`, the column that holds it.",
                where=f"treated `{treated}`",
                hint="Add `group='name of the column'`, or leave `treated` out.",
            )
        return None, ()
    if len(panel.groups) == 1:
        sentence = (
            f"`{group}` holds `{panel.groups[0]}` only: there is no comparison, and only change can be described."
        )
        return None, (Caveat(code="no_comparison", sentence=sentence),)
    listed = ", ".join(f"`{name}`" for name in panel.groups[:6])
    if len(panel.groups) > 2:
        raise DesignError(
            f"Column `{group}` must hold two groups, not {len(panel.groups)}: {listed}.",
            where=f"column `{group}`, {panel.n_obs} rows",
            hint="Compare two at a time, or merge groups before.",
        )
    if treated is not None:
        label = label_of(treated)
        if label not in panel.groups:
            raise DesignError(
                f"`{label}` must be a group of column `{group}`.",
                where=f"groups: {listed}",
                hint=did_you_mean(label, panel.groups),
            )
        return panel.groups.index(label), ()
    found = [code for code, name in enumerate(panel.groups) if name.casefold() in PROGRAMME_LABELS]
    if len(found) != 1:
        shown = " or ".join(f"`treated={name!r}`" for name in panel.groups)
        raise DesignError(
            f"It must be clear which group of `{group}` takes part in the programme.",
            where=f"groups: {listed}",
            hint=f"Give {shown}.",
        )
    return found[0], ()
