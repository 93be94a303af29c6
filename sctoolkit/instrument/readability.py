"""How easy an English wording reads: Flesch reading ease, Flesch-Kincaid grade and the reading age that follows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sctoolkit.errors import DataError

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_SENTENCE = re.compile(r"[.?!]+(?:\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_E = re.compile(r"(?:(?<![aeiouy])e|(?<![aeiouytd])ed|(?<![aeiouyscgxz])(?<!ch)(?<!sh)es)$")
_SOUNDED_LE = re.compile(r"[^aeiouy]les?$")
SCHOOL_START = 5.0


@dataclass(frozen=True, slots=True)
class Readability:
    """Figures on a text in English.

    ``ease`` is Flesch reading ease (higher is easier, about 0 to 100), ``grade`` the Flesch-Kincaid school grade,
    ``age`` the reading age in years (grade + 5), ``words_a_sentence`` and ``syllables_a_word`` what they rest on.
    """

    ease: float
    grade: float
    age: float
    words_a_sentence: float
    syllables_a_word: float
    n_sentences: int
    n_words: int


def readability(texts: Iterable[str]) -> Readability:
    """Return how easy English texts read, each text being one sentence or more.

    Parameters
    ----------
    texts : iterable of str
        Questions with their slots filled.

    Returns
    -------
    Readability
        Unrounded; for short questions the figures vary by a year or two, so they are a guide and no verdict.

    Raises
    ------
    DataError
        If there are no words.

    Notes
    -----
    ``ease = 206.835 - 1.015 w - 84.6 s`` and ``grade = 0.39 w + 11.8 s - 15.59`` with ``w`` words a sentence and ``s``
    syllables a word; syllables are counted as groups of vowels without a silent final e. Reading age is grade + 5.

    References
    ----------
    Flesch (1948), doi:10.1037/h0057532. Kincaid, Fishburne, Rogers & Chissom (1975), Research Branch Report 8-75.

    Examples
    --------
    >>> round(readability(["The cat sat on the mat."]).grade, 2)
    -1.45
    """
    sentences = [part for text in texts for part in _SENTENCE.split(text) if _WORD.search(part)]
    words = [word for sentence in sentences for word in _WORD.findall(sentence)]
    if not words:
        raise DataError(
            "A reading age needs text with at least one word, and there is none.",
            hint="Pass the texts of the items as people read them.",
        )
    per_sentence = len(words) / len(sentences)
    per_word = sum(map(syllables, words)) / len(words)
    grade = 0.39 * per_sentence + 11.8 * per_word - 15.59
    return Readability(
        ease=206.835 - 1.015 * per_sentence - 84.6 * per_word,
        grade=grade,
        age=grade + SCHOOL_START,
        words_a_sentence=per_sentence,
        syllables_a_word=per_word,
        n_sentences=len(sentences),
        n_words=len(words),
    )


def syllables(word: str) -> int:
    """Return the syllables of an English word by its spelling, at least 1.

    Examples
    --------
    >>> [syllables(word) for word in ("cat", "people", "organisation", "make", "trusted")]
    [1, 2, 5, 1, 2]
    """
    plain = re.sub(r"[^a-z]", "", word.lower())
    count = len(_VOWELS.findall(plain))
    if count > 1 and _SILENT_E.search(plain) and not _SOUNDED_LE.search(plain):
        count -= 1
    return max(count, 1)
