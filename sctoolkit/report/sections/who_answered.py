"""Section "Who answered": returns by wave, side and organisation, response rates, and who could be followed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sctoolkit.disclosure.table import Cell, Column, Row, Table, Who, key_of, make_table, who
from sctoolkit.report.alt_text import describe_rows
from sctoolkit.report.document import Block, Draft, Figure, Paragraph, Section
from sctoolkit.report.numbers import format_number, format_people
from sctoolkit.report.sections.remarks import remarks
from sctoolkit.report.words import capital, listed, phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class Returns:
    """People who answered at one wave: all of them, or of one side or organisation; ``invited`` where it is known."""

    wave: str
    n: int
    side: str = ""
    organisation: str = ""
    invited: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """People linked between two waves, with those lost and those new; of all, or of one side."""

    first: str
    last: str
    linked: int
    lost: int
    new: int
    side: str = ""


EVERYBODY = ("both sides", "all sides")
"""How the row over two sides, and over more, is named."""
MOST_TOLD = 4
"""Waves that are told one by one in a sentence; of more, the first and last are told, and the range between."""


def who_answered(
    returns: Iterable[Returns], followed: Iterable[Followed] = (), *, caveats: Iterable[Caveat] = ()
) -> Draft:
    """Return the section on who answered.

    Parameters
    ----------
    returns : iterable of Returns
        One record a wave (side and organisation empty), and one a wave and side, and a wave and organisation.
    followed : iterable of Followed
        One record a pair of waves; with ``side`` for the sides.
    caveats : iterable of Caveat
        Remarks of reading and linking.
    """
    listed_returns, links = tuple(returns), tuple(followed)
    sides = [entry for entry in listed_returns if not entry.organisation]
    organisations = [entry for entry in listed_returns if entry.organisation]
    by = "wave and side" if any(entry.side for entry in sides) else "wave"
    tables = [_returns_table("returns", f"People who answered, by {by}", sides)]
    if organisations:
        tables.append(_returns_table("returns-organisation", "People who answered, by organisation", organisations))
    if links:
        tables.append(_followed_table(links, listed_returns))
    return Draft(tables=tuple(tables), compose=_compose, caveats=tuple(caveats))


def answered_key(wave: str, side: str = "", organisation: str = "") -> Who:
    """Return the key of the people who answered; all other sections count parts of these."""
    return who(wave=wave, side=side, organisation=organisation)


def linked_key(first: str, last: str, side: str = "", **more: str) -> Who:
    """Return the key of the people of one wave who answered at a later one as well."""
    return key_of({"wave": first, "side": side, f"followed:{last}": "linked", **more})


def _returns_table(name: str, caption: str, returns: Sequence[Returns]) -> Table:
    columns = (
        Column("wave", "Wave", row_header=True),
        Column("side", "Side", print_only_if_used=True),
        Column("organisation", "Organisation", print_only_if_used=True),
        Column("n", "Answered", "count"),
        Column("invited", "Asked", "count", print_only_if_used=True),
        Column("rate", "Response rate", "percent", print_only_if_used=True),
    )
    everybody = _everybody({entry.side for entry in returns})
    return make_table(name, caption, columns, [_returns_row(entry, everybody) for entry in returns])


def _everybody(sides: set[str]) -> str:
    """Return how the row over all sides is named: "both sides" of two, nothing where there are none."""
    named = len(sides - {""})
    return "" if named == 0 else EVERYBODY[0] if named == 2 else EVERYBODY[1]


def _returns_row(entry: Returns, everybody: str) -> Row:
    key = answered_key(entry.wave, entry.side, entry.organisation)
    side = entry.side or ("" if entry.organisation else everybody)
    values: dict[str, Cell | str | int | float | tuple[float, float] | None] = {
        "wave": entry.wave,
        "side": side,
        "organisation": entry.organisation,
        "n": entry.n,
    }
    if entry.invited is None:
        return Row(values, key, entry.n)
    asked = key_of({"asked": entry.wave, "asked side": entry.side, "asked organisation": entry.organisation})
    also = tuple(sorted((*asked, ("answered", "yes"))))
    values["invited"] = Cell(entry.invited, asked, entry.invited)
    share = 100.0 * entry.n / entry.invited if entry.invited else float("nan")
    values["rate"] = Cell(share, key, entry.n, base=entry.invited)
    return Row(values, key, entry.n, also)


def _followed_table(links: Sequence[Followed], returns: Sequence[Returns]) -> Table:
    columns = (
        Column("from", "First wave", row_header=True),
        Column("to", "Later wave"),
        Column("side", "Side", print_only_if_used=True),
        Column("n_from", "Answered first", "count"),
        Column("linked", "Linked", "count"),
        Column("lost", "Not seen again", "count"),
        Column("new", "New later", "count"),
        Column("n_to", "Answered later", "count"),
    )
    sizes = {(entry.wave, entry.side): entry.n for entry in returns if not entry.organisation}
    pairs = list(dict.fromkeys((link.first, link.last) for link in links))
    links = sorted(links, key=lambda link: pairs.index((link.first, link.last)))
    everybody = _everybody({link.side for link in links})
    return make_table(
        "followed",
        "People who could be followed from wave to wave",
        columns,
        [_followed_row(link, sizes, everybody) for link in links],
    )


def _followed_row(link: Followed, sizes: Mapping[tuple[str, str], int], everybody: str) -> Row:
    before, after = answered_key(link.first, link.side), answered_key(link.last, link.side)
    linked = linked_key(link.first, link.last, link.side)
    came = {"wave": link.last, "side": link.side}
    n_from = sizes.get((link.first, link.side), link.linked + link.lost)
    n_to = sizes.get((link.last, link.side), link.linked + link.new)
    lost = key_of({"wave": link.first, "side": link.side, f"followed:{link.last}": "lost"})
    cells = {
        "n_from": Cell(n_from, before, n_from),
        "linked": Cell(link.linked, linked, link.linked, also=key_of({**came, f"came from:{link.first}": "linked"})),
        "lost": Cell(link.lost, lost, link.lost),
        "new": Cell(link.new, key_of({**came, f"came from:{link.first}": "new"}), link.new),
        "n_to": Cell(n_to, after, n_to),
    }
    return Row({"from": link.first, "to": link.last, "side": link.side or everybody, **cells})


def _compose(tables: Mapping[str, Table], caveats: tuple[Caveat, ...]) -> Section:
    blocks: list[Block] = [Paragraph(_lead(tables["returns"]), "lead")]
    if not tables["returns"].has("invited"):
        blocks.append(Paragraph(phrase("who.no_denominator"), "quiet"))
    blocks.append(tables["returns"])
    if "followed" in tables:
        followed = tables["followed"]
        pairs = [row for row in followed.records() if _text(row, "side") in ("", *EVERYBODY)]
        blocks += [Paragraph(_linked_sentence(row)) for row in pairs] if len(pairs) <= MOST_TOLD else []
        chain = _whole_chain(followed)
        if chain.rows:
            alt = "Flow from wave to wave: how many answered, how many were linked, not seen again, or new."
            blocks.append(
                Figure(
                    id="flow",
                    kind="flow",
                    caption="Who could be followed",
                    table=chain,
                    alt=alt,
                    description=describe_rows(chain),
                    twin=followed.id if len(chain.rows) < len(followed.rows) else "",
                )
            )
        if len(chain.rows) < len(followed.rows):
            blocks.append(followed)
    if "returns-organisation" in tables:
        blocks.append(tables["returns-organisation"])
    blocks += remarks(caveats)
    return Section(id="who-answered", heading="Who answered", blocks=tuple(blocks))


def _text(row: Mapping[str, Cell], key: str) -> str:
    return row[key].text if key in row else ""


def _whole_chain(followed: Table) -> Table:
    """Return the rows over all sides that follow one another, as a table of their own."""
    kept: list[tuple[Cell, ...]] = []
    for row, cells in zip(followed.records(), followed.rows, strict=True):
        follows = not kept or kept[-1][followed.place("to")].text == row["from"].text
        if _text(row, "side") in ("", *EVERYBODY) and follows:
            kept.append(cells)
    return Table(id="flow", caption=followed.caption, columns=followed.columns, rows=tuple(kept), notes=followed.notes)


def _lead(table: Table) -> str:
    rows = [row for row in table.records() if _text(row, "side") in ("", *EVERYBODY)] or list(table.records())
    people = [(row["wave"].text, format_people(row["n"])) for row in rows]
    if len(rows) > MOST_TOLD:
        return _lead_of_many(people, [row["n"] for row in rows])
    first, *others = people
    parts = [phrase("who.first", people=first[1], wave=first[0])]
    parts += [phrase("who.other", people=number, wave=wave) for wave, number in others]
    return f"{capital(listed(parts))}."


def _lead_of_many(people: Sequence[tuple[str, str]], counts: Sequence[Cell]) -> str:
    """Return the first and last of many waves, and the range of those between where all of them are shown."""
    (wave, first), (last, later) = people[0], people[-1]
    told = capital(phrase("who.many", people=first, wave=wave, later=later, last=last))
    between = counts[1:-1]
    if any(cell.state != "shown" for cell in between):
        return told
    low, high = (format_number(end(cell.number for cell in between), "count") for end in (min, max))
    return f"{told} {phrase('who.between', n=len(between), low=low, high=high)}"


def _linked_sentence(row: Mapping[str, Cell]) -> str:
    """Return how many were found again, as far as it may be said."""
    waves = {"first": row["from"].text, "last": row["to"].text}
    if row["linked"].hidden:
        return phrase("who.linked_hidden", **waves)
    linked = format_people(row["linked"])
    if row["lost"].hidden:
        return capital(phrase("who.linked_only_some", linked=linked, **waves))
    return capital(phrase("who.linked", linked=linked, lost=format_people(row["lost"]), **waves))
