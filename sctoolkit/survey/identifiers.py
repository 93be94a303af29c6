"""Columns that identify people directly: left behind like all that nobody names, and told of when kept."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sctoolkit.result import Caveat
from sctoolkit.survey.text import fold

PATTERNS: tuple[tuple[str, str], ...] = (
    ("name", r"(.*\b)?(first|last|full|sur|fore|given|family|your|respondent|participant)[ _]?name|name"),
    ("first and last name", r"recipient(first|last)name|submitter(name|id)|_submitted_by|username|user name"),
    ("e-mail address", r"(.*\b|.*_)?e-?mail([ _]?address)?"),
    ("telephone number", r"(.*\b)?((tele|mobile |mobile)?phone([ _]?(number|no))?|mobile([ _]?number)?)"),
    ("network address", r"ip[ _]?addr(ess)?|ipaddress"),
    ("place", r"(location[ _]?)?(latitude|longitude)|_?(geolocation|gps).*"),
    ("address", r"(your )?(home )?address|(post|zip)[ _]?code"),
    ("birth date", r"(your )?(date of birth|dob|birth[ _]?date)"),
    ("device", r"device[ _]?id|imei|subscriberid|simserial|phonenumber|deviceid"),
    ("register number", r"(nhs|national insurance|social security)[ _]?(number|no)"),
)  # fmt: skip
"""Kind -> what a column's whole name looks like, after folding."""

_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in PATTERNS)


def direct_identifiers(columns: Iterable[str]) -> dict[str, str]:
    """Return column -> kind for the columns whose names say that they identify a person.

    Examples
    --------
    >>> direct_identifiers(["What is your name?", "trust", "IPAddress"])
    {'What is your name?': 'name', 'IPAddress': 'network address'}
    """
    found = {}
    for column in columns:
        last = fold(column).split("/")[-1].rstrip("?")
        for kind, pattern in _COMPILED:
            if pattern.fullmatch(last):
                found[column] = kind
                break
    return found


def kept_caveats(columns: Iterable[str]) -> tuple[Caveat, ...]:
    """Return a caveat on the direct identifiers among the columns that were kept by name."""
    kept = direct_identifiers(dict.fromkeys(columns))
    if not kept:
        return ()
    listed = ", ".join(f"`{name}` ({kind})" for name, kind in kept.items())
    return (
        Caveat(
            code="identifiers_kept",
            sentence=f"Columns that identify people were kept because they were named: {listed}.",
            numbers={"columns": list(kept)},
        ),
    )
