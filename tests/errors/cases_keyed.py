"""Errors of item data: an array, text, names that stand twice, infinities, a scale named with a frame."""

import numpy as np
import pandas as pd

from sctoolkit.measurement.keyed import keyed_items

CASES = {
    "items_as_array": lambda: keyed_items(np.ones((3, 2))),
    "items_as_text": lambda: keyed_items(pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})),
    "items_named_twice": lambda: keyed_items(pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])),
    "items_infinite": lambda: keyed_items(pd.DataFrame({"a": [1.0, np.inf]})),
    "items_frame_with_scale": lambda: keyed_items(pd.DataFrame({"a": [1.0]}), "ts"),
}
