"""Text from strangers: what cannot be seen is made visible, and no text grows without end."""

from __future__ import annotations

import unicodedata

LONGEST_LABEL = 300

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset("\u00ad\u180e\u200b\u2028\u2029\u2060\ufeff")


def visible(text: str) -> str:
    r"""Return text in which control, direction and invisible characters show as their code point.

    Line breaks and tabulators become blanks; the joiners that some scripts need stay.

    Examples
    --------
    >>> visible("pay\u202e1002")
    'pay[U+202E]1002'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def shorten(text: str, longest: int = LONGEST_LABEL) -> str:
    """Return text with the middle cut out when it is longer than ``longest`` characters.

    Examples
    --------
    >>> shorten("abcdefghij", 7)
    'abc…hij'
    """
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[: longest - 1 - half]}…{text[len(text) - half :]}"


def label(text: object) -> str:
    r"""Return a label that is safe to show: visible characters only, of bounded length.

    Examples
    --------
    >>> label("side\na")
    'side a'
    """
    return shorten(visible(str(text)))


def _visible_character(character: str) -> str:
    if character in "\n\r\t":
        return " "
    kind = unicodedata.category(character)
    if character in _BIDI or character in _INVISIBLE or kind in ("Cc", "Cs", "Co"):
        return f"[U+{ord(character):04X}]"
    return character
