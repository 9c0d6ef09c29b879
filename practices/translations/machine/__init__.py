"""Translations by a machine: what is asked of which service, and what becomes of its answer."""
