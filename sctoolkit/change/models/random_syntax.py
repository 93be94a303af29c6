"""Random effects in the syntax that users know: ``1 | site``, ``1 + wave | person``, ``wave || person``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sctoolkit.change.models.model_frame import group_codes
from sctoolkit.errors import ModelSyntaxError
from sctoolkit.numerics.linear.random_terms import RandomTerm


@dataclass(frozen=True, slots=True)
class RandomPart:
    """One written term: what varies (``effects``, a one-sided formula), over which columns, correlated or not."""

    effects: str
    columns: tuple[str, ...]
    correlated: bool

    @property
    def label(self) -> str:
        """The grouping as text, ``site:person``."""
        return ":".join(self.columns)


def parse_random(random: str | Sequence[str]) -> list[RandomPart]:
    """Read random terms.

    Examples
    --------
    >>> parse_random("1 | site/person")[1].label
    'site:person'
    """
    texts = [random] if isinstance(random, str) else list(random)
    parts: list[RandomPart] = []
    for text in texts:
        inner = text.strip().removeprefix("(").removesuffix(")") if text.strip().startswith("(") else text.strip()
        correlated = "||" not in inner
        left, bar, right = inner.replace("||", "|").partition("|")
        levels = [piece.strip() for piece in right.split("/")]
        if not bar or not left.strip() or "|" in right or not all(levels):
            raise ModelSyntaxError(
                "A random effect must read `effects | group`, and this one does not.",
                where=f"`{text}`",
                hint="For example `1 | site`, `1 + wave | person`, or `1 | site/person` for people within sites.",
            )
        for depth in range(len(levels)):
            names = tuple(name.strip() for level in levels[: depth + 1] for name in level.split(":"))
            parts.append(RandomPart(left.strip(), names, correlated))
    if not parts:
        raise ModelSyntaxError(
            "A mixed model needs a random effect, and none is given.", hint="For example `random='1 | site'`."
        )
    return parts


def effect_variables(part: RandomPart) -> list[str]:
    """Return the data columns that the effects need."""
    from formulaic import Formula

    return sorted(str(name) for name in Formula(part.effects).required_variables)


def random_term(part: RandomPart, frame: pd.DataFrame) -> tuple[RandomTerm, list[str], list[str]]:
    """Return the arrays of a term, the names of its effects and the labels of its levels."""
    from formulaic import Formula

    matrix = Formula(part.effects).get_model_matrix(frame, na_action="ignore")
    names = ["(Intercept)" if name == "Intercept" else str(name) for name in matrix.columns]
    codes, labels = group_codes(frame, part.columns)
    columns = np.ascontiguousarray(matrix.to_numpy(dtype=np.float64))
    return RandomTerm(codes, columns, part.correlated), names, labels
