"""Scales that cannot be scored."""

import pandas as pd

from sctoolkit import check, from_frame, load_instrument, score
from sctoolkit.scoring.keying import keyed_frame
from sctoolkit.scoring.sensitivity import flag_sensitivity

ANSWERS = pd.DataFrame({"LON1": [1, 2], "LON2": [3, 2], "LON3": [1, 1]})


def without_scores():
    ucla = load_instrument("ucla3")
    scale = {"loneliness": ucla.scale["loneliness"].model_copy(update={"rule": "indicators"})}
    return ucla.model_copy(update={"scale": scale})


CASES = {
    "scoring-scale-unknown": lambda: score(from_frame(ANSWERS, "ucla3"), scales=["lonelines"]),
    "scoring-indicators": lambda: score(from_frame(ANSWERS, without_scores()), scales=["loneliness"]),
    "scoring-no-scale": lambda: score(from_frame(ANSWERS, without_scores())),
    "scoring-sensitivity-rows": lambda: flag_sensitivity(
        score(from_frame(ANSWERS, "ucla3")), check(from_frame(ANSWERS.iloc[:1], "ucla3"))
    ),
    "scoring-keyed-scale-unknown": lambda: keyed_frame(from_frame(ANSWERS, "ucla3"), "lonelines"),
    "scoring-keyed-items-absent": lambda: keyed_frame(
        from_frame(pd.DataFrame({"S4": [1]}), "sascat"), next(iter(load_instrument("sascat").scale))
    ),
}
