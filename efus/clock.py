"""The clock that counts: that of the database, which all processes have in common.

The clocks of two machines differ. A worker that was a second ahead would end an edition before
what is published in that second.
"""

from django.db import connection


def now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (moment,) = cursor.fetchone()
    return moment
