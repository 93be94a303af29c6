"""The study file: the analysis plan, written before the data are seen."""

from __future__ import annotations

import hashlib
import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sctoolkit.errors import StudyError, did_you_mean, toml_place
from sctoolkit.instrument.library import load_instrument
from sctoolkit.instrument.model import Instrument, NonAnswerKind
from sctoolkit.instrument.parse import schema_faults
from sctoolkit.survey.responses import Responses

SIZE_CAP = 1_000_000


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Text = Annotated[str, BeforeValidator(_as_text)]


class Part(BaseModel):
    """Base of all sections: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Plan(Part):
    """Section ``[study]``."""

    title: str
    instrument: Names
    disclosure: str = "uk-tre-10"
    simulated: bool = False
    contact: str = ""
    notes: tuple[str, ...] = ()


class DataFile(Part):
    """One ``[[file]]``: where answers are, and the wave and side that the whole file belongs to, if it does."""

    path: str
    wave: Text | None = None
    side: str | None = None
    format: str | None = None
    sheet: str | None = None


class Columns(Part):
    """Section ``[columns]``: which column plays which role, and which column holds which item."""

    respondent: str | None = None
    wave: str | None = None
    side: str | None = None
    organisation: str | None = None
    group: str | None = None
    weight: str | None = None
    stratum: str | None = None
    psu: str | None = None
    keep: tuple[str, ...] = ()
    items: dict[str, str] = {}

    def roles(self) -> dict[str, str]:
        """Role -> column, without the roles that are not named."""
        named = self.model_dump(exclude={"keep", "items"})
        return {role: column for role, column in named.items() if column is not None}


class Analysis(Part):
    """Section ``[analysis]``: what is primary, what is compared, and how.

    ``comparison`` says what the change is compared over; ``assignment`` how groups came about. Items named in ``items``
    are reported as single items beside the scales. ``baseline`` and ``follow_up`` default to the first and last wave.
    ``minimum`` sets, per scale, how many items must be answered, in place of the instrument's own rule.
    """

    primary: Names = ()
    scales: Names = ()
    items: Names = ()
    waves: tuple[Text, ...] = ()
    baseline: Text | None = None
    follow_up: Text | None = None
    comparison: Literal["none", "side", "group"] = "none"
    assignment: Literal["none", "randomised", "existing", "staggered"] = "none"
    treated: Text | None = None
    ordered: bool = True
    minimum: dict[str, int] = {}
    ci_level: float = Field(default=0.95, gt=0.5, lt=1.0)
    smallest_change: dict[str, float] = {}
    seed: int = 20260101


class Linkage(Part):
    """Section ``[linkage]``: how many characters of a self-generated code may differ."""

    tolerance: int = Field(default=0, ge=0, le=2)


class Logs(Part):
    """Section ``[logs]``: the programme's own tables, and the day on which each wave was fielded (its middle).

    ``entry_phase`` is the phase whose start counts as an organisation's entry into the programme.
    """

    roster: str | None = None
    engagement: str | None = None
    phases: str | None = None
    ties: str | None = None
    outcomes: str | None = None
    wave_dates: dict[str, str] = {}
    entry_phase: Literal["0", "1", "2"] = "0"


class StudyFile(Part):
    """A whole `study.toml`.

    ``missing_codes`` maps further codes to kinds of non-answer; ``asked`` says of whom an item was asked (item ->
    column -> values); ``answers`` maps words to codes where an export has words that the instrument does not know.
    """

    study: Plan
    file: tuple[DataFile, ...] = Field(min_length=1)
    columns: Columns = Columns()
    missing_codes: dict[str, NonAnswerKind] = {}
    asked: dict[str, dict[str, tuple[str, ...]]] = {}
    answers: dict[str, dict[str, int]] = {}
    analysis: Analysis = Analysis()
    linkage: Linkage = Linkage()
    logs: Logs = Logs()
    slot: dict[str, dict[str, str]] = {}


class Study(Part):
    """A study file with the folder that its paths are relative to, and its instruments loaded."""

    plan: StudyFile
    folder: Path
    origin: str
    sha256: str
    instruments: tuple[Instrument, ...]

    @property
    def title(self) -> str:
        """Title of the study."""
        return self.plan.study.title

    def path(self, name: str) -> Path:
        """Return a path of the study file, relative to its folder."""
        return self.folder / name

    def outcome_scales(self, instrument: Instrument) -> tuple[str, ...]:
        """Return the scales of an instrument that are to be reported: those named, or all that yield a number."""
        wanted = self.plan.analysis.scales
        scored = tuple(name for name, scale in instrument.scale.items() if scale.scored)
        return tuple(name for name in scored if not wanted or name in wanted or name in self.plan.analysis.primary)


def load_study(path: str | os.PathLike[str]) -> Study:
    """Return the study that a file describes.

    Parameters
    ----------
    path : path
        A `study.toml`, or the folder that holds one.

    Raises
    ------
    StudyError
        With every fault at once: unknown keys (the nearest known one is suggested), missing data files, scales and
        items that the instruments do not have.
    UnknownInstrumentError
        If an instrument is not in the library.

    Examples
    --------
    >>> load_study("nowhere.toml")
    Traceback (most recent call last):
    sctoolkit.errors.StudyError: A study file must exist; `nowhere.toml` does not.
      i `sctoolkit init DATA...` writes a first one from your files.
    """
    file = Path(path)
    file = file / "study.toml" if file.is_dir() else file
    content = _content(file)
    plan = _parse(content, file.name)
    instruments = tuple(
        with_minimum(_instrument(name, file.parent), plan.analysis.minimum) for name in plan.study.instrument
    )
    faults = [*_file_faults(plan, file.parent), *_name_faults(plan, instruments)]
    if faults:
        raise _faulty(file.name, faults)
    return Study(
        plan=plan,
        folder=file.parent,
        origin=file.name,
        sha256=hashlib.sha256(content).hexdigest(),
        instruments=instruments,
    )


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise StudyError(
            f"A study file must exist; `{file}` does not.",
            hint="`sctoolkit init DATA...` writes a first one from your files.",
        )
    content = file.read_bytes()
    if len(content) > SIZE_CAP:
        raise StudyError(f"`{file.name}` must be smaller than 1 MB, and it holds {len(content):,} bytes.")
    return content


def _parse(content: bytes, origin: str) -> StudyFile:
    try:
        return StudyFile.model_validate(tomllib.loads(content.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise StudyError(f"`{origin}` must be UTF-8 text; byte {error.start} is not.") from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(
            f"`{origin}` must be TOML, and it is not at {toml_place(error)}.",
            hint='Text stands in quotes: title = "My study".',
        ) from None
    except ValidationError as error:
        raise _faulty(origin, schema_faults(error, StudyFile)) from None


def _faulty(origin: str, faults: list[str]) -> StudyError:
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return StudyError(f"`{origin}` must be a study file without contradiction; {count} found.", where=faults)


def _instrument(name: str, folder: Path) -> Instrument:
    """Load an instrument by id, or by a path relative to the study."""
    own = folder / name
    return load_instrument(own if own.is_dir() or own.suffix == ".toml" else name)


def with_minimum(instrument: Instrument, minimum: dict[str, int]) -> Instrument:
    """Return the instrument with the study's own minimum of answered items for some scales."""
    scales = {
        name: scale.model_copy(update={"minimum": minimum[name]}) if name in minimum else scale
        for name, scale in instrument.scale.items()
    }
    return instrument.model_copy(update={"scale": scales})


def _file_faults(plan: StudyFile, folder: Path) -> list[str]:
    tables = plan.logs.model_dump(exclude={"wave_dates", "entry_phase"})
    logs = {key: name for key, name in tables.items() if name is not None}
    faults = [
        f"`file[{index}].path`: `{entry.path}` does not exist beside the study file"
        for index, entry in enumerate(plan.file)
        if not (folder / entry.path).is_file()
    ]
    faults += [
        f"`logs.{key}`: `{name}` does not exist beside the study file"
        for key, name in logs.items()
        if not (folder / name).is_file()
    ]
    if plan.columns.wave is None and any(entry.wave is None for entry in plan.file):
        faults.append("`columns.wave`: is missing, and not every `[[file]]` names its `wave`")
    return faults


def _name_faults(plan: StudyFile, instruments: tuple[Instrument, ...]) -> list[str]:
    scales = {name for instrument in instruments for name, scale in instrument.scale.items() if scale.scored}
    items = {code for instrument in instruments for code in instrument.item_codes}
    faults = []
    for key, known in (("primary", scales | items), ("scales", scales), ("items", items)):
        for name in getattr(plan.analysis, key):
            if name not in known:
                faults.append(f"`analysis.{key}`: no instrument has `{name}`. {' '.join(did_you_mean(name, known))}")
    for name, minimum in plan.analysis.minimum.items():
        longest = max((len(i.scale[name].items) for i in instruments if name in i.scale), default=0)
        if not longest:
            faults.append(
                f"`analysis.minimum.{name}`: no instrument has this scale. {' '.join(did_you_mean(name, scales))}"
            )
        elif not 1 <= minimum <= longest:
            faults.append(f"`analysis.minimum.{name}`: must lie between 1 and the {longest} items, not {minimum}")
    for code in (*plan.columns.items, *plan.asked):
        if code not in items:
            hint = " ".join(did_you_mean(code, items))
            faults.append(f"`{code}` in `columns.items` or `asked`: no instrument has this item. {hint}")
    if plan.analysis.comparison == "group" and plan.columns.group is None:
        faults.append("`columns.group`: is needed, since `analysis.comparison` is `group`")
    for key in ("baseline", "follow_up"):
        wave = getattr(plan.analysis, key)
        if wave is not None and plan.analysis.waves and wave not in plan.analysis.waves:
            faults.append(f"`analysis.{key}`: wave `{wave}` is not in `analysis.waves`")
    return faults


def waves_of(study: Study, responses: Responses) -> tuple[str, ...]:
    """Return the waves in the order of the plan, else numbers in their order, else as the data bring them."""
    found = [wave for wave in responses.waves() if wave != ""]
    planned = study.plan.analysis.waves
    if planned:
        return tuple(wave for wave in planned if wave in found)
    if all(wave.lstrip("-").isdigit() for wave in found):
        return tuple(sorted(found, key=int))
    return tuple(found)


def pair_of(study: Study, responses: Responses) -> tuple[str, ...]:
    """Return the two waves that are compared; one where there is one wave only."""
    waves = waves_of(study, responses)
    plan = study.plan.analysis
    first = plan.baseline or waves[0]
    last = plan.follow_up or waves[-1]
    return (first,) if first == last else (first, last)
