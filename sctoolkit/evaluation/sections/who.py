"""Who answered, out of how many, and who could be followed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pandas as pd

from sctoolkit.evaluation.evaluation import Evaluation
from sctoolkit.evaluation.sections.waves import wave_name
from sctoolkit.evaluation.study import waves_of
from sctoolkit.evaluation.took_part import took_part
from sctoolkit.report.document import Draft
from sctoolkit.report.sections.who_answered import Followed, Returns, who_answered

NOT_KNOWN = "not known"


def who_draft(evaluation: Evaluation) -> Draft:
    """Return the section on who answered and who could be followed."""
    main = evaluation.answers[0]
    frame = main.frame[took_part(evaluation.answers)]
    waves = waves_of(evaluation.study, main.responses)
    invited = _invited(evaluation)
    return who_answered(_returns(frame, waves, invited), _followed(frame, waves), caveats=_notes(evaluation))


def _notes(evaluation: Evaluation) -> list[Any]:
    return [
        *evaluation.caveats,
        *(evaluation.programme.returns.caveats if evaluation.programme.returns is not None else ()),
    ]


def _invited(evaluation: Evaluation) -> dict[tuple[str, str, str], int]:
    """People on the roster by wave, side and organisation, with all sums; empty without a roster."""
    if evaluation.programme.returns is None:
        return {}
    counts = evaluation.programme.returns.frame()
    found: dict[tuple[str, str, str], int] = {}
    for row in counts.to_dict("records"):
        wave, side, organisation, n = str(row["wave"]), str(row["side"]), str(row["organisation"]), int(row["eligible"])
        for key in {(wave, "", ""), (wave, side, ""), (wave, side, organisation)}:
            found[key] = found.get(key, 0) + n
    return found


def _returns(
    frame: pd.DataFrame, waves: tuple[str, ...], invited: dict[tuple[str, str, str], int]
) -> Iterator[Returns]:
    """Who answered, of those asked: by wave, by side, by organisation."""
    for name in ("side", "organisation"):
        if name in frame.columns:
            frame = frame.assign(**{name: frame[name].where(frame[name] != "", NOT_KNOWN)})
    for wave in waves:
        rows = frame[frame["wave"] == wave]
        yield Returns(wave=wave_name(wave), n=len(rows), invited=invited.get((wave, "", "")))
        if "side" in frame.columns:
            for side, part in rows.groupby("side", sort=True):
                yield Returns(
                    wave=wave_name(wave), n=len(part), side=str(side), invited=invited.get((wave, str(side), ""))
                )
    if "organisation" in frame.columns:
        keys = [*(["side"] if "side" in frame.columns else []), "organisation"]
        for wave in waves:
            for key, part in frame[frame["wave"] == wave].groupby(keys, sort=True):
                place = dict(zip(keys, map(str, key), strict=True))
                seen = (wave, place.get("side", ""), place["organisation"])
                yield Returns(n=len(part), wave=wave_name(wave), invited=invited.get(seen), **place)


def _followed(frame: pd.DataFrame, waves: tuple[str, ...]) -> Iterator[Followed]:
    """Who answered at two waves in a row, over all and side by side."""
    if "respondent" not in frame.columns:
        return
    sides = sorted(set(frame["side"]) - {""}) if "side" in frame.columns else []
    for side in ("", *sides):
        part = frame[frame["side"] == side] if side else frame
        for first, last in pairwise(waves):
            before, after = part[part["wave"] == first], part[part["wave"] == last]
            linked = len(set(before["respondent"]) & set(after["respondent"]) - {""})
            yield Followed(
                first=wave_name(first),
                last=wave_name(last),
                linked=linked,
                lost=len(before) - linked,
                new=len(after) - linked,
                side=side,
            )
