"""Fixtures for all tests: one BLAS thread (so that sums are the same everywhere) and the reference data."""

import os
import shutil

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from pathlib import Path  # noqa: E402

import pytest  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def _folder(name: str, variable: str) -> Path:
    folder = Path(os.environ[variable]) if variable in os.environ else SHARED / name
    if not folder.is_dir():
        pytest.skip(f"reference folder `{name}` is absent (set {variable})")
    return folder


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of public data sets with expected figures."""
    return _folder("data", "SCTOOLKIT_TEST_DATA")


@pytest.fixture(scope="session")
def oracle_dir() -> Path:
    """Folder of reference figures made by R."""
    return _folder("oracles", "SCTOOLKIT_TEST_ORACLES")


@pytest.fixture(scope="session")
def root() -> Path:
    """Top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def browser() -> dict[str, str]:
    """Environment in which node finds playwright-core and axe-core, and a Chromium to drive."""
    node, chromium = shutil.which("node"), shutil.which("chromium") or shutil.which("google-chrome")
    if node is None or chromium is None:
        pytest.skip("node or chromium is absent")
    modules = os.environ.get("SCTOOLKIT_NODE_MODULES", "")
    if not all((Path(modules) / name).is_dir() for name in ("playwright-core", "axe-core")):
        pytest.skip("playwright-core or axe-core is absent (set SCTOOLKIT_NODE_MODULES to the folder that holds them)")
    return {**os.environ, "NODE_PATH": modules, "CHROMIUM": chromium, "NODE": node}
