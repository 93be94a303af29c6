"""A report from numbers set by hand, with hostile names on demand: used by the tests and to look at."""

from __future__ import annotations

from itertools import pairwise

from sctoolkit.report.document import Draft, Report, build_report
from sctoolkit.report.sections.change import ScaleChange, change_section, headlines
from sctoolkit.report.sections.data_quality import Flag, NotScored, data_quality
from sctoolkit.report.sections.provenance import Origin, provenance_section
from sctoolkit.report.sections.reliability import ScaleReliability, reliability_section
from sctoolkit.report.sections.score_distributions import ItemAnswers, ScoreSummary, score_distributions
from sctoolkit.report.sections.what_may_be_said import Claim, claim_sentence, what_may_be_said
from sctoolkit.report.sections.who_answered import Followed, Returns, who_answered
from sctoolkit.result import Caveat

WAVES = ("Spring 2025", "Autumn 2025", "Spring 2026")
SIDES = ("community", "statutory")
SCALES = {"bo": "Bonding", "br": "Bridging", "li": "Linking", "ts": "Trust in the other side"}
AGREE = ("strongly disagree", "disagree", "neither", "agree", "strongly agree")
SIZES = {
    ("Spring 2025", "community"): 148,
    ("Spring 2025", "statutory"): 61,
    ("Autumn 2025", "community"): 131,
    ("Autumn 2025", "statutory"): 55,
    ("Spring 2026", "community"): 119,
    ("Spring 2026", "statutory"): 48,
}


def sample_report(*, preset: str = "uk-tre-10", hostile: str = "", shrink: int = 1) -> Report:
    """Return the sample; ``hostile`` is put into every name, ``shrink`` divides the number of people."""
    return build_report(
        sample_drafts(hostile=hostile, shrink=shrink),
        title=f"Shared spaces in the Marsh Lane neighbourhood{hostile}",
        subtitle=f"Community and statutory side over three waves, spring 2025 to spring 2026{hostile}",
        preset=preset,
        summary=headlines(),
        claim=claim_sentence("L1"),
        simulated=True,
        last=provenance_section(
            Origin(
                inputs={
                    f"wave1{hostile}.csv": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "wave2.csv": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
                },
                instrument=f"cscq{hostile}",
                instrument_version="1.0",
                instrument_status="draft",
                options={f"missing rule{hostile}": f"at least half of the items{hostile}", "intervals": "95%"},
                seed=20260101,
                citation=f"The CSCQ{hostile}",
            )
        ),
    )


def sample_drafts(*, hostile: str = "", shrink: int = 1) -> list[Draft]:
    """Return the sections before disclosure control."""
    sizes = {key: n // shrink for key, n in SIZES.items()}
    h = hostile
    return [
        who_answered(_returns(sizes, h), _followed(sizes), caveats=[_caveat(h)]),
        score_distributions(_items(sizes, h), _scores(sizes, h), caveats=[_caveat(h)]),
        reliability_section(_reliability(sizes, h), ordered=True, caveats=[_caveat(h)]),
        change_section(_changes(sizes, h), caveats=[_caveat(h)]),
        what_may_be_said(
            Claim(rung="L1", limits=("Those who left started lower on trust.",)),
            caveats=[Caveat(code="few_clusters", sentence=f"Ten organisations took part{h}.")],
        ),
        data_quality(
            [
                Flag(name=f"Too fast{h}", rule=f"less than 2 seconds an item{h}", n=12 // shrink, wave=WAVES[0]),
                Flag(name=f"Same answer throughout{h}", rule="in a block with reverse-keyed items", n=4, wave=WAVES[0]),
            ],
            [NotScored(scale="bo", label=f"Bonding{h}", reason=f"too few answers{h}", n=3, wave=WAVES[0])],
            caveats=[_caveat(h), Caveat(code="one", sentence=f"Row 41 alone holds 7{h}.", n_people=1)],
        ),
    ]


def _caveat(hostile: str) -> Caveat:
    return Caveat(code="note", sentence=f"The instrument is a draft: nobody has checked its structure yet{hostile}.")


def _returns(sizes: dict[tuple[str, str], int], h: str) -> list[Returns]:
    found = []
    for wave in WAVES:
        both = sum(sizes[wave, side] for side in SIDES)
        found.append(Returns(wave=wave, n=both, invited=both + 87))
        found += [
            Returns(wave=wave, side=side, n=sizes[wave, side], invited=sizes[wave, side] + left)
            for side, left in zip(SIDES, (62, 25), strict=True)
        ]
    shares = (0.31, 0.24, 0.21, 0.17, 0.07)
    total = sum(sizes[WAVES[0], side] for side in SIDES)
    counts = [int(total * share) for share in shares[:-1]]
    for name, n in zip("ABCDE", [*counts, total - sum(counts)], strict=True):
        found.append(Returns(wave=WAVES[0], organisation=f"Organisation {name}{h}", n=n))
    return found


def _followed(sizes: dict[tuple[str, str], int]) -> list[Followed]:
    found = []
    for first, last in pairwise(WAVES):
        linked = {side: int(0.74 * min(sizes[first, side], sizes[last, side])) for side in SIDES}
        people = {"": (sum(sizes[first, s] for s in SIDES), sum(sizes[last, s] for s in SIDES), sum(linked.values()))}
        people |= {side: (sizes[first, side], sizes[last, side], linked[side]) for side in SIDES}
        found += [
            Followed(first=first, last=last, side=side, linked=both, lost=before - both, new=after - both)
            for side, (before, after, both) in people.items()
        ]
    return found


def _items(sizes: dict[tuple[str, str], int], h: str) -> list[ItemAnswers]:
    names = {
        "bo1": "Someone in my community would help me with a problem",
        "bo2": "People look out for one another",
        "bo4": "People mostly keep to themselves",
        "li1": "I know whom to talk to when something matters",
        "li2": "When we raise something, something happens",
        "ts1": "They do what they say they will do",
    }
    found = []
    for place, (code, name) in enumerate(names.items()):
        for w, wave in enumerate((WAVES[0], WAVES[2])):
            for s, side in enumerate(SIDES):
                n = sizes[wave, side]
                base = [0.10 - 0.015 * w, 0.19, 0.24, 0.31, 0.16 + 0.015 * w]
                moved = base[-((place + s) % 2) :] + base[: -((place + s) % 2)] if (place + s) % 2 else base
                counts = [int(n * share) for share in moved]
                counts[3] += n - 2 - sum(counts)
                found.append(
                    ItemAnswers(
                        item=code,
                        label=f"{name}{h}",
                        scale=code[:2],
                        wave=wave,
                        side=side,
                        reverse_keyed=code == "bo4",
                        counts=dict(zip((f"{a}{h}" for a in AGREE), counts, strict=True)),
                    )
                )
    return found


def _scores(sizes: dict[tuple[str, str], int], h: str) -> list[ScoreSummary]:
    found = []
    for k, (scale, label) in enumerate(SCALES.items()):
        for s, side in enumerate(SIDES):
            for w, wave in enumerate(WAVES):
                mean = 3.05 + 0.14 * k + (0.35 - 0.11 * w) * s + 0.13 * w
                n = sizes[wave, side] - (3 if s == 0 else 0)
                found.append(
                    ScoreSummary(
                        scale=scale,
                        label=f"{label}{h}",
                        wave=wave,
                        side=side,
                        n=n,
                        mean=mean,
                        sd=0.81 - 0.03 * k,
                        low=1,
                        high=5,
                        ci_low=mean - 1.6 / n**0.5,
                        ci_high=mean + 1.6 / n**0.5,
                        pomp=25 * (mean - 1),
                    )
                )
    return found


def _reliability(sizes: dict[tuple[str, str], int], h: str) -> list[ScaleReliability]:
    figures = {"bo": (0.79, 0.70, 0.86), "br": (0.68, 0.54, 0.79), "li": (0.84, 0.78, 0.89), "ts": (0.88, 0.83, 0.92)}
    return [
        ScaleReliability(
            scale=scale,
            label=f"{SCALES[scale]}{h}",
            n=sizes[WAVES[0], side] - 6,
            n_items=5,
            alpha=alpha - 0.02 * s,
            alpha_low=low - 0.04 * s,
            alpha_high=high,
            omega=alpha + 0.01,
            omega_low=low,
            omega_high=high,
            std_error_measurement=0.81 * (1 - alpha) ** 0.5,
            wave=WAVES[0],
            side=side,
        )
        for scale, (alpha, low, high) in figures.items()
        for s, side in enumerate(SIDES)
    ]


def _changes(sizes: dict[tuple[str, str], int], h: str) -> list[ScaleChange]:
    figures = {"bo": (0.08, 0.03), "br": (0.21, 0.19), "li": (0.34, 0.12), "ts": (0.28, -0.16)}
    found = []
    for scale, moved in figures.items():
        n = [int(0.74 * min(sizes[WAVES[0], side], sizes[WAVES[1], side])) - 2 for side in SIDES]
        halves = [1.35 / max(one, 1) ** 0.5 for one in n]
        for side, change, half, one in zip(SIDES, moved, halves, n, strict=True):
            found.append(
                ScaleChange(
                    scale=scale,
                    label=f"{SCALES[scale]}{h}",
                    first=WAVES[0],
                    last=WAVES[1],
                    side=side,
                    estimate=change,
                    ci_low=change - half,
                    ci_high=change + half,
                    n=one,
                    low=1,
                    high=5,
                    std_all=change / 0.8,
                    std_low=(change - half) / 0.8,
                    std_high=(change + half) / 0.8,
                    p_value=0.012,
                    dof=8.4,
                    n_organisations=10,
                    method=f"CR2, Satterthwaite{h}",
                    standardiser="the first wave's SD",
                )
            )
        gap, half = moved[1] - moved[0], (halves[0] ** 2 + halves[1] ** 2) ** 0.5
        found.append(
            ScaleChange(
                scale=scale,
                label=f"{SCALES[scale]}{h}",
                first=WAVES[0],
                last=WAVES[1],
                gap=True,
                estimate=gap,
                ci_low=gap - half,
                ci_high=gap + half,
                n=sum(n),
                low=1,
                high=5,
                method=f"CR2, Satterthwaite{h}",
            )
        )
    return found
