"""Publications and editions take turns, so that no practice falls between two editions.

A publication shares the lock from before it takes its time until its transaction ends; an
edition holds it alone while it looks what was published. So an edition sees everything that
carries a time before its end, and whatever comes later carries a later time.
"""

from django.db import connection

KEY = 4526_001


def share():
    """Hold the lock together with other publications until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [KEY])


def hold():
    """Wait for publications under way, and hold the lock alone until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEY])
