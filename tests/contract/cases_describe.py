import pandas as pd

FRAME = pd.DataFrame(
    {"wave": ["1"] * 4 + ["2"] * 4, "trust": [2.0, 4.0, 3.0, 5.0, 1.0, 2.0, None, 4.0], "w": [1.0, 2.0, 1.0, 1.0] * 2}
)

CASES = {"describe": lambda: ((FRAME, "trust"), {"weight": "w"})}
