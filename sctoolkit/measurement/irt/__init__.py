"""Graded response model, its fit, and differential item functioning."""
