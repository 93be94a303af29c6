"""The model language: `f =~ a + b`, `a ~~ b`, `y ~ x`, labels, fixed values, equality by shared label.

The language is that of lavaan: one statement a line (or separated by ``;``), comments after ``#`` or ``!``.

========================  ============================================================
`f =~ a + b`              latent variable measured by items
`y ~ x + m`               regression; `y ~ 1` an intercept or mean
`a ~~ b`                  (residual) variance or covariance
`a | t1 + t2`             thresholds of an ordered item
`a ~*~ a`                 scale of the latent response of an ordered item (delta)
`2*x`, `NA*x`             fixed value, freed
`b1*x`, `c(b1, b2)*x`     label, one for each group; a shared label is an equality
`start(0.5)*x`            starting value
`ab := a*b`               defined parameter, with a delta-method standard error
`b1 == b2`                linear equality
========================  ============================================================
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from sctoolkit.errors import ModelSyntaxError

OPERATORS = ("=~", "~*~", "~~", ":=", "==", "~", "|")
EXAMPLES = {
    "=~": "f =~ a + b",
    "~*~": "a ~*~ a",
    "~~": "a ~~ b",
    ":=": "ab := a*b",
    "==": "b1 == b2",
    "~": "y ~ x + m",
    "|": "a | t1 + t2",
}
_NAME = r"[A-Za-z_.][\w.]*"


@dataclass(frozen=True, slots=True)
class Term:
    """One parameter as written; ``fixed`` holds nan where `NA*` frees, None where nothing was said.

    ``fixed``, ``label`` and ``start`` hold one entry for all groups or one a group.
    """

    lhs: str
    op: str
    rhs: str
    fixed: tuple[float | None, ...] = (None,)
    label: tuple[str, ...] = ("",)
    start: tuple[float | None, ...] = (None,)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Syntax:
    """A parsed model: parameters, definitions (name, expression) and equalities (left, right)."""

    terms: tuple[Term, ...]
    definitions: tuple[tuple[str, str], ...]
    equalities: tuple[tuple[str, str], ...]

    @property
    def latents(self) -> tuple[str, ...]:
        """Return the names to the left of ``=~`` in the order of first use."""
        return tuple(dict.fromkeys(term.lhs for term in self.terms if term.op == "=~"))

    @property
    def variables(self) -> tuple[str, ...]:
        """Return every name that is not latent, in the order of first use."""
        latents = set(self.latents)
        names: dict[str, None] = {}
        for op in ("=~", "~", "~~", "|", "~*~"):
            for term in self.terms:
                if term.op != op:
                    continue
                both = (term.rhs,) if op == "=~" else (term.lhs,) if op in ("|", "~*~") else (term.lhs, term.rhs)
                names.update(dict.fromkeys(name for name in both if name not in latents and name != "1"))
        return tuple(names)


def parse_model(text: str) -> Syntax:
    r"""Read a model text.

    Parameters
    ----------
    text : str

    Returns
    -------
    Syntax

    Raises
    ------
    ModelSyntaxError
        If a line is not a statement; the line and what it may be are named.

    References
    ----------
    Rosseel (2012), doi:10.18637/jss.v048.i02.

    Examples
    --------
    >>> parse_model("f =~ a + 0.5*b\na ~~ r*b").terms[1].fixed
    (0.5,)
    """
    if not isinstance(text, str):
        raise ModelSyntaxError(
            f"A model must be a text, not {type(text).__name__}.",
            hint='For example `"trust =~ item1 + item2 + item3"`.',
        )
    terms: list[Term] = []
    definitions: list[tuple[str, str]] = []
    equalities: list[tuple[str, str]] = []
    for line, statement in _statements(text):
        op = _operator(statement, line)
        left, right = (part.strip() for part in statement.split(op, 1))
        if not left or not right:
            raise ModelSyntaxError(
                f"`{op}` must have something on both sides, found `{statement}`.",
                f"Line {line}.",
                hint=f"For example `{EXAMPLES[op]}`.",
            )
        if op == ":=":
            definitions.append((_name(left, line), right))
        elif op == "==":
            equalities.append((left, right))
        else:
            for outcome in _split(left, "+"):
                name = _name(outcome, line)
                terms.extend(_term(name, op, part, line) for part in _split(right, "+"))
    if not terms:
        raise ModelSyntaxError(
            "A model must hold at least one statement, found none.", hint="Write `f =~ item1 + item2`."
        )
    return Syntax(_merged(terms), tuple(definitions), tuple(equalities))


def _statements(text: str) -> list[tuple[int, str]]:
    """Return (line, statement) with comments dropped and continued lines joined."""
    found: list[tuple[int, str]] = []
    open_ended = False
    for number, raw in enumerate(text.splitlines(), start=1):
        for piece in re.split(r"[#!]", raw, maxsplit=1)[0].split(";"):
            piece = piece.strip()
            if not piece:
                continue
            if found and (open_ended or piece[0] in "+*"):
                found[-1] = (found[-1][0], f"{found[-1][1]} {piece}")
            else:
                found.append((number, piece))
            open_ended = piece.endswith(("+", "*", "~", "=", "|", ",", "("))
    return found


def _operator(statement: str, line: int) -> str:
    """Return the operator of a statement."""
    places = [(statement.find(op), -len(op), op) for op in OPERATORS if op in statement]
    if not places:
        raise ModelSyntaxError(
            f"Line {line} must hold one of `=~`, `~`, `~~`, `|`, `:=`, `==`, found `{statement}`.",
            hint="A latent variable is written `f =~ item1 + item2`.",
        )
    return min(places)[2]


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark outside brackets."""
    parts, depth, current = [], 0, ""
    for sign in text:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == mark and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += sign
    return [*parts, current.strip()]


def _name(text: str, line: int) -> str:
    """Return a variable name, or raise."""
    if not re.fullmatch(_NAME, text):
        raise ModelSyntaxError(
            f"A variable name must be letters, digits, `_` or `.`, found `{text}`.",
            where=f"Line {line} of the model.",
            hint="Rename the column, and begin with a letter; a number before an item is joined by `*`: `0.5*item`.",
        )
    return text


def _term(lhs: str, op: str, text: str, line: int) -> Term:
    """Return one parameter from `modifier*...*name`."""
    *modifiers, last = _split(text, "*")
    rhs = last if op == "~" and last in ("1", "0") else _name(last, line)
    fixed: tuple[float | None, ...] = (None,)
    label: tuple[str, ...] = ("",)
    start: tuple[float | None, ...] = (None,)
    if rhs == "0":
        rhs, fixed = "1", (0.0,)
    for modifier in modifiers:
        inner = re.fullmatch(r"(c|start)\((.*)\)", modifier)
        values = _split(inner.group(2), ",") if inner else [modifier]
        numbers = [_number(value) for value in values]
        if inner and inner.group(1) == "start":
            start = tuple(numbers)
        elif all(number is not None for number in numbers):
            fixed = tuple(numbers)
        elif all(re.fullmatch(_NAME, value) for value in values):
            label = tuple(values)
        else:
            raise ModelSyntaxError(
                f"Before `*` must stand a number, `NA`, a label, `start()` or `c()`, found `{modifier}`.",
                where=f"Line {line} of the model, at `{text}`.",
                hint="For example `0.8*item`, `NA*item` to free it, or `a*item` to name its loading `a`.",
            )
    return Term(lhs, op, rhs, fixed, label, start, line)


def _number(text: str) -> float | None:
    """Return a number, nan for NA, None for anything else."""
    if text == "NA":
        return math.nan
    try:
        return float(text)
    except ValueError:
        return None


def _merged(terms: list[Term]) -> tuple[Term, ...]:
    """Join what was said of the same parameter in several places; later statements win."""
    joined: dict[tuple[str, str, str], Term] = {}
    for term in terms:
        key = (term.lhs, term.op, term.rhs)
        if term.op == "~~" and (term.rhs, "~~", term.lhs) in joined:
            key = (term.rhs, "~~", term.lhs)
        before = joined.get(key)
        if before is None:
            joined[key] = term
            continue
        joined[key] = Term(
            *key,
            term.fixed if term.fixed != (None,) else before.fixed,
            term.label if term.label != ("",) else before.label,
            term.start if term.start != (None,) else before.start,
            before.line,
        )
    return tuple(joined.values())
