"""A docstring or page that names a file of the tree, of its oracles above all, names one that is there."""

import re

import pytest

NAMED = re.compile(r"(?<![\w./])(?:tests|benchmarks|instruments|sctoolkit)/[\w./-]*\w\.(?:py|R|md|toml|csv|json|txt)\b")
WHERE = ("sctoolkit/**/*.py", "tests/**/*.py", "tests/oracle/**/*.R", "benchmarks/**/*.py", "benchmarks/*.md", "*.md")


@pytest.mark.parametrize("pattern", WHERE)
def test_files_that_are_named_exist(root, pattern):
    texts = {path: path.read_text(encoding="utf-8") for path in root.glob(pattern)}
    absent = [
        f"{path.relative_to(root)}: {name}"
        for path, text in sorted(texts.items())
        for name in sorted(set(NAMED.findall(text)))
        if not (root / name).is_file()
    ]
    assert texts
    assert not absent


def test_tests_stand_in_the_rooms_of_what_they_test(root):
    """`tests/<layer>/<room>/` is a room of that layer: the same word means the same topic in both trees."""
    for layer in ("numerics", "measurement", "change"):
        rooms = {path.name for path in (root / "sctoolkit" / layer).iterdir() if path.is_dir()}
        held = {path.parent.name for path in (root / "tests" / layer).glob("*/test_*.py")}
        assert held <= rooms, f"tests/{layer}: {held - rooms} is no room of sctoolkit/{layer}"
