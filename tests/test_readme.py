"""The README cannot lie: its output is what the command prints, its example runs, its commands exist."""

import os
import re
from pathlib import Path

import pytest

from sctoolkit.cli.main import COMMANDS, run_command


@pytest.fixture(scope="module")
def readme(root):
    return (root / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readme")
    here = Path.cwd()
    os.chdir(folder)
    yield folder
    os.chdir(here)


def _block(readme, mark):
    return re.search(rf"<!-- {mark} -->\n```\w*\n(.*?)```", readme, flags=re.S).group(1)


def test_printed_output_is_what_the_demo_prints(readme, demo, capsys):
    assert run_command(["demo"]) == 0
    assert capsys.readouterr().out.rstrip() == _block(readme, "output: demo").rstrip()


def test_example_runs_on_the_demo(readme, demo):
    assert (demo / "demo" / "out" / "report.html").exists()
    exec(compile(_block(readme, "example: statistician"), "README.md", "exec"), {})


def test_every_command_named_exists(readme):
    for name in re.findall(r"(?:^|&& )sctoolkit ([a-z]+)", readme, flags=re.M):
        assert name in COMMANDS


def test_picture_is_there(readme, root):
    for path in re.findall(r"!\[[^]]+\]\(([^)]+)\)", readme):
        assert (root / path).stat().st_size > 10_000
