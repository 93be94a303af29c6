"""Looking at an archive before it is opened: files within, what they expand to, whether they are encrypted."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import NoReturn

from sctoolkit.errors import ReadError

FILE_CAP = 50_000_000
MEMBER_CAP = 2_000
EXPANDED_CAP = 300_000_000
RATIO_CAP = 200
RATIO_FLOOR = 10_000_000
"""Below this size after expansion, the ratio is not looked at: small sheets of equal cells shrink well."""
_CHUNK = 1_000_000


def check_archive(source: str, content: bytes) -> zipfile.ZipFile:
    """Return the archive after counting the bytes that it really expands to; what its directory says is not trusted.

    Raises
    ------
    ReadError
        If it is damaged, encrypted, or too large in any respect.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise ReadError(
            "An .xlsx or .zip file must be a sound archive, and this one is not.",
            where=f"File: {source}; it begins with {content[:8].hex(' ')}.",
            hint="It may be cut off, or be another kind of file with this ending. Export it again.",
        ) from None
    members = archive.infolist()
    if len(members) > MEMBER_CAP:
        _refuse(source, f"hold at most {MEMBER_CAP} files", f"holds {len(members)}")
    if any(member.flag_bits & 0x1 for member in members):
        raise ReadError(
            "An archive must be open to read, and this one is encrypted.",
            where=f"File: {source}.",
            hint="Save it again without a password.",
        )
    _check_size(source, sum(member.file_size for member in members), len(content))
    size = 0
    for member in members:
        for piece in expanded(source, content, member):
            size += len(piece)
            _check_size(source, size, len(content))
    return archive


def _check_size(source: str, size: int, packed: int) -> None:
    if size > EXPANDED_CAP:
        _refuse(source, f"expand to at most {EXPANDED_CAP // 1_000_000} MB", "expands to more")
    if size > RATIO_FLOOR and size > RATIO_CAP * packed:
        _refuse(source, f"expand to at most {RATIO_CAP} times its size", "expands to more")


def expanded(source: str, content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a member really expands to, piece by piece, whatever its headers say.

    Raises
    ------
    ReadError
        If it is damaged, or packed with anything but deflate.
    """
    header = content[member.header_offset : member.header_offset + 30]
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        _refuse(source, "have sound file headers", "does not")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    start = member.header_offset + 30 + name_length + extra_length
    packed = content[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        _refuse(source, "be packed with deflate", "uses another method")
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while packed:
            yield engine.decompress(packed, _CHUNK)
            packed = engine.unconsumed_tail
    except zlib.error:
        _refuse(source, "be sound", "is damaged")


def _refuse(source: str, must: str, found: str) -> NoReturn:
    raise ReadError(
        f"An archive must {must}, and this one {found}.",
        where=f"File: {source}.",
        hint="Files of this kind can be made to fill a machine's memory. If yours is sound, save the sheet as CSV.",
    )
