"""Respondent numbers as keyed pseudonyms: HMAC-SHA-256 with a secret that lives outside the study folder.

A plain hash of a register number can be undone by trying all numbers; a keyed one cannot without the key. Whoever
holds the key can undo it, so the data stay personal data for them.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sctoolkit.errors import OptionError, ReadError, WriteError
from sctoolkit.survey.text import fold

KEY_BYTES = 32
SHOWN = 20
"""Hexadecimal digits of a pseudonym: 80 bits, so that two of a million people share one with a chance below 1e-12."""


def write_key(path: str | os.PathLike[str]) -> str:
    """Write a new random key that only its owner may read, and return its public id; an existing key is kept.

    Raises
    ------
    WriteError
        If the file is there already, or cannot be written.
    """
    target = Path(path)
    key = secrets.token_bytes(KEY_BYTES)
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise WriteError(
            f"A key must not be written over; `{target.name}` is there already.",
            hint="Without the old key, old pseudonyms cannot be linked to new ones. Choose another name.",
        ) from None
    except OSError as error:
        raise WriteError(
            f"A key file must be writable; `{target}` is not.",
            where=f"The system says: {str(error.strerror).lower()}.",
            hint="Name a file in a folder that exists and may be written to, outside the study.",
        ) from None
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(key.hex() + "\n")
    return key_id(key)


def load_key(path: str | os.PathLike[str], *, outside: Path) -> bytes:
    """Return the key in a file that stands outside a folder and is closed to other users.

    Raises
    ------
    ReadError
        If there is no such file, or it holds no key of ours.
    OptionError
        If it stands within the folder, or others may read it.
    """
    source = Path(path).resolve()
    if source.is_relative_to(outside.resolve()):
        raise OptionError(
            "A key file must stand outside the folder of the data, and this one stands in it.",
            where=f"Key: {source.name}.",
            hint="Whoever is given the folder would be given the key. Move it, for instance to your own home folder.",
        )
    if not source.is_file():
        raise ReadError(
            f"A key file must exist; `{path}` does not.",
            hint="Make one: `python -m sctoolkit.survey.keys FILE`.",
        )
    if os.name == "posix" and source.stat().st_mode & 0o077:
        raise OptionError(
            f"A key file must be closed to other users; `{source.name}` is not.", hint=f"`chmod 600 {source.name}`"
        )
    try:
        key = bytes.fromhex(source.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ReadError(
            f"A key file must hold {KEY_BYTES} bytes as hexadecimal digits; `{source.name}` does not.",
            hint="Make a new one under another name: `python -m sctoolkit.survey.keys FILE`.",
        )
    return key


def key_id(key: bytes) -> str:
    """Return the public id of a key: it tells keys apart and gives nothing away."""
    return hashlib.sha256(b"sctoolkit key id" + key).hexdigest()[:8]


def pseudonyms(identities: npt.NDArray[np.object_], key: bytes) -> npt.NDArray[np.object_]:
    """Return the pseudonym of each identity, after folding case and white space; "" stays "".

    Examples
    --------
    >>> pseudonyms(np.array(["Ann ", "ann", ""], dtype=object), bytes(32)).tolist()
    ['78352bae17eb6789b087', '78352bae17eb6789b087', '']
    """
    made = {text: pseudonym(str(text), key) for text in dict.fromkeys(identities.tolist())}
    return np.array([made[text] for text in identities.tolist()], dtype=object)


def pseudonym(identity: str, key: bytes) -> str:
    """Return the pseudonym of one identity."""
    plain = fold(identity)
    return hmac.new(key, plain.encode("utf-8"), hashlib.sha256).hexdigest()[:SHOWN] if plain else ""


if __name__ == "__main__":
    import sys

    print(f"key {write_key(sys.argv[1])} written to {sys.argv[1]}")
