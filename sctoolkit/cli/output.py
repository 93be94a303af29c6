"""What commands print: tables, JSON, and progress in a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd


def print_json(record: Any) -> None:
    """Print a record as JSON; undefined numbers are null."""
    from sctoolkit.result import jsonable

    click.echo(json.dumps(jsonable(record), indent=2, ensure_ascii=False, allow_nan=False))


def print_frame(frame: pd.DataFrame, *, as_json: bool = False, digits: int = 3) -> None:
    """Print a table, or its rows as JSON."""
    if as_json:
        from sctoolkit.result import frame_records

        print_json(frame_records(frame))
        return
    shown = frame.dropna(axis="columns", how="all")
    click.echo(shown.to_string(index=False, na_rep="", float_format=lambda value: f"{value:.{digits}f}"))


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done while it lasts, in a terminal only."""
    if not sys.stderr.isatty():
        yield lambda message: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting") as status:
        yield lambda message: status.update(f"{message} ...")
