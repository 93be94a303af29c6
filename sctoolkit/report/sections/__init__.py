"""Sections of a report, one file each: plain functions from frozen records to a `Draft`."""
