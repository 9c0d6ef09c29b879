"""Corrections that people of other cities offer to a translation."""
