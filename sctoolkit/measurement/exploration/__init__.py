"""Correlations, number of factors, rotated loadings."""
