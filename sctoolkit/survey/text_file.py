"""Text files: which encoding, which separator, and the cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from pathlib import Path

from sctoolkit.errors import ReadError, did_you_mean, near_file
from sctoolkit.result import Caveat
from sctoolkit.survey.grid import Grid

SIZE_CAP = 500_000_000
DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_LINES = 60


def read_text_grid(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Grid:
    """Return the cells of a CSV or TSV file.

    Raises
    ------
    ReadError
        If the file is empty, too large, not text, or broken within a quoted cell.
    """
    return text_grid(path.name, read_bytes(path, SIZE_CAP), encoding=encoding, delimiter=delimiter)


def read_bytes(path: Path, cap: int) -> bytes:
    """Return a file's content after looking at its size."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise ReadError(f"A data file must be a file; `{path}` is a folder.", hint="Name a file in it.")
        if size > cap:
            raise ReadError(
                f"A data file must be smaller than {cap // 1_000_000} MB; `{path.name}` has {size // 1_000_000} MB.",
                hint="Split it, or read it yourself and pass the frame to `from_frame`.",
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise ReadError(f"A data file must exist; `{path}` does not.", hint=near_file(path)) from None
    except PermissionError:
        raise ReadError(
            f"A data file must be readable; `{path}` is not.",
            hint=f"Let yourself read it: `chmod u+r {path.name}`, or ask its owner.",
        ) from None


def text_grid(source: str, content: bytes, *, encoding: str | None = None, delimiter: str | None = None) -> Grid:
    """Return the cells of a text held in memory."""
    if not content.strip():
        raise ReadError(
            "A data file must hold something, and it is empty.",
            where=f"File: {source}.",
            hint="Export the answers again, and look whether the file was still being written.",
        )
    text, used = decode(source, content, encoding)
    mark = delimiter if delimiter is not None else sniff_delimiter(text)
    caveats: tuple[Caveat, ...] = ()
    if used == "cp1252" and encoding is None:
        caveats = (
            Caveat(
                code="encoding_guessed",
                sentence=f"`{source}` is not UTF-8 and was read as Windows-1252; look at letters with accents.",
            ),
        )
    facts = {"encoding": used, "delimiter": mark}
    return Grid(source=source, rows=_parse(source, text, mark), facts=facts, caveats=caveats)


def decode(source: str, content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return text and the encoding that was used: the one given, that of the mark, UTF-8, else Windows-1252."""
    if encoding is not None:
        return _decode_as(source, content, encoding), encoding
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _decode_as(source, content, name), name
    if b"\x00" in content[:65_536] or _control_share(content[:65_536]) > 0.02:
        raise ReadError(
            "A text file must hold text, and this one holds binary data.",
            where=f"File: {source}; it begins with {content[:8].hex(' ')}.",
            hint="Export it as CSV again. Excel, SPSS and Stata files are known by their endings (.xlsx, .sav, .dta). "
            "If it is UTF-16 without a mark: `encoding='utf-16-le'`.",
        )
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "cp1252"
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ReadError(
            "A text file must be UTF-8, UTF-16 with a mark, or Windows-1252, and this one is none of them.",
            where=f"File: {source}; byte {content[error.start]:#04x} in line {line} belongs to none.",
            hint="Save it as UTF-8, or name the encoding: `encoding='...'`.",
        ) from None


def _decode_as(source: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except LookupError:
        raise ReadError(
            f"`encoding` must name an encoding that Python knows, not `{encoding}`.",
            hint=did_you_mean(encoding, ("utf-8", "utf-16", "cp1252", "latin-1", "mac-roman")),
        ) from None
    except UnicodeError:
        raise ReadError(
            f"A file must have the encoding that it claims; this one cannot be read as {encoding}.",
            where=f"File: {source}.",
            hint="Leave `encoding` out to have it found, or save the file again as UTF-8.",
        ) from None


def _control_share(content: bytes) -> float:
    controls = sum(content.count(byte) for byte in range(32) if byte not in (9, 10, 13))
    return controls / max(len(content), 1)


def sniff_delimiter(text: str) -> str:
    r"""Return the separator under which most rows are as wide as the first, the widest of several.

    Examples
    --------
    >>> sniff_delimiter("pid;a\n1;2,5\n2;3\n")
    ';'
    """
    sample = "\n".join(text.splitlines()[:_SAMPLE_LINES])
    best, best_score = ",", (0.0, 0)
    for mark in DELIMITERS:
        try:
            rows = [row for row in csv.reader(io.StringIO(sample), delimiter=mark) if row]
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows)
        if not rows or len(rows[0]) < 2:
            continue
        score = (round(widths[len(rows[0])] / len(rows), 1), len(rows[0]))
        if score > best_score:
            best, best_score = mark, score
    return best


def _parse(source: str, text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
    except csv.Error as error:
        raise ReadError(
            f"Quotes in a CSV file must be closed; reading stopped near line {reader.line_num} ({error}).",
            where=f"File: {source}; {len(rows)} {'row was' if len(rows) == 1 else 'rows were'} sound.",
            hint="Look at the last sound row and the one after it, or export the file again.",
        ) from None
    return rows
