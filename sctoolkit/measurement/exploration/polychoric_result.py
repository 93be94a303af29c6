"""What `polychoric` returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sctoolkit.measurement.lines import caveat_lines
from sctoolkit.result import Caveat, Provenance, Result, read_only, tidy_frame

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Polychoric(Result):
    """Latent correlations of items.

    Attributes
    ----------
    items : tuple of str
        Items, in the order of the matrix.
    correlation : (p, p) array
        Correlations.
    thresholds : tuple of p arrays
        Thresholds of every item; empty for a continuous one.
    nacov : (m, m) array or None
        N times the covariance of thresholds (item by item) and correlations (lower triangle, column by column).
    std_errors : (m,) array or None
        Standard errors in the same order; nan for pairs at the bound.
    at_bound, corrected : (n_pairs,) bool arrays
        Perfectly ordered pairs; two-by-two tables with a corrected empty cell.
    n_empty_cells : (n_pairs,) int array
        Empty cells of each pair's table.
    smoothed : bool
        Whether the matrix was smoothed.
    """

    items: tuple[str, ...]
    correlation: FloatArray
    thresholds: tuple[FloatArray, ...]
    nacov: FloatArray | None
    std_errors: FloatArray | None
    at_bound: npt.NDArray[np.bool_]
    corrected: npt.NDArray[np.bool_]
    n_empty_cells: npt.NDArray[np.int64]
    smoothed: bool
    ci_level: float
    provenance: Provenance
    caveats: tuple[Caveat, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "correlation", read_only(self.correlation))
        object.__setattr__(self, "thresholds", tuple(read_only(tau) for tau in self.thresholds))
        for name in ("nacov", "std_errors", "at_bound", "corrected", "n_empty_cells"):
            value = getattr(self, name)
            if value is not None:
                value.setflags(write=False)

    def frame(self) -> pd.DataFrame:
        """Return the correlations with item names on both sides."""
        return pd.DataFrame(self.correlation, index=list(self.items), columns=list(self.items))

    def tidy(self) -> pd.DataFrame:
        """Return one row a threshold (``op`` ``|``) and a correlation (``op`` ``~~``)."""
        return tidy_frame([*self._threshold_rows(), *self._correlation_rows()])

    def _threshold_rows(self) -> list[dict[str, object]]:
        reach = float(norm.ppf(0.5 + 0.5 * self.ci_level))
        rows: list[dict[str, object]] = []
        for name, taus in zip(self.items, self.thresholds, strict=True):
            for c, tau in enumerate(taus):
                error = float("nan") if self.std_errors is None else float(self.std_errors[len(rows)])
                rows.append(
                    {
                        "lhs": name, "op": "|", "rhs": f"t{c + 1}", "estimate": float(tau), "std_error": error,
                        "ci_low": tau - reach * error, "ci_high": tau + reach * error, "ci_level": self.ci_level,
                        "n_obs": self.provenance.n_used, "method": "threshold",
                    }
                )  # fmt: skip
        return rows

    def _correlation_rows(self) -> list[dict[str, object]]:
        first, second = np.triu_indices(len(self.items), 1)
        errors = np.full(first.size, np.nan) if self.std_errors is None else self.std_errors[-first.size :]
        estimates = self.correlation[first, second]
        low, high = fisher_interval(estimates, errors, self.ci_level)
        return [
            {
                "lhs": self.items[i], "op": "~~", "rhs": self.items[j], "estimate": float(r), "std_error": float(error),
                "ci_low": float(a), "ci_high": float(b), "ci_level": self.ci_level, "n_obs": self.provenance.n_used,
                "method": self._kind(int(i), int(j)),
            }
            for i, j, r, error, a, b in zip(first, second, estimates, errors, low, high, strict=True)
        ]  # fmt: skip

    def _kind(self, i: int, j: int) -> str:
        """How the correlation of two items was made."""
        ordinal = (self.thresholds[i].size > 0) + (self.thresholds[j].size > 0)
        return ("product-moment", "polyserial, two-step ML", "polychoric, two-step ML")[ordinal]

    def glance(self) -> pd.DataFrame:
        """Return one row: people, items, smallest eigenvalue, flagged pairs."""
        known = bool(np.isfinite(self.correlation).all())
        smallest = float(np.linalg.eigvalsh(self.correlation)[0]) if known else float("nan")
        return pd.DataFrame(
            [
                {
                    "n_obs": self.provenance.n_used,
                    "n_items": len(self.items),
                    "smallest_eigenvalue": smallest,
                    "n_at_bound": int(self.at_bound.sum()),
                    "n_corrected": int(self.corrected.sum()),
                    "smoothed": self.smoothed,
                }
            ]
        )

    def __str__(self) -> str:
        serial = any(tau.size == 0 for tau in self.thresholds)
        kind = "Polychoric and polyserial" if serial else "Polychoric"
        shown = self.frame().iloc[:12, :12].round(2)
        labels = [name if len(name) <= 6 else name[:5] + "…" for name in shown.columns]
        shown.columns = labels
        shown.index = [name if len(name) <= 14 else name[:13] + "…" for name in shown.index]
        mask = np.triu(np.ones(shown.shape, dtype=bool), 1)
        lines = [f"{kind} correlations: {len(self.items)} items, {self.provenance.n_used} people"]
        lines += shown.mask(mask).to_string(na_rep="", float_format=lambda value: f"{value:.2f}").splitlines()
        if len(self.items) > 12:
            lines.append(f"... {len(self.items) - 12} more items in frame()")
        return "\n".join(caveat_lines(lines, self.caveats))


def fisher_interval(r: FloatArray, std_error: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Intervals of correlations on Fisher's z scale; nan where there is no standard error."""
    inside = np.clip(r, -1.0 + 1e-12, 1.0 - 1e-12)
    reach = float(norm.ppf(0.5 + 0.5 * level)) * std_error / (1.0 - inside**2)
    centre = np.arctanh(inside)
    return np.tanh(centre - reach), np.tanh(centre + reach)
