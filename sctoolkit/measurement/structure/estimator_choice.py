"""Which estimators and missing rules suit ordered and continuous items."""

from __future__ import annotations

import numpy as np

from sctoolkit.errors import OptionError
from sctoolkit.options import check_option

ORDINAL = ("WLSMV", "WLSM", "DWLS", "ULSMV", "ULSM", "ULS", "WLS")
CONTINUOUS = ("ML", "MLM", "MLR")


def choose_estimator(ordered: object, estimator: str | None) -> str:
    """Return the estimator, or raise where it does not suit the items."""
    if not isinstance(ordered, (bool, np.bool_)):
        raise OptionError(
            f"`ordered` must be True (ordinal items) or False (continuous items), not `{ordered!r}`.",
            hint="Items of both kinds in one model are a matter for `cfa`, which takes a list of the ordinal ones.",
        )
    if estimator is None:
        return "WLSMV" if ordered else "MLR"
    check_option("estimator", estimator)
    offered = ORDINAL if ordered else CONTINUOUS
    if estimator not in offered:
        kind = "ordinal" if ordered else "continuous"
        raise OptionError(
            f"Estimators of {kind} items must be one of {', '.join(offered)}, not `{estimator}`.",
            hint=f"Set `ordered={not ordered}` if that is what the items are.",
        )
    return estimator


def check_missing(ordered: bool, missing: str) -> None:
    """Raise for a missing rule that the treatment of items does not offer."""
    check_option("missing", missing)
    if ordered and missing == "fiml":
        raise OptionError("FIML is offered for continuous items.", hint='Use `missing="pairwise"` for ordinal items.')
    if not ordered and missing == "pairwise":
        raise OptionError("Pairwise deletion is offered for ordinal items.", hint='Use `missing="fiml"`.')
