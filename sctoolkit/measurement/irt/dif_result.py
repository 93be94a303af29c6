"""What `dif` returns, and the table of sizes by which it judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.result import Caveat, Provenance, Result, tidy_frame


@dataclass(frozen=True, slots=True)
class SizeRule:
    """Cut-offs between names of size, from small to large, with their source."""

    measure: str
    names: tuple[str, ...]
    cuts: tuple[float, ...]
    source: str

    def name(self, value: float) -> str:
        """Return the name of an absolute effect; empty when it is undefined."""
        return self.names[int(np.searchsorted(self.cuts, abs(value), side="right"))] if np.isfinite(value) else ""


SIZE_RULES: dict[str, tuple[SizeRule, ...]] = {
    "logistic": (
        SizeRule(
            "log odds at equal score",
            ("negligible", "moderate", "large"),
            (1.0 / 2.35, 1.5 / 2.35),
            "ETS classification A, B, C on logistic coefficients (Monahan, McHorney, Stump & Perkins, 2007, "
            "doi:10.3102/1076998606298035)",
        ),
        SizeRule(
            "change in Nagelkerke R squared",
            ("negligible", "moderate", "large"),
            (0.035, 0.070),
            "Jodoin & Gierl (2001), doi:10.1207/S15324818AME1404_2",
        ),
    ),
    "mantel": (
        SizeRule(
            "mean difference in pooled SD",
            ("negligible", "moderate", "large"),
            (0.17, 0.25),
            "ETS classification AA, BB, CC (Allen, Carlson & Zelenak, 1999, NAEP 1996 Technical Report, NCES 1999-452)",
        ),
    ),
    "irt": (
        SizeRule(
            "dMACS",
            ("negligible", "small", "medium", "large"),
            (0.20, 0.40, 0.70),
            "Nye, Bradburn, Olenick, Bialko & Drasgow (2019), doi:10.1177/1094428118761122",
        ),
    ),
}
"""How `dif` names the size of a difference; where a method has two measures, the larger name holds."""


def size_name(method: str, values: tuple[float, ...]) -> str:
    """Return the largest name that the measures of a method earn; empty when none is defined.

    Examples
    --------
    >>> size_name("logistic", (0.7, 0.01)), size_name("irt", (0.1,))
    ('large', 'negligible')
    """
    rules = SIZE_RULES[method]
    names = [rule.name(value) for rule, value in zip(rules, values, strict=True)]
    return max((name for name in names if name), key=rules[0].names.index, default="")


@dataclass(frozen=True, slots=True)
class ItemDif:
    """Tests and effects of one item.

    ``tests`` holds (statistic, dof, p) by name, the deciding one first; ``effects`` holds (group, value, std_error) by
    name; ``sizes`` are the figures that `SIZE_RULES` judges, one a rule of the method. ``reason`` says why an item was
    not tested.
    """

    item: str
    tests: Mapping[str, tuple[float, int, float]] = field(default_factory=dict)
    effects: Mapping[str, tuple[tuple[str, float, float], ...]] = field(default_factory=dict)
    sizes: tuple[float, ...] = ()
    reason: str = ""

    @property
    def size(self) -> float:
        """The first of the sizes; nan when the item was not tested."""
        return self.sizes[0] if self.sizes else float("nan")

    @property
    def p_value(self) -> float:
        """Of the deciding test; nan when the item was not tested."""
        return next(iter(self.tests.values()))[2] if self.tests else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dif(Result):
    """Differential item functioning of every item.

    Attributes
    ----------
    items : tuple of ItemDif
        Tests and effects, in the order of the data.
    p_adjusted : mapping
        By item: p of the deciding test after Benjamini and Hochberg's correction.
    sizes : mapping
        By item: name of the size by `SIZE_RULES`.
    flagged : tuple of str
        Items that are significant after correction and more than negligible.
    anchors : tuple of str
        Items that made the matching score, or that tied the scales of the groups.
    groups : tuple of str
        Reference group first.
    rounds : int
        Rounds of purification.
    group_gaps : mapping
        IRT only: by focal group, its latent mean in reference SDs with every item shared (``all_shared``) and with the
        flagged items free (``anchored``): how much of a gap is items that work differently.
    """

    items: tuple[ItemDif, ...]
    p_adjusted: Mapping[str, float]
    sizes: Mapping[str, str]
    flagged: tuple[str, ...]
    anchors: tuple[str, ...]
    groups: tuple[str, ...]
    rounds: int
    method: str
    n_obs: int
    group_gaps: Mapping[str, Mapping[str, float]]
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return tests (rows with ``statistic``) and effects (rows with ``group``) of each item; p is not adjusted.

        ``role`` of the deciding test is ``flagged`` or ``not_flagged``; ``level`` names the size.
        """
        rows: list[dict[str, Any]] = []
        for entry in self.items:
            for place, (term, (statistic, dof, p_value)) in enumerate(entry.tests.items()):
                row = {"item": entry.item, "term": term, "statistic": statistic, "dof": dof, "p_value": p_value}
                if place == 0:
                    role = "flagged" if entry.item in self.flagged else "not_flagged"
                    row |= {"estimate": entry.size, "role": role, "level": self.sizes[entry.item]}
                rows.append(row)
            for term, values in entry.effects.items():
                for group, value, error in values:
                    rows.append(
                        {"item": entry.item, "term": term, "group": group, "estimate": value, "std_error": error}
                    )
            if not entry.tests:
                rows.append({"item": entry.item, "term": "not_tested", "estimate": float("nan")})
        for group, gaps in self.group_gaps.items():
            rows += [{"term": f"group_gap_{name}", "group": group, "estimate": value} for name, value in gaps.items()]
        return tidy_frame({"n_obs": self.n_obs, "method": self.method, **row} for row in rows)

    def glance(self) -> pd.DataFrame:
        """Return one row: people, groups, items, flagged items, anchors and rounds."""
        return pd.DataFrame(
            [
                {
                    "n_obs": self.n_obs,
                    "n_groups": len(self.groups),
                    "n_items": len(self.items),
                    "n_flagged": len(self.flagged),
                    "n_anchors": len(self.anchors),
                    "n_rounds": self.rounds,
                }
            ]
        )

    def __str__(self) -> str:
        """Return one line an item: deciding test, adjusted p, size, and whether it is flagged."""
        measure = SIZE_RULES[self.method][0].measure
        found = ", ".join(self.flagged) if self.flagged else "none"
        lines = [
            f"DIF ({self.method}; items ordinal): {' against '.join(self.groups[:3])}, {self.n_obs} respondents",
            f"flagged: {found}; size is {measure}",
        ]
        table = pd.DataFrame(
            {
                "item": [entry.item for entry in self.items],
                "chi2": [next(iter(entry.tests.values()))[0] if entry.tests else np.nan for entry in self.items],
                "p_adjusted": [self.p_adjusted[entry.item] for entry in self.items],
                "size": [entry.size for entry in self.items],
                "": [self.sizes[entry.item] for entry in self.items],
            }
        )
        lines += table.head(16).to_string(index=False, na_rep="", float_format=lambda v: f"{v:.3f}").splitlines()
        if len(table) > 16:
            lines.append(f"... {len(table) - 16} more items in tidy()")
        for group, gaps in list(self.group_gaps.items())[:2]:
            lines.append(
                f"mean of {group}: {gaps['all_shared']:.2f} with all items shared, {gaps['anchored']:.2f} anchored"
            )
        lines += [f"! {caveat.sentence}" for caveat in self.caveats]
        return "\n".join(line if len(line) <= 88 else line[:85] + "..." for line in lines[:25])
