"""Data for commands: any file that `read` understands, as numbers, or as the keyed items of an instrument."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd

    from sctoolkit.survey.responses import Responses


def item_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which items of a file are meant."""
    for option in reversed(
        (
            click.argument("data", type=click.Path(path_type=Path)),
            click.option("-i", "--instrument", help="Questionnaire of the answers: an id of the library or a file."),
            click.option("-s", "--scale", help="Scale of the questionnaire."),
            click.option("--items", help="Columns of the items, without a questionnaire: a,b,c. They must be keyed."),
            click.option("--map", "mapping", type=click.Path(path_type=Path), help="Mapping file for the columns."),
            click.option("--ordinal/--continuous", "ordered", default=True, show_default=True, help="Kind of items."),
        )
    ):
        command = option(command)
    return command


def answer_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a file of answers is read: questionnaire, layout, mapping and roles."""
    for option in reversed(
        (
            click.argument("data", type=click.Path(path_type=Path)),
            click.option("-i", "--instrument", help="Questionnaire: an id or a file; found by its columns without."),
            click.option("--map", "mapping", type=click.Path(path_type=Path), help="Mapping file: columns and words."),
            click.option("--format", "layout", help="Layout of the file, where it is not recognised."),
            click.option("--respondent", help="Column of the respondent."),
            click.option("--wave", help="Column of the wave."),
            click.option("--side", help="Column of the side."),
        )
    ):
        command = option(command)
    return command


def each_once(data: tuple[Path, ...]) -> None:
    """Raise unless each file is named once: the same answers twice would be two waves."""
    from sctoolkit.errors import OptionError

    twice = [path for place, path in enumerate(data) if path.resolve() in [other.resolve() for other in data[:place]]]
    if twice:
        raise OptionError(
            f"Each file must be named once, and `{twice[0]}` is named again.",
            hint="Name one file a wave, in the order of the waves.",
        )


def read_answers(
    data: Path, instrument: str | None, mapping: Path | None, layout: str | None, roles: dict[str, str | None]
) -> Responses:
    """Return answers as the options of `answer_options` say; roles that were not named are left out."""
    from sctoolkit.survey.read import read

    columns = {role: column for role, column in roles.items() if column is not None}
    return read(data, instrument, format=layout, mapping=mapping, columns=columns)


def read_items(
    data: Path,
    instrument: str | None,
    scale: str | None,
    items: str | None,
    mapping: Path | None,
    keep: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Return keyed items, one row a row of the file, followed by the columns of ``keep``.

    Columns named by ``items`` are taken as they are only where no questionnaire is named: then they must hold keyed
    numbers and nothing else.

    Raises
    ------
    OptionError
        If neither a scale nor items are named.
    DataError
        If a column is not in the file.
    """
    from sctoolkit.errors import OptionError

    names = [name.strip() for name in (items or "").split(",") if name.strip()]
    if names and instrument is None and scale is None:
        return _columns(read_frame(data), (*names, *keep))
    if not names and scale is None:
        raise OptionError(
            "The items must be named: by `--scale` of a questionnaire, or as columns by `--items a,b,c`.",
            hint="`sctoolkit instruments show ID` lists the scales of a questionnaire.",
        )
    return _answers(data, instrument, scale, names, mapping, keep)


def _answers(
    data: Path, instrument: str | None, scale: str | None, names: list[str], mapping: Path | None, keep: tuple[str, ...]
) -> pd.DataFrame:
    """Items keyed by the questionnaire, with the columns of ``keep``."""
    import pandas as pd

    from sctoolkit.scoring.keying import keyed_frame
    from sctoolkit.survey.read import read
    from sctoolkit.survey.responses import ROLES

    roles = {name: name for name in keep if name in ROLES}
    others = [name for name in keep if name not in ROLES]
    responses = read(data, instrument, mapping=mapping, columns=roles, keep=others)
    keyed = keyed_frame(responses, scale)
    chosen = _columns(keyed, tuple(names)) if names else keyed
    return pd.concat([chosen, _columns(responses.frame(), keep)], axis=1)


def _columns(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """The named columns of a frame."""
    from sctoolkit.errors import DataError, did_you_mean

    for name in names:
        if name not in frame.columns:
            raise DataError(f"The file must have a column `{name}`.", hint=did_you_mean(name, map(str, frame.columns)))
    return frame[list(names)]


def read_frame(path: Path) -> pd.DataFrame:
    """Return a file as a frame: read as text first, columns that hold numbers only become numbers.

    Raises
    ------
    ReadError
        If the file is absent, empty, damaged or of a kind that is not read.
    """
    import pandas as pd

    from sctoolkit.survey.layouts import Opening, read_table

    table = read_table(path, Opening()).cells
    columns = {}
    for name in table.columns:
        text = table[name].astype(str).str.strip()
        numbers = pd.to_numeric(text.where(text != ""), errors="coerce")
        columns[name] = numbers if numbers.notna().sum() == (text != "").sum() else text.where(text != "")
    return pd.DataFrame(columns)
