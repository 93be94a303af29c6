"""Collect the error cases of all parts: ``cases_*.py`` beside this file hold ``CASES`` (slug -> failing call)."""

import functools
import importlib.util
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import sctoolkit
from sctoolkit.errors import SctoolkitError

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
PACKAGE = Path(sctoolkit.__file__).parent


@dataclass(frozen=True)
class Outcome:
    """What a case ends with: the text of its error, and the (file, line) where it and its causes were raised."""

    text: str
    raised_at: frozenset[tuple[str, int]]


@functools.cache
def load_cases() -> dict[str, Callable[[], object]]:
    cases: dict[str, Callable[[], object]] = {}
    for path in sorted(HERE.glob("cases_*.py")):
        spec = importlib.util.spec_from_file_location(f"errors_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        twice = cases.keys() & module.CASES.keys()
        assert not twice, f"{path.name} repeats {sorted(twice)}"
        cases.update(module.CASES)
    return cases


@functools.cache
def outcome(slug: str) -> Outcome:
    """Run a case, once in a session."""
    return outcome_of(load_cases()[slug])


def outcome_of(call: Callable[[], object]) -> Outcome:
    """Return what ``call`` raises, with temporary folders named alike."""
    try:
        call()
    except SctoolkitError as error:
        text = f"{type(error).__name__}: {error}"
        text = re.sub(r"(/tmp|/private/var|/var/folders)/[^\s`'\"]*?/(?=[^/\s`'\"]+([`'\"\s]|$))", "TMP/", text)
        return Outcome(text + "\n", frozenset(_raised_at(error)))
    raise AssertionError("the call raised nothing")


def _raised_at(error: BaseException | None) -> set[tuple[str, int]]:
    """Innermost place in the package of an error and of the errors that it answers."""
    if error is None:
        return set()
    place, trace = set(), error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if isinstance(error, SctoolkitError) and file.is_relative_to(PACKAGE):
            place = {(file.relative_to(PACKAGE).as_posix(), trace.tb_lineno)}
        trace = trace.tb_next
    return place | _raised_at(error.__cause__ or error.__context__)
