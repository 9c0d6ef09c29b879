"""Practices in bulk, made up from the demonstration's words, to measure the platform with.

They are marked as demonstration content and belong to cities called “Generated city 17”. The
same seed makes the same rows. A database keeps the rules of the platform for them as for any
other practice; ``checking`` counts what would break one.
"""
