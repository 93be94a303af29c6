"""Regression, mixed models, marginal and ordinal models, series."""
