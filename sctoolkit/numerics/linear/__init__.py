"""Linear models and their errors: least squares, sandwiches, mixed models."""
