"""Take the secondary indexes of tables down for a bulk load, and put them up again afterwards.

A B-tree that is built at once from sorted rows costs a third of one that grows row by row at random
places, and is smaller. Primary keys stay; pages are filled to the brim, which is put back too. Only for a load into an empty installation that nobody uses:
meanwhile neither uniqueness nor references are watched.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kangmai.kernel.connections import separate_connection, unit_of_work

BUILD_MEMORY = "512MB"

_CONSTRAINTS = """
SELECT c.conrelid::regclass::text, c.conname::text,
       format('ALTER TABLE %%s DROP CONSTRAINT %%I', c.conrelid::regclass, c.conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
FROM pg_constraint c
WHERE c.conrelid = ANY(%s::regclass[]) AND c.conparentid = 0
  AND (c.contype = 'f' OR c.contype = 'u' AND NOT EXISTS (
      SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid AND f.confrelid = c.conrelid))
ORDER BY c.contype = 'u', c.conname"""

_INDEXES = """
SELECT i.indrelid::regclass::text, x.relname::text, format('DROP INDEX %%s', i.indexrelid::regclass),
       replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
ORDER BY x.relname"""


_FILLING = """
SELECT c.oid::regclass::text, 'fillfactor', format('ALTER TABLE %%s SET (fillfactor = 100)', c.oid::regclass),
       format('ALTER TABLE %%s SET (%%s)', c.oid::regclass, option)
FROM pg_class c, unnest(c.reloptions) option
WHERE c.oid = ANY(%s::regclass[]) AND option LIKE 'fillfactor=%%'"""

_IS_THERE = """
SELECT 1 FROM pg_class WHERE relname = %s AND relkind IN ('i', 'I')
UNION ALL
SELECT 1 FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s"""


@dataclass(frozen=True, slots=True)
class Taken:
    """An index, constraint or fill factor that was taken down: of which table, its name, how it is made again."""

    table: str
    name: str
    create: str


def take_down(tables: Sequence[str]) -> list[Taken]:
    """Drop what the tables have besides their primary keys, within the caller's transaction.

    Returns:
        What was dropped, in the order in which it can be made again: references last.
    """
    with unit_of_work() as database:
        constraints = database.execute(_CONSTRAINTS, [list(tables)]).fetchall()
        indexes = database.execute(_INDEXES, [list(tables)]).fetchall()
        filling = database.execute(_FILLING, [list(tables)]).fetchall()
        for _, _, drop, _ in constraints + indexes + filling:
            database.execute(drop)
    made_again = indexes + constraints[::-1] + filling
    return [Taken(table, name, create) for table, name, _, create in made_again]


def put_up(taken: Taken) -> None:
    """Make one of them again, unless it is there."""
    with separate_connection(timeout_seconds=0) as database:
        if database.execute(_IS_THERE, [taken.name, taken.table, taken.name]).fetchone():
            return
        database.execute(f"SET maintenance_work_mem = '{BUILD_MEMORY}'")
        database.execute("SET max_parallel_maintenance_workers = 0")
        database.execute(taken.create)
