"""Reliability of scores and of places, item statistics, careless answers."""
