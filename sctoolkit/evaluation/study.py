"""The study file: the analysis plan, written before the data are seen."""

from __future__ import annotations

import hashlib
import os
import tomllib
from pathlib import Path

from pydantic import ValidationError

from sctoolkit.errors import ReadError, StudyError, did_you_mean, toml_place
from sctoolkit.evaluation.study_file import Part, StudyFile
from sctoolkit.evaluation.study_names import path_faults, split_faults, word_faults
from sctoolkit.instrument.library import load_instrument
from sctoolkit.instrument.model import Instrument
from sctoolkit.instrument.parse import schema_faults
from sctoolkit.survey.responses import Responses

SIZE_CAP = 1_000_000


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

    def log_inputs(self) -> dict[str, str]:
        """Return the name and sha256 of each of the programme's own tables that the plan names."""
        names = self.plan.logs.tables().values()
        return {name: hashlib.sha256(self.path(name).read_bytes()).hexdigest() for name in names}

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
    ReadError
        If there is no such file, or it cannot be read as text.
    UnknownInstrumentError
        If an instrument is not in the library.

    Examples
    --------
    >>> load_study("nowhere.toml")
    Traceback (most recent call last):
    sctoolkit.errors.ReadError: A study file must exist; `nowhere.toml` does not.
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
        raise ReadError(
            f"A study file must exist; `{file}` does not.",
            hint="`sctoolkit init DATA...` writes a first one from your files.",
        )
    content = file.read_bytes()
    if len(content) > SIZE_CAP:
        raise ReadError(
            f"`{file.name}` must be smaller than 1 MB, and it holds {len(content):,} bytes.",
            hint="Is it a data file? The study file only names those, under `[[file]]`.",
        )
    return content


def _parse(content: bytes, origin: str) -> StudyFile:
    try:
        return StudyFile.model_validate(tomllib.loads(content.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise ReadError(
            f"`{origin}` must be UTF-8 text; byte {error.start} is not.", hint="Save the file again as UTF-8."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(
            f"`{origin}` must be TOML, and it is not at {toml_place(error)}.",
            hint='Text stands in quotes: title = "My study".',
        ) from None
    except ValidationError as error:
        raise _faulty(origin, schema_faults(error, StudyFile)) from None


def _faulty(origin: str, faults: list[str]) -> StudyError:
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return StudyError(
        f"`{origin}` must be a study file without contradiction; {count} found.",
        where=faults,
        hint=f"Correct `{origin}` in a text editor and run it again; nothing was read or written.",
    )


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
    faults = [
        f"`file[{index}].path`: `{entry.path}` does not exist beside the study file"
        for index, entry in enumerate(plan.file)
        if not (folder / entry.path).is_file()
    ]
    faults += [
        f"`file[{index}].mapping`: `{entry.mapping}` does not exist beside the study file"
        for index, entry in enumerate(plan.file)
        if entry.mapping is not None and not (folder / entry.mapping).is_file()
    ]
    faults += [
        f"`logs.{key}`: `{name}` does not exist beside the study file"
        for key, name in plan.logs.tables().items()
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
    words = word_faults(plan, instruments, scales | items)
    return [*faults, *words, *split_faults(plan), *path_faults(plan, instruments)]


def waves_of(study: Study, responses: Responses) -> tuple[str, ...]:
    """Return the waves in the order of the plan, else numbers in their order, else as the data bring them."""
    found = [wave for wave in responses.waves() if wave != ""]
    planned = study.plan.analysis.waves
    if planned:
        return tuple(wave for wave in planned if wave in found)
    if all(wave.lstrip("-").isdigit() for wave in found):
        return tuple(sorted(found, key=int))
    return tuple(found)


def check_waves(study: Study, responses: Responses) -> None:
    """Raise where the waves to compare are not in the data; a planned wave that is yet to come is no fault.

    Raises
    ------
    StudyError
        With each key that names a wave which no row has.
    """
    found, plan = tuple(wave for wave in responses.waves() if wave != ""), study.plan.analysis
    named = {key: getattr(plan, key) for key in ("baseline", "follow_up") if getattr(plan, key) is not None}
    faults = [f"`analysis.{key}`: wave `{wave}` is not in the data" for key, wave in named.items() if wave not in found]
    if plan.waves and not set(plan.waves) & set(found):
        faults.append("`analysis.waves`: none of these waves is in the data")
    if faults or not found:
        there = ", ".join(f"`{wave}`" for wave in found) or "none"
        raise StudyError(
            "The waves of the plan must be in the data, and they are not.", where=faults, hint=f"Waves there: {there}."
        )


def pair_of(study: Study, responses: Responses) -> tuple[str, ...]:
    """Return the two waves that are compared; one where there is one wave only."""
    waves = waves_of(study, responses)
    plan = study.plan.analysis
    first = plan.baseline or waves[0]
    last = plan.follow_up or waves[-1]
    return (first,) if first == last else (first, last)
