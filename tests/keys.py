"""Keys in the test database begin above a million, in every table at another million.

A province of some years has such keys. From 1,000 on a key that is printed as a number for people
no longer names its row, and two tables whose keys never coincide show when the key of the one is
taken for that of the other.
"""

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

MILLION = 1_000_000


def start_high(connection: BaseDatabaseWrapper) -> None:
    """The next row of the n-th table gets the key n million and one.

    Emptying tables, as tests with transactions of their own do, leaves the counters where they are.
    """
    counted = [
        model
        for model in apps.get_models(include_auto_created=True)
        if isinstance(model._meta.pk, models.AutoField) and model._meta.managed
    ]
    counters = {
        model._meta.db_table: MILLION * number for number, model in enumerate(counted, start=1)
    }
    # pytest-django makes no database for tests that ask for none.
    if not counters.keys() <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table, key in counters.items():
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, key])
        else:
            cursor.executemany(
                "DELETE FROM sqlite_sequence WHERE name = %s", [(t,) for t in counters]
            )
            cursor.executemany(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", counters.items()
            )
