"""Which observed variables of a model are ordered items, which continuous, and which are covariates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from sctoolkit.errors import ModelSyntaxError, OptionError, did_you_mean
from sctoolkit.measurement.structure.model_syntax import Syntax


@dataclass(frozen=True, slots=True)
class Treatment:
    """Names of the ordered items, and of the covariates on which their moments are conditional."""

    ordered: tuple[str, ...]
    covariates: tuple[str, ...]


def item_treatment(ordered: object, syntax: Syntax) -> Treatment:
    """Return how the observed variables of a model are treated.

    Parameters
    ----------
    ordered : bool or collection of str
        True: every observed variable but the covariates. A collection: the items named.
    syntax : Syntax

    Raises
    ------
    OptionError
        If ``ordered`` is something else, or names what is no item of the model or a covariate.
    ModelSyntaxError
        If the model gives a covariate of ordered items a mean or a variance.

    Notes
    -----
    A covariate is an observed variable that predicts and is itself neither predicted nor an item of a factor. Beside
    ordered items it is held: what is modelled is the distribution of the others given it (Muthen 1984).
    """
    predictors = pure_predictors(syntax)
    if isinstance(ordered, (bool, np.bool_)):
        names = tuple(name for name in syntax.variables if name not in predictors) if ordered else ()
    else:
        names = _named(ordered, syntax, predictors)
    if not names:
        return Treatment((), ())
    for term in syntax.terms:
        moment = term.op == "~~" or (term.op == "~" and term.rhs == "1")
        held = [name for name in (term.lhs, term.rhs) if name in predictors]
        if moment and held:
            raise ModelSyntaxError(
                f"A covariate of ordered items must have no mean and no variance in the model, and `{held[0]}` has.",
                where=f"Line {term.line} of the model, at `{term.lhs} {term.op} {term.rhs}`.",
                hint="Leave the statement out: the model is one of the items given their covariates.",
            )
    return Treatment(names, predictors)


def pure_predictors(syntax: Syntax) -> tuple[str, ...]:
    """Return the observed variables that only predict."""
    paths = [term for term in syntax.terms if term.op == "~" and term.rhs != "1"]
    explained = {term.lhs for term in paths} | {term.rhs for term in syntax.terms if term.op == "=~"}
    predictors = {term.rhs for term in paths} - explained
    return tuple(name for name in syntax.variables if name in predictors)


def _named(ordered: object, syntax: Syntax, predictors: Sequence[str]) -> tuple[str, ...]:
    """Return the ordered items in the order of the model, or raise for names that are none."""
    if isinstance(ordered, str) or not isinstance(ordered, Collection) or len(ordered) == 0:
        raise OptionError(
            f"`ordered` must be True (ordinal items), False (continuous items) or a list of the ordinal ones, not "
            f"`{ordered!r}`.",
            hint='Write `ordered=["item1", "item2"]` where a model has items of both kinds.',
        )
    names = [str(name) for name in ordered]
    for name in names:
        if name in predictors:
            raise OptionError(
                f"An ordered item must be a response, and `{name}` only predicts.",
                hint=f"Leave `{name}` out of `ordered`: codes of a covariate are taken as numbers. For categories "
                "without an order use one yes-or-no column a category.",
            )
        if name not in syntax.variables:
            raise OptionError(
                f"`ordered` must name items of the model, and `{name}` is none.",
                hint=did_you_mean(name, syntax.variables),
            )
    return tuple(name for name in syntax.variables if name in names)
