"""Designs with a comparison, a dose, or a path."""
