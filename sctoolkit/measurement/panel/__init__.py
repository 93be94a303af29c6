"""Change and lags of the same people, measured through a model."""
