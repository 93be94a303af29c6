"""Collect the error cases of all parts: ``cases_*.py`` beside this file hold ``CASES`` (slug -> failing call)."""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"


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


def text_of(call: Callable[[], object]) -> str:
    """Return the text of the error that ``call`` raises, with temporary folders named alike."""
    from sctoolkit.errors import SctoolkitError

    try:
        call()
    except SctoolkitError as error:
        text = f"{type(error).__name__}: {error}"
        return re.sub(r"(/tmp|/private/var|/var/folders)/[^\s`'\"]*?/(?=[^/\s`'\"]+([`'\"\s]|$))", "TMP/", text) + "\n"
    raise AssertionError("the call raised nothing")
