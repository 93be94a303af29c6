"""What `plan` gives back: the detectable change, its surface and the advice."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sctoolkit.result import Caveat, Provenance, Result, tidy_frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan(Result):
    """What could be found with these people and organisations.

    ``detectable`` is in standard deviations of the first wave, ``std_error`` that of the estimate; ``advice`` says
    whether to test. ``simulated`` holds power and false positives of the analysis itself, when asked for.
    """

    detectable: float
    std_error: float
    dof: float
    linked: float
    power_at_plausible: float
    detectable_mixed: float
    advice: str
    simulated: tuple[tuple[float, float, int], ...] = ()
    surface: tuple[tuple[int, float, float], ...] = field(default=(), repr=False)
    provenance: Provenance
    caveats: tuple[Caveat, ...] = ()

    def tidy(self) -> pd.DataFrame:
        """Return the detectable change, its surface over organisations and people, and simulated power."""
        options = self.provenance.options
        rows: list[dict[str, Any]] = [
            {
                "estimand": "detectable change", "estimator": "closed form", "role": "primary",
                "estimate": self.detectable, "std_error": self.std_error, "dof": self.dof,
                "n_obs": self.provenance.n_used, "n_clusters": options["n_organisations"],
                "method": f"power {options['power']:g}, two-sided {options['alpha']:g}, noncentral t",
            },
            {
                "estimand": "detectable change", "estimator": "closed form, mixed model", "role": "check",
                "estimate": self.detectable_mixed, "dof": self.dof, "n_obs": self.provenance.n_used,
                "n_clusters": options["n_organisations"], "method": "as above, pairs and single answers weighed anew",
            },
            {
                "estimand": f"power at a change of {options['plausible']:g}", "estimator": "closed form",
                "role": "detail", "estimate": self.power_at_plausible, "dof": self.dof,
                "n_obs": self.provenance.n_used, "n_clusters": options["n_organisations"], "method": "noncentral t",
            },
        ]  # fmt: skip
        for true, share, runs in self.simulated:
            half = 1.96 * np.sqrt(share * (1 - share) / runs)
            rows.append(
                {
                    "estimand": "false positives" if true == 0 else f"power at a change of {true:.3g}",
                    "estimator": "simulated analysis", "role": "check", "estimate": share,
                    "ci_low": max(share - half, 0.0), "ci_high": min(share + half, 1.0), "ci_level": 0.95,
                    "n_obs": runs, "method": "estimate_change on simulated data, Monte-Carlo interval",
                }
            )  # fmt: skip
        rows += [
            {
                "estimand": "detectable change", "estimator": "closed form", "role": "detail",
                "term": f"{organisations} organisations" if organisations else "people alone", "estimate": value,
                "n_obs": round(people), "n_clusters": organisations or None, "method": "surface",
            }
            for organisations, people, value in self.surface
        ]  # fmt: skip
        return tidy_frame(rows)

    def __str__(self) -> str:
        lines = [*textwrap.wrap(self.advice, 88), *self._told()]
        for caveat in self.caveats:
            lines += textwrap.wrap(f"! {caveat.sentence}", 88, subsequent_indent="  ")
        return "\n".join(line[:88] for line in lines[:25])

    def _told(self) -> list[str]:
        """Return the figures in lines."""
        options = self.provenance.options
        lines = [
            f"Detectable change: {self.detectable:.2f} standard deviations (power {options['power']:.0%}, two-sided "
            f"{options['alpha']:g})",
            f"Power at a change of {options['plausible']:g}: {self.power_at_plausible:.0%}",
        ]
        for true, share, runs in self.simulated:
            what = "False positives" if true == 0 else f"Power at {true:.2f}"
            lines.append(f"{what}, analysis simulated {runs} times: {share:.1%}")
        people = sorted({n for _, n, _ in self.surface})
        lines.append("Detectable change by people" + (" in each organisation:" if options["n_organisations"] else ":"))
        lines.append(f"{'organisations':>14}" + "".join(f"{n:9.0f}" for n in people))
        for g in dict.fromkeys(row[0] for row in self.surface):
            values = {n: value for row, n, value in self.surface if row == g}
            lines.append(f"{g or 'none':>14}" + "".join(f"{values[n]:9.2f}" for n in people))
        return lines

    def glance(self) -> pd.DataFrame:
        """Return the detectable change and the advice."""
        return pd.DataFrame(
            [
                {
                    "detectable": self.detectable, "dof": self.dof, "linked": self.linked,
                    "power_at_plausible": self.power_at_plausible, "advice": self.advice,
                }
            ]
        )  # fmt: skip
