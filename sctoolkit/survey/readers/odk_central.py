"""ODK Central exports: a CSV (or the zip around it) of names and codes, groups before a dash."""

from __future__ import annotations

from sctoolkit.errors import ReadError
from sctoolkit.result import Caveat
from sctoolkit.survey.archive import check_archive, expanded
from sctoolkit.survey.grid import Grid, RawTable, cells_below, header_names
from sctoolkit.survey.text_file import text_grid
from sctoolkit.survey.times import days, durations

NAME = "odk_central"
TITLE = "an ODK Central export"


def looks_like(grid: Grid) -> bool:
    """Whether the header holds the submission's date and key, and is not that of a repeat."""
    header = set(grid.header())
    return {"SubmissionDate", "KEY"} <= header and "PARENT_KEY" not in header


def root_of_archive(source: str, content: bytes) -> Grid:
    """Return the table of submissions in an export's zip; tables of repeats point to a parent.

    It serves any zip around one CSV, as SurveyMonkey makes it.

    Raises
    ------
    ReadError
        If no CSV in it is a table of submissions, or several are.
    """
    members = check_archive(source, content).infolist()
    grids = [
        text_grid(f"{source}/{member.filename}", b"".join(expanded(source, content, member)))
        for member in members
        if member.filename.lower().endswith(".csv") and not member.filename.lower().endswith("audit.csv")
    ]
    roots = [grid for grid in grids if "PARENT_KEY" not in grid.header()]
    if len(roots) != 1:
        raise ReadError(
            f"A zip must hold one table of answers (CSV), and this one holds {len(roots)}.",
            where=f"File: {source}; it holds {', '.join(member.filename for member in members[:8])}.",
            hint="Unpack it and name the file.",
        )
    return roots[0]


def read(grid: Grid) -> RawTable:
    """Return the table; a column is also known by its name without the group."""
    names = header_names(grid.header())
    cells, rows = cells_below(grid, names, 1)
    roles = {}
    if "SubmissionDate" in names:
        cells["(day)"] = days(cells["SubmissionDate"])
        roles["date"] = "(day)"
    if {"start", "end"} <= set(names):
        cells["(seconds)"] = durations(cells["start"], cells["end"])
        roles["duration"] = "(seconds)"
    caveats = list(grid.caveats)
    rejected = int((cells["ReviewState"] == "rejected").sum()) if "ReviewState" in names else 0
    if rejected:
        caveats.append(
            Caveat(
                code="rejected_submissions",
                sentence=f"{rejected} submissions were rejected in review and are still among the rows.",
                numbers={"n": rejected},
                n_people=rejected,
            )
        )
    return RawTable(
        source=grid.source,
        cells=cells,
        rows=rows,
        layout=NAME,
        detected=f"Looks like {TITLE}: {len(cells)} submissions, {len(names)} columns.",
        also={name: (name.rsplit("-", 1)[-1],) for name in names if "-" in name},
        roles=roles,
        identifiers=tuple(name for name in names if name in {"SubmitterName", "SubmitterID", "DeviceID"}),
        facts=grid.facts,
        caveats=tuple(caveats),
    )
