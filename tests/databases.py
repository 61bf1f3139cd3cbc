"""Databases of tests: clones of a migrated template, put back after each use instead of made anew.

A clone is 1,400 files, which cost more than most tests. Putting one back deletes the rows of the few
tables that were written, restores what the migrations had put there, and gives the database a new name, so
that nothing kept in memory for the old one is taken for it. A clone whose shape was changed is dropped.
"""

from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

SHAPE = """
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
    SELECT concat_ws(' ', relname, relkind, relnatts, relchecks, relpersistence, reloptions) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT concat_ws(' ', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, convalidated) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', setdatabase, setconfig) FROM pg_db_role_setting
        WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS e (line)"""
TABLES = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"""
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = %s AND pid <> pg_backend_pid()"""
LARGE = 20_000
"""From so many rows on, a new clone costs less than deleting them."""
INSERTED = "SELECT tup_inserted FROM pg_stat_database WHERE datname = %s"


@dataclass
class Pool:
    """Clones of one template on one server."""

    admin_url: str
    template: str
    free: list[str] = field(default_factory=list)
    made: int = 0
    before: dict[str, int] = field(default_factory=dict)
    """Rows that were ever written to a clone before its present use."""

    def __post_init__(self) -> None:
        with self._connect(self.template) as template:
            self.shape = _one(template, SHAPE)
            self.tables = [name for (name,) in template.execute(TABLES)]
            self.sequences: dict[str, int | None] = dict(template.execute(SEQUENCES).fetchall())
            self.seeds = {name: _copied(template, name) for name in self._written(template)}

    def take(self) -> str:
        """The name of a database like the template."""
        self.made += 1
        name = f"clone_{self.made}"
        with self._connect("postgres") as admin:
            if self.free:
                admin.execute(f"ALTER DATABASE {self.free.pop()} RENAME TO {name}")
            else:
                admin.execute(f"CREATE DATABASE {name} TEMPLATE {self.template}")
            self.before[name] = _one(admin, INSERTED, name)
        return name

    def give_back(self, name: str) -> int:
        """Put a database back, or drop it; how many rows were written to it."""
        with self._connect("postgres") as admin:
            admin.execute(OTHERS, [name])
            written = _one(admin, INSERTED, name) - self.before.pop(name)
            if written < LARGE and self._put_back(name):
                self.free.append(name)
            else:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        return written

    def _put_back(self, name: str) -> bool:
        with self._connect(name) as database:
            if _one(database, SHAPE) != self.shape:
                return False
            # rows that may not be deleted, and keys between them: neither triggers nor checks of references run
            database.execute("SET session_replication_role = replica")
            for table in self._written(database):
                database.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table, rows in self.seeds.items():
                _paste(database, table, rows)
            for sequence, value in database.execute(SEQUENCES).fetchall():
                if value != self.sequences[sequence]:
                    _set(database, sequence, self.sequences[sequence])
        return True

    def _written(self, database: psycopg.Connection) -> list[str]:
        """Tables with rows."""
        parts = [
            sql.SQL("CASE WHEN EXISTS (SELECT FROM {}) THEN {} END").format(
                sql.Identifier(name), sql.Literal(name)
            )
            for name in self.tables
        ]
        asked = sql.SQL("SELECT array_remove(ARRAY[{}], NULL)").format(sql.SQL(", ").join(parts))
        return list(database.execute(asked).fetchone()[0])  # type: ignore[index]

    def _connect(self, name: str) -> psycopg.Connection:
        return psycopg.connect(make_conninfo(self.admin_url, dbname=name), autocommit=True)


def _one(database: psycopg.Connection, asked: str, *values: object) -> int:
    row = database.execute(asked, values or None).fetchone()
    return row[0] if row else 0


def _copied(database: psycopg.Connection, table: str) -> bytes:
    command = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with database.cursor().copy(command) as copy:
        return b"".join(copy)


def _paste(database: psycopg.Connection, table: str, rows: bytes) -> None:
    command = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
    with database.cursor().copy(command) as copy:
        copy.write(rows)


def _set(database: psycopg.Connection, sequence: str, value: int | None) -> None:
    name = sql.Identifier(sequence)
    if value is None:
        database.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(name))
    else:
        database.execute("SELECT setval(%s::regclass, %s)", [name.as_string(database), value])
