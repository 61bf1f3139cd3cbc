"""Every index costs each write; one that is the beginning of another is never needed."""

from django.apps import apps
from django.db import connection

_BEGINNINGS = """
WITH one AS (
  SELECT x.relname, i.indrelid, i.indisunique, i.indnkeyatts AS n, i.indnatts > i.indnkeyatts AS carries,
         i.indkey::int2[] AS key, i.indclass::oid[] AS classes, coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS part
  FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'
  WHERE i.indexprs IS NULL AND i.indrelid = ANY(%s::regclass[]))
SELECT a.relname, b.relname FROM one a JOIN one b
  ON b.indrelid = a.indrelid AND b.relname <> a.relname AND b.part = a.part AND a.n <= b.n
  AND b.key[0:a.n - 1] = a.key[0:a.n - 1] AND b.classes[0:a.n - 1] = a.classes[0:a.n - 1]
WHERE NOT a.indisunique AND NOT a.carries
  AND (a.n < b.n OR b.indisunique OR a.relname < b.relname)
ORDER BY 1, 2"""


def beginnings() -> list[tuple[str, str]]:
    """Indexes of the tables of our models that another index of the same table begins with, and that other."""
    ours = [each for each in apps.get_models() if each.__module__.startswith("kangmai")]
    with connection.cursor() as cursor:
        cursor.execute(_BEGINNINGS, [[each._meta.db_table for each in ours]])
        return cursor.fetchall()


def test_no_index_is_the_beginning_of_another(database):
    assert beginnings() == [], (
        "say db_index=False at the foreign key, or leave the shorter index out"
    )


def test_an_index_too_many_is_seen(database):
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX one_too_many ON identity_resident (place_code)")
    assert beginnings() == [("one_too_many", "resident_place")]
