"""Options of an analysis of change must lie in their ranges."""

from __future__ import annotations

from sctoolkit.errors import OptionError
from sctoolkit.options import check_option, checked_draws, checked_level, checked_seed


def check_arguments(
    *, ci_level: float, reliability: float | None, false_match_rate: float, scale_range: tuple[float, float] | None,
    assignment: str | None, primary: str | None, n_draws: int, seed: int,
) -> None:  # fmt: skip
    """Raise unless the options are legal.

    Raises
    ------
    OptionError
    """
    checked_level(ci_level)
    if reliability is not None and not 0 < reliability <= 1:
        raise _outside("reliability", f"lie above 0 and at most at 1, not {reliability:g}", "Give omega or alpha.")
    if not 0 <= false_match_rate < 1:
        raise _outside(
            "false_match_rate", f"lie from 0 to below 1, not {false_match_rate:g}", "Use 0.03 for 3 % of links."
        )
    if scale_range is not None and not scale_range[0] < scale_range[1]:
        raise _outside(
            "scale_range", f"rise, not run from {scale_range[0]:g} to {scale_range[1]:g}", "Give (lowest, highest)."
        )
    checked_draws(n_draws)
    checked_seed(seed)
    if assignment is not None:
        check_option("assignment", assignment, ("randomised", "existing", "matched"))
    if primary is not None:
        check_option("primary", primary, ("did", "ancova"))


def _outside(name: str, must: str, hint: str) -> OptionError:
    """Return the error of an option out of its range."""
    return OptionError(f"Option `{name}` must {must}.", where=f"`{name}`", hint=hint)
