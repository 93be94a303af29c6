"""The public surface: fast to import, every name there, typed and documented."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import sctoolkit


def test_every_name_loads_and_is_documented():
    for name in sctoolkit.__all__:
        assert inspect.getdoc(getattr(sctoolkit, name)), name


def test_names_for_type_checkers_are_the_names_at_run_time():
    tree = ast.parse(Path(sctoolkit.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    typed = {
        alias.asname or alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert typed == set(sctoolkit._HOME)


def test_no_name_is_a_top_level_module():
    package = Path(sctoolkit.__file__).parent
    modules = {path.stem for path in package.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert modules.isdisjoint(sctoolkit.__all__)


def test_import_loads_nothing_heavy():
    code = (
        "import sctoolkit, sys; print(sorted({'numpy','pandas','scipy','statsmodels','matplotlib'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_help_loads_no_command():
    code = (
        "import sys\nfrom sctoolkit.cli.main import run_command\nrun_command(['--help'])\n"
        "print(sorted({'numpy','pandas','scipy','pydantic','rich'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip().splitlines()[-1] == "[]"
