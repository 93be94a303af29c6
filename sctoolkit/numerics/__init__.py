"""Formulas on arrays: numpy and scipy only, small frozen records out."""
