"""Small questionnaires made for tests."""

from sctoolkit.instrument.model import Instrument


def questionnaire(
    n_items=4,
    *,
    reversed_items=(),
    scale=None,
    codes=(1, 2, 3, 4, 5),
    status="validated",
    forms=("full",),
    short=(),
    values=None,
    verified=True,
):
    """One response scale, items i1..ik, one scale over all of them."""
    names = [f"i{number}" for number in range(1, n_items + 1)]
    answers = [
        {"code": code, "label": f"answer {code}", **({} if values is None else {"value": values[place]})}
        for place, code in enumerate(codes)
    ]
    parts = {"label": "Scale", "items": names, "rule": "mean", "minimum": n_items, **(scale or {})}
    return Instrument.model_validate(
        {
            "instrument": {"id": "made", "version": "1", "name": "Made", "status": status, "level": "individual",
                           "forms": list(forms)},
            "source": [{"citation": "tests"}],
            "licence": {"wording": "none"},
            "response": {"r": {"codes": answers, "missing": [[99, "refused", "refused"]]}},
            "items": [
                {"code": name, "label": name, "response": "r", "keying": -1 if name in reversed_items else 1,
                 "form": "short" if name in short else "full", "verified": verified}
                for name in names
            ],
            "scale": {"s": parts},
        }
    )  # fmt: skip
