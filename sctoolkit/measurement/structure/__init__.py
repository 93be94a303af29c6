"""Confirmatory models from syntax to fit."""
