"""Confirmatory models: implied moments, estimation, tests, fit, drift."""
