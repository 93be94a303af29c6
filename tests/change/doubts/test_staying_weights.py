"""Weights of those who stayed bring back the profile of everyone."""

import numpy as np
import pandas as pd

from sctoolkit.change.doubts.staying_weights import staying_weights


def test_staying_weights_bring_back_everyone():
    rng = np.random.default_rng(5)
    age = rng.normal(size=800)
    data = pd.DataFrame(
        {"age": age, "seen": (rng.random(800) < 1 / (1 + np.exp(-age))) * 1, "side": rng.choice(["a", "b"], 800)}
    )
    result = staying_weights(data, stayed="seen", predictors=["age", "side"])
    assert np.abs(result.gap_after).max() < 0.1 < np.abs(result.gap_before).max()
    assert np.isnan(result.weights[data.seen == 0]).all()
    assert result.effective_size < result.n_stayed
