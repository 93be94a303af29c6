"""Names that a platform accepts: rules as a table, and one map from item codes to such names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SPSS_RESERVED = frozenset(["ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"])


@dataclass(frozen=True, slots=True)
class NameRule:
    """What a platform allows in the name of a variable.

    ``strange`` matches the characters that it refuses, ``longest`` is its limit; platforms without ``upper`` fold to
    lower case; reserved words get a suffix.
    """

    platform: str
    strange: str
    longest: int
    upper: bool
    reserved: frozenset[str]
    source: str


_RESERVED_LIMESURVEY = frozenset({"OTHER", "TIME"})

RULES: dict[str, NameRule] = {
    "xlsform": NameRule("xlsform", r"[^A-Za-z0-9_.\-]", 64, True, frozenset(), "XML names"),
    "redcap": NameRule("redcap", r"[^a-z0-9_]", 26, False, frozenset(), "lower case, 26 characters advised"),
    "limesurvey": NameRule("limesurvey", r"[^A-Za-z0-9]", 20, True, _RESERVED_LIMESURVEY, "letters and digits"),
    "qualtrics": NameRule("qualtrics", r"[^A-Za-z0-9_]", 60, True, frozenset(), "export tags"),
    "spss": NameRule("spss", r"[^A-Za-z0-9_.$#@]", 64, True, SPSS_RESERVED, "64 bytes, cases alike"),
}


def platform_names(codes: Iterable[str], platform: str) -> dict[str, str]:
    """Return item code -> name on a platform; names are unique also when upper and lower case are alike.

    Examples
    --------
    >>> platform_names(["Trust_1", "trust_1"], "redcap")
    {'Trust_1': 'trust_1', 'trust_1': 'trust_1_2'}
    """
    rule = RULES[platform]
    names: dict[str, str] = {}
    taken: set[str] = set()
    for code in codes:
        name = _free(_lawful(code, rule), taken, rule)
        names[code] = name
        taken.add(name.casefold())
    return names


def _lawful(code: str, rule: NameRule) -> str:
    name = re.sub(rule.strange, "" if rule.platform == "limesurvey" else "_", code if rule.upper else code.lower())
    if not name or not name[0].isalpha():
        name = f"q{name}"
    if name.upper() in rule.reserved:
        name = f"{name}1"
    return name[: rule.longest]


def _free(name: str, taken: set[str], rule: NameRule) -> str:
    mark = "" if rule.platform == "limesurvey" else "_"
    candidate, number = name, 2
    while candidate.casefold() in taken:
        suffix = f"{mark}{number}"
        candidate = name[: rule.longest - len(suffix)] + suffix
        number += 1
    return candidate


def renamed(names: Mapping[str, str]) -> dict[str, str]:
    """Return the part of a map in which code and name differ."""
    return {code: name for code, name in names.items() if code != name}
