"""Ordinal answers: bivariate normal, thresholds, polychorics and their covariance."""
