"""Names on platforms: lawful, unique also when cases are alike, and the code itself wherever that is lawful."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sctoolkit.forms.names import RULES, platform_names, renamed

CODES = st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,40}", fullmatch=True), min_size=1, max_size=12, unique=True)


@pytest.mark.parametrize("platform", RULES)
@given(codes=CODES)
def test_lawful_and_unique(platform, codes):
    rule = RULES[platform]
    names = platform_names(codes, platform)
    assert list(names) == codes
    assert len({name.casefold() for name in names.values()}) == len(codes)
    for name in names.values():
        assert name[0].isalpha()
        assert len(name) <= rule.longest
        assert not re.search(rule.strange, name)
        assert name.upper() not in rule.reserved


def test_hand_cases():
    assert platform_names(["ts_1", "TS1"], "limesurvey") == {"ts_1": "ts1", "TS1": "TS12"}
    assert platform_names(["ALL", "by"], "spss") == {"ALL": "ALL1", "by": "by1"}
    assert renamed(platform_names(["bo1", "Bo2"], "redcap")) == {"Bo2": "bo2"}
