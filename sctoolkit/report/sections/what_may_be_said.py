"""Section "What may be said": the rung of the claim ladder, its limits in plain words, and what cannot be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sctoolkit.change.route.claims import check_wording, ladder
from sctoolkit.disclosure.table import Table
from sctoolkit.errors import OptionError
from sctoolkit.report.document import Block, Bullets, Draft, Paragraph, Section, Steps
from sctoolkit.report.words import phrase
from sctoolkit.result import Caveat


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a design supports.

    Attributes
    ----------
    rung : str
        Step of the claim ladder, ``L0`` to ``L5``.
    assumptions, limits, cannot : tuple of str
        Sentences: what the statement rests on; what weakens it; what must not be said. Made by the toolkit, hence held
        to the rung's words.
    linked : bool
        Whether only people were compared who answered at both waves.
    compared_elsewhere : bool
        Whether another section of the report compares those who took part with others.
    """

    rung: str
    assumptions: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    cannot: tuple[str, ...] = ()
    linked: bool = True
    compared_elsewhere: bool = False


def what_may_be_said(claim: Claim, *, caveats: Iterable[Caveat] = ()) -> Draft:
    """Return the section on what may be said.

    Parameters
    ----------
    claim : Claim
        What the design supports.
    caveats : iterable of Caveat
        Remarks that limit what may be said; hidden when they are about few people.

    Raises
    ------
    OptionError
        If there is no such rung.
    DesignError
        If a sentence says more than the rung allows.
    """
    if claim.rung not in ladder():
        raise OptionError(
            f"A claim must name a rung of {', '.join(ladder())}, not `{claim.rung}`.",
            hint="The ladder runs from L0, described, to L5, randomised.",
        )
    for sentence in (*claim.assumptions, *claim.limits):
        check_wording(sentence, claim.rung)

    def compose(tables: Mapping[str, Table], kept: tuple[Caveat, ...]) -> Section:
        return _section(claim, kept)

    return Draft(tables=(), compose=compose, caveats=tuple(caveats))


def claim_sentence(rung: str) -> str:
    """Return the sentence on a rung for the summary of a report.

    Examples
    --------
    >>> claim_sentence("L1").split(".")[0]
    'This design supports statements up to “changed”'
    """
    info = ladder()[rung]
    return phrase("claim.lead", name=info.name, means=info.means)


def _section(claim: Claim, caveats: tuple[Caveat, ...]) -> Section:
    rungs = list(ladder().values())
    place = next(number for number, info in enumerate(rungs) if info.id == claim.rung)
    blocks: list[Block] = [Paragraph(claim_sentence(claim.rung), "lead")]
    blocks.append(Steps(tuple(info.name for info in rungs), place + 1, "The ladder of claims"))
    if claim.assumptions:
        blocks.append(Bullets(claim.assumptions, "It rests on"))
    limits = (*claim.limits, *(caveat.sentence for caveat in caveats))
    if limits:
        blocks.append(Bullets(limits, "What weakens it"))
    cannot = [*claim.cannot]
    if place < 3:
        cannot.append(phrase("claim.cannot_cause_alone" if claim.compared_elsewhere else "claim.cannot_cause"))
    if claim.linked and place > 0:
        cannot.append(phrase("claim.cannot_lost"))
    cannot += [phrase("claim.cannot_everyone"), phrase("claim.cannot_person")]
    blocks.append(Bullets(tuple(cannot), "What cannot be said", "caution"))
    following = rungs[place + 1] if place + 1 < len(rungs) else None
    if claim.compared_elsewhere:
        blocks.append(Paragraph(phrase("claim.elsewhere"), "quiet"))
    elif following is None:
        blocks.append(Paragraph(phrase("claim.top"), "quiet"))
    else:
        blocks.append(Paragraph(phrase("claim.needs", name=following.name, needs=following.needs), "quiet"))
    return Section(id="what-may-be-said", heading="What may be said", blocks=tuple(blocks))
