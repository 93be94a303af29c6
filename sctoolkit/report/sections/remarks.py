"""Remarks of an analysis as blocks of a section: one stands alone, several are a list."""

from __future__ import annotations

from collections.abc import Iterable

from sctoolkit.report.document import Block, Bullets, Paragraph, Tone
from sctoolkit.result import Caveat


def remarks(caveats: Iterable[Caveat], tone: Tone = "caution") -> tuple[Block, ...]:
    """Return remarks in one box, each sentence once.

    Examples
    --------
    >>> remarks([Caveat(code="a", sentence="One."), Caveat(code="b", sentence="Two.")], "quiet")
    (Bullets(items=('One.', 'Two.'), heading='', tone='quiet'),)
    """
    sentences = tuple(dict.fromkeys(caveat.sentence for caveat in caveats))
    if len(sentences) > 1:
        return (Bullets(sentences, tone=tone),)
    return tuple(Paragraph(sentence, tone) for sentence in sentences)
