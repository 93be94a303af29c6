"""The sections of a study file: every key that `study.toml` may hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sctoolkit.instrument.model import NonAnswerKind


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
    """One ``[[file]]``: where answers are, and the wave and side that the whole file belongs to, if it does.

    ``mapping`` is a mapping file of its own; ``item_columns`` is a pattern such as ``pre_{item}``.
    """

    path: str
    wave: Text | None = None
    side: str | None = None
    format: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    mapping: str | None = None
    item_columns: str | None = None


class Columns(Part):
    """Section ``[columns]``: which column plays which role, and which column holds which item.

    Several columns of ``respondent`` make one key.
    """

    respondent: Names = ()
    wave: str | None = None
    side: str | None = None
    organisation: str | None = None
    group: str | None = None
    weight: str | None = None
    stratum: str | None = None
    psu: str | None = None
    duration: str | None = None
    keep: tuple[str, ...] = ()
    items: dict[str, str] = {}

    def roles(self) -> dict[str, str | list[str]]:
        """Role -> column or columns, without the roles that are not named."""
        named = self.model_dump(exclude={"keep", "items", "respondent"})
        roles: dict[str, str | list[str]] = {role: column for role, column in named.items() if column is not None}
        if self.respondent:
            roles["respondent"] = self.respondent[0] if len(self.respondent) == 1 else list(self.respondent)
        return roles


class Analysis(Part):
    """Section ``[analysis]``: what is primary, what is compared, and how.

    ``comparison`` says what the change is compared over; ``assignment`` how groups came about. Items named in ``items``
    are reported as single items beside the scales. ``baseline`` and ``follow_up`` default to the first and last wave.
    ``minimum`` sets, per scale, how many items must be answered, in place of the instrument's own rule. ``splits`` are
    columns of ``[columns] keep`` by whose values changes are told, such as ethnicity or tenure. ``iterations`` are the
    random data sets that say how many dimensions the items have; 0 leaves the question out.
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
    splits: Names = ()
    iterations: int = Field(default=500, ge=0)
    seed: int = Field(default=20260101, ge=0)


class Linkage(Part):
    """Section ``[linkage]``: how many characters of a self-generated code may differ."""

    tolerance: int = Field(default=0, ge=0, le=2)


class Logs(Part):
    """Section ``[logs]``: the programme's own tables, and the day on which each wave was fielded (its middle).

    ``entry_phase`` is the phase whose start counts as an organisation's entry into the programme; ``dose`` is what the
    engagement log counts as its dose.
    """

    roster: str | None = None
    engagement: str | None = None
    phases: str | None = None
    ties: str | None = None
    outcomes: str | None = None
    wave_dates: dict[str, str] = {}
    entry_phase: Literal["0", "1", "2"] = "0"
    dose: Literal["hours", "contacts", "brokered_meetings", "grant_amount"] = "hours"

    def tables(self) -> dict[str, str]:
        """Table -> path, without the tables that are not named."""
        named = self.model_dump(include={"roster", "engagement", "phases", "ties", "outcomes"})
        return {key: name for key, name in named.items() if name is not None}


class PathPlan(Part):
    """One ``[[path]]``: what goes before (``from``), what it passes ``through``, and what it leads ``to``.

    ``from`` is a scale, an item of ``[analysis] items``, ``dose`` (what the engagement log counts) or ``group``.
    """

    start: str = Field(alias="from")
    through: str
    to: str


class Reciprocal(Part):
    """Section ``[reciprocal]``: two scales of which each may follow the other a wave later."""

    scales: tuple[str, ...] = Field(min_length=2, max_length=2)


class StudyFile(Part):
    """A whole `study.toml`.

    ``missing_codes`` maps further codes to kinds of non-answer; ``asked`` says of whom an item was asked (item ->
    column -> values); ``answers`` maps words to codes where an export has words that the instrument does not know;
    ``consent`` names the column and its values without which a row is not read; ``multiple`` the options of questions
    whose answers stand in one cell.
    """

    study: Plan
    file: tuple[DataFile, ...] = Field(min_length=1)
    columns: Columns = Columns()
    missing_codes: dict[str, NonAnswerKind] = {}
    asked: dict[str, dict[str, tuple[str, ...]]] = {}
    answers: dict[str, dict[str, int]] = {}
    consent: dict[str, tuple[str, ...]] = {}
    multiple: dict[str, tuple[str, ...]] = {}
    analysis: Analysis = Analysis()
    linkage: Linkage = Linkage()
    logs: Logs = Logs()
    path: tuple[PathPlan, ...] = ()
    reciprocal: Reciprocal | None = None
    slot: dict[str, dict[str, str]] = {}
