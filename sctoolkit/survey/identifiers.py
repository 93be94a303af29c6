"""Columns that identify people directly: left behind on import unless named."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sctoolkit.survey.text import fold

PATTERNS: tuple[tuple[str, str], ...] = (
    ("name", r"((first|last|full|sur|fore|given|family|your|respondent|recipient|participant)[ _]?)?name"),
    ("first and last name", r"recipient(first|last)name|submitter(name|id)|_submitted_by|username|user name"),
    ("e-mail address", r"(recipient|your|respondent|contact)?[ _]?e-?mail([ _]?address)?"),
    ("telephone number", r"(your )?(tele|mobile |mobile)?phone([ _]?(number|no))?|mobile([ _]?number)?"),
    ("network address", r"ip[ _]?addr(ess)?|ipaddress"),
    ("place", r"(location[ _]?)?(latitude|longitude)|_?(geolocation|gps).*"),
    ("address", r"(your )?(home )?address|(post|zip)[ _]?code"),
    ("birth date", r"(date of birth|dob|birth[ _]?date|your date of birth)"),
    ("device", r"device[ _]?id|imei|subscriberid|simserial|phonenumber|deviceid"),
    ("register number", r"(nhs|national insurance|social security)[ _]?(number|no)"),
)  # fmt: skip
"""Kind -> what a column's whole name looks like, after folding."""

_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in PATTERNS)


def direct_identifiers(columns: Iterable[str]) -> dict[str, str]:
    """Return column -> kind for the columns whose names say that they identify a person.

    Examples
    --------
    >>> direct_identifiers(["Email Address", "trust", "IPAddress"])
    {'Email Address': 'e-mail address', 'IPAddress': 'network address'}
    """
    found = {}
    for column in columns:
        last = fold(column).split("/")[-1]
        for kind, pattern in _COMPILED:
            if pattern.fullmatch(last):
                found[column] = kind
                break
    return found
