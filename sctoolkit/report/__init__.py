"""Looks: the only place that rounds and draws."""
