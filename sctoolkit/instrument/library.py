"""Where instruments live, and how one is found: a path, the user's own folder, the shipped library."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from sctoolkit.errors import ReadError, UnknownInstrumentError, did_you_mean
from sctoolkit.instrument.model import Instrument
from sctoolkit.instrument.parse import parse_instrument

FILE = "instrument.toml"
SIZE_CAP = 1_000_000
USER_FOLDER = "SCTOOLKIT_INSTRUMENTS"


def library_root() -> Traversable:
    """Return the folder of the shipped instruments, in an installation as well as in a checkout."""
    shipped = files("sctoolkit") / "_instruments"
    return shipped if shipped.is_dir() else Path(__file__).resolve().parents[2] / "instruments"


def user_root() -> Path:
    """Return the user's own folder of instruments and wording; it need not exist."""
    if USER_FOLDER in os.environ:
        return Path(os.environ[USER_FOLDER])
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "sctoolkit" / "instruments"


def instrument_folders() -> dict[str, Traversable]:
    """Return id -> folder over the user's folder and the library; the user's own instrument goes first."""
    return {**dict(_folders_in(library_root())), **dict(_folders_in(user_root()))}


def _folders_in(root: Traversable) -> Iterator[tuple[str, Traversable]]:
    if root.is_dir():
        for folder in sorted(root.iterdir(), key=lambda entry: entry.name):
            if folder.is_dir() and (folder / FILE).is_file():
                yield folder.name, folder


def load_instrument(id_or_path: str | os.PathLike[str]) -> Instrument:
    """Return an instrument by its id, or from a file or folder of one's own.

    Parameters
    ----------
    id_or_path : str or path
        An id of `list_instruments` (or another id under which it is known), or the path of an `instrument.toml` or of
        its folder.

    Raises
    ------
    UnknownInstrumentError
        If nothing bears that name; the nearest id is suggested.
    ReadError
        If a path is given where no file is, or none that can be read as text.
    InstrumentError
        If the file contradicts itself; all faults are listed.

    Examples
    --------
    >>> load_instrument("ucla3").name
    'UCLA 3-item loneliness scale (ONS indirect measure)'
    """
    path = Path(id_or_path)
    if path.suffix == ".toml" or path.is_dir() or os.sep in str(id_or_path):
        return _load_path(path / FILE if path.is_dir() else path)
    name = str(id_or_path)
    for root in (user_root(), library_root()):
        if name.isidentifier() and (root / name / FILE).is_file():
            return _load_folder(name, root / name)
    return _known_as(name)


def iter_instruments() -> Iterator[Instrument]:
    """Yield every instrument of the user's folder and the library, in the order of the ids."""
    for name, folder in instrument_folders().items():
        yield _load_folder(name, folder)


def _load_folder(name: str, folder: Traversable) -> Instrument:
    return _load_text((folder / FILE).read_bytes(), f"{name}/{FILE}")


def _known_as(name: str) -> Instrument:
    """Return the instrument that is also known by this name."""
    for instrument in iter_instruments():
        if name in instrument.instrument.also:
            return instrument
    raise UnknownInstrumentError(
        f"An instrument must be in the library or be a path; `{name}` is neither.",
        hint=(*did_you_mean(name, instrument_folders()), "`sctoolkit instruments list` shows the library."),
    )


def _load_path(path: Path) -> Instrument:
    if not path.is_file():
        raise ReadError(
            f"An instrument file must exist; `{path}` does not.",
            hint="`sctoolkit instruments list` shows the library, whose ids need no path.",
        )
    return _load_text(path.read_bytes(), path.name)


@lru_cache(maxsize=256)
def _load_text(content: bytes, origin: str) -> Instrument:
    if len(content) > SIZE_CAP:
        raise ReadError(
            f"`{origin}` must be smaller than 1 MB, and it holds {len(content):,} bytes.",
            hint="Is it a data file? An instrument file describes the questions; answers are read with `read`.",
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReadError(
            f"`{origin}` must be UTF-8 text; byte {error.start} is not.", hint="Save the file again as UTF-8."
        ) from None
    return parse_instrument(text, origin)
