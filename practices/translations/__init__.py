"""Translations by people: which language stands where, and writing beside the original."""
