"""What a study leaves behind: the report and its tables, protected; scores and provenance for the analyst."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sctoolkit.disclosure.presets import get_preset
from sctoolkit.errors import WriteError
from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.sections import drafts
from sctoolkit.evaluation.sections.claim import rung_of
from sctoolkit.evaluation.sections.origin import origin
from sctoolkit.report.document import Report, build_report
from sctoolkit.report.render_html import render_html
from sctoolkit.report.render_json import render_json
from sctoolkit.report.render_xlsx import render_xlsx
from sctoolkit.report.sections.change import headlines
from sctoolkit.report.sections.headline_means import mean_headlines
from sctoolkit.report.sections.provenance import hidden_sentence, provenance_section
from sctoolkit.report.sections.size import with_sizes
from sctoolkit.report.sections.what_may_be_said import claim_sentence
from sctoolkit.result import jsonable


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: paths with their meaning, a summary for people, and headline results as a record."""

    files: Mapping[str, str]
    summary: str
    results: Mapping[str, Any]


def write_report(evaluation: Evaluation, path: str | os.PathLike[str], *, preset: str | None = None) -> Written:
    """Write the report of a study and all that belongs to it into a folder.

    Parameters
    ----------
    evaluation : Evaluation
        What `evaluate` returned.
    path : path
        Folder; made where it does not exist. Files of an earlier run are replaced whole, never half.
    preset : str, optional
        Disclosure rules in place of the study's own.

    Returns
    -------
    Written

    Raises
    ------
    WriteError
        If the folder cannot be written.
    OptionError
        If there is no such preset.

    Notes
    -----
    ``report.html``, ``tables.xlsx`` and ``results.json`` hold protected figures only. ``scores.csv`` has one row a
    person and is for the analyst; ``provenance.json`` holds no answers.
    """
    folder = check_folder(Path(path))
    rules = get_preset(preset or evaluation.study.plan.study.disclosure).id
    report = report_of(evaluation, rules)
    contents: dict[str, tuple[str | bytes, str]] = {
        "report.html": (render_html(report), "the report: open it in a browser, safe to share"),
        "tables.xlsx": (render_xlsx(report), "its tables for a spreadsheet, safe to share"),
        "results.json": (render_json(report), "its tables for a program, safe to share"),
        "scores.csv": (_scores_csv(evaluation), "one row a person and wave: for you, not to be shared"),
        "provenance.json": (_json(_provenance(evaluation, rules)), "inputs, versions and options, to make it again"),
    }
    for name, (content, _) in contents.items():
        write_whole(folder / name, content)
    return Written(
        files={str(folder / name): meaning for name, (_, meaning) in contents.items()},
        summary=_summary(report),
        results={"title": report.title, "claim": report.claim, "headlines": jsonable(report.summary)},
    )


def report_of(evaluation: Evaluation, preset: str) -> Report:
    """Return the report of an evaluation under a disclosure preset."""
    plan = evaluation.study.plan
    primary = [finding.outcome.label for finding in evaluation.findings if finding.outcome.primary]
    people = f"{', '.join(instrument.name for instrument in evaluation.study.instruments)}"
    sections = drafts(evaluation)
    changed = any(table.id == "change" for draft in sections for table in draft.tables)
    return build_report(
        sections,
        title=plan.study.title,
        subtitle=people,
        preset=preset,
        summary=with_sizes(headlines(primary)) if changed else mean_headlines(primary),
        claim=claim_sentence(rung_of(evaluation)),
        simulated=plan.study.simulated,
        last=provenance_section(origin(evaluation)),
    )


def check_folder(folder: Path) -> Path:
    """Return the folder, made where it does not exist; raise before any work is done if it cannot be written.

    Raises
    ------
    WriteError
        If it is a file, or files cannot be made in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise WriteError(
            f"The output folder `{folder}` must be writable, and it is not.",
            where=f"The system says: {str(error.strerror).lower()}.",
            hint="Name another one with `-o FOLDER`.",
        ) from None
    return folder


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file in one step: readers see the old one or the new one, never a part."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    name = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError as error:
        if name is not None:
            Path(name).unlink(missing_ok=True)
        raise WriteError(
            f"`{path}` must be writable, and it is not.",
            where=f"The system says: {str(error.strerror).lower()}.",
            hint="Name a file in a folder that exists and may be written to.",
        ) from None


def _scores_csv(evaluation: Evaluation) -> str:
    """Scores of all instruments, one below the other; unrounded."""
    parts = []
    for answers in evaluation.answers:
        frame = answers.frame.copy()
        frame.insert(0, "instrument", answers.instrument.id)
        if evaluation.study.plan.study.simulated:
            frame.insert(0, "data", "simulated")
        parts.append(frame.to_csv(index=False, lineterminator="\n"))
    return "\n".join(parts)


def _provenance(evaluation: Evaluation, preset: str) -> dict[str, Any]:
    record: dict[str, Any] = jsonable(evaluation.provenance)
    return record | {"disclosure": preset, "simulated": evaluation.study.plan.study.simulated}


def _json(record: Any) -> str:
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _summary(report: Report) -> str:
    """The first screen of the report as plain text."""
    lines = [f"{report.title}{' (SIMULATED data)' if report.simulated else ''}", ""]
    for entry in report.summary:
        lines += [f"  {entry.scale}:", *(f"    {sentence}" for sentence in entry.sentences)]
        lines += [f"    {entry.detail}"] if entry.detail else []
    return "\n".join([*lines, "", f"  {report.claim}", f"  {hidden_sentence(report.log)}"])
