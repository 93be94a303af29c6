"""Scores of people on factors and of places."""
