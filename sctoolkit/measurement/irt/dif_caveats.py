"""What a reader of a DIF table has to know."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sctoolkit.measurement.irt.dif_matching import pooled_sd
from sctoolkit.measurement.irt.dif_result import ItemDif
from sctoolkit.result import Caveat, FloatArray

IntArray = npt.NDArray[np.int64]

_ADVISED_GROUP = 200
_GAP = 0.2


def rest_matching(values: FloatArray, numbers: IntArray, groups: tuple[str, ...]) -> tuple[Caveat, ...]:
    """A caveat where groups that were matched on a score without the studied item differ in the sum of the items."""
    total = values.sum(axis=1)
    gaps = [
        float(total[numbers == g].mean() - total[numbers == 0].mean()) / pooled_sd(total, numbers, g)
        for g in range(1, len(groups))
    ]
    largest = max(gaps, key=abs)
    if not abs(largest) >= _GAP:
        return ()
    return (
        Caveat(
            code="rest_matching",
            sentence=f"Groups differ by {abs(largest):.1f} sd in the sum of the items, and matching on a rest score "
            "then flags items that work alike (one in five at 5% when half an sd apart): use `total`.",
            numbers={"gap": largest},
        ),
    )


def dif_caveats(
    found: list[ItemDif], sizes: IntArray, groups: tuple[str, ...], n_incomplete: int, stable: bool
) -> list[Caveat]:
    """What a reader of the table has to know."""
    caveats = []
    if n_incomplete:
        sentence = f"{n_incomplete} respondents with a missing answer were left out; `irt` would use their answers."
        caveats.append(Caveat(code="incomplete_left_out", sentence=sentence, numbers={"n": n_incomplete}))
    if sizes.min() < _ADVISED_GROUP:
        n, label = int(sizes.min()), groups[int(sizes.argmin())]
        caveats.append(
            Caveat(
                code="small_group",
                sentence=f"Group {label} has {n} respondents; {_ADVISED_GROUP} a group are advised (Zumbo, 1999).",
                numbers={"group": label, "n": n},
                n_people=n,
            )
        )
    for entry in found:
        if entry.reason:
            caveats.append(
                Caveat(
                    code="not_tested",
                    sentence=f"`{entry.item}` could not be tested: {entry.reason}.",
                    numbers={"item": entry.item},
                )
            )
    if not stable:
        caveats.append(
            Caveat(
                code="anchors_not_settled",
                sentence="Purification did not settle on anchors; name items known to work alike in `anchors`.",
            )
        )
    return caveats
