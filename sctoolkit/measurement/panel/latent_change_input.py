"""What a latent change is made from: items, columns of roles, people seen at each wave."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sctoolkit.errors import DesignError, OptionError
from sctoolkit.measurement.keyed import keyed_items
from sctoolkit.measurement.panel.panel_frame import PanelWaves, frame_of, panel_frame

if TYPE_CHECKING:
    from sctoolkit.scoring.scores import Scores
    from sctoolkit.survey.responses import Responses

MIN_ITEMS = 3


@dataclass(frozen=True, slots=True)
class ChangeInput:
    """A wide frame with columns `item.wave` and who was seen when.

    ``seen`` (waves, people) says whether somebody answered an item at a wave; people without a group are not in it, but
    count in ``n_in``.
    """

    frame: pd.DataFrame
    items: tuple[str, ...]
    waves: tuple[str, ...]
    seen: npt.NDArray[np.bool_]
    n_in: int

    @property
    def factor(self) -> str:
        """Return a name of the latent variable that no item bears."""
        name = "latent"
        while name in self.items:
            name += "_"
        return name

    @property
    def linked(self) -> npt.NDArray[np.bool_]:
        """Return who was seen at two waves or more."""
        return np.asarray(self.seen.sum(axis=0) >= 2)


def change_input(
    data: pd.DataFrame | Scores | Responses,
    items: Sequence[str] | None,
    waves: PanelWaves,
    *,
    unit: str | None,
    wave: str | None,
    group: str | None,
    cluster: str | None,
    scale: str | None,
) -> ChangeInput:
    """Return the items of all waves side by side."""
    frame = frame_of(data, scores=False, scale=scale)
    names = _names(data, items, scale)
    if not isinstance(data, pd.DataFrame):
        unit, wave = unit or "respondent", wave or "wave"
    others = tuple(dict.fromkeys(name for name in (group, cluster) if name is not None))
    constant = () if group is None else (group,)
    wide, labels = panel_frame(frame, names, waves, unit=unit, wave=wave, others=others, constant=constant)
    n_in = len(wide)
    if group is not None:
        wide = wide[wide[group].notna() & (wide[group] != "")].reset_index(drop=True)
    seen = np.array([wide[[f"{item}.{label}" for item in names]].notna().any(axis=1) for label in labels])
    return ChangeInput(wide, names, labels, seen, n_in)


def _names(data: pd.DataFrame | Scores | Responses, items: Sequence[str] | None, scale: str | None) -> tuple[str, ...]:
    """Return the names of the items."""
    example = 'For example `items=["a", "b", "c"]`.'
    if items is None and isinstance(data, pd.DataFrame):
        raise OptionError("`items` must name the items of the scale, without their wave.", hint=example)
    if isinstance(items, str):
        raise OptionError(f"`items` must be a list of names, not the text `{items}`.", hint=example)
    names = tuple(dict.fromkeys(str(name) for name in (keyed_items(data, scale).columns if items is None else items)))
    strange = [name for name in names if not re.fullmatch(r"[A-Za-z_.][\w.]*", name)]
    if strange:
        raise OptionError(
            f"Items must have names of letters, digits, `_` or `.`, and `{strange[0]}` has others.",
            hint="Rename its columns first.",
        )
    if len(names) < MIN_ITEMS:
        raise DesignError(
            f"A latent change must rest on {MIN_ITEMS} items or more, and there are {len(names)}.",
            hint="Use `estimate_change` with the score.",
        )
    return names
