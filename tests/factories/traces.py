"""What a database and a lake still say of people: looked for in every row, in every sealed value, in every file."""

from collections.abc import Collection, Sequence
from pathlib import Path

import pyarrow.parquet
from django.db import connection

from kangmai.config.sealed import SEALED
from kangmai.kernel import sealing
from kangmai.records.store.packing import unpacked


def columns() -> list[tuple[str, str, str]]:
    """Every column of every table: table, column, type."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_class c
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
               WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
               ORDER BY 1, a.attnum"""
        )
        return cursor.fetchall()


def places_that_say(markers: Sequence[str]) -> set[str]:
    """Tables in any row of which one of some words stands, in the clear or as bytes."""
    found, wanted = set(), [*markers, *(each.encode().hex() for each in markers)]
    with connection.cursor() as cursor:
        for table in sorted({table for table, _, _ in columns()}):
            cursor.execute(
                f'SELECT EXISTS (SELECT FROM "{table}" t WHERE t::text LIKE ANY(%s))',
                [[f"%{each}%" for each in wanted]],
            )
            if cursor.fetchone()[0]:
                found.add(table)
    return found


def sealed_places_that_say(markers: Collection[str]) -> set[tuple[str, str]]:
    """Sealed columns in any value of which, opened, one of some words stands."""
    open_ = sealing.unsealer()
    found = set()
    with connection.cursor() as cursor:
        for column in SEALED:
            said = ", ".join((*column.key, *column.besides, column.version, column.body))
            cursor.execute(f"SELECT {said} FROM {column.table} WHERE {column.body} IS NOT NULL")
            for *place, version, body in cursor.fetchall():
                sealed = bytes(body)
                plain = open_(version, sealed, column.place(*place)) if version else sealed
                if column.table in ("res", "hist"):
                    plain = unpacked(plain)
                if any(each.encode() in plain for each in markers):
                    found.add((column.table, column.body))
    return found


def mentions(residents: Collection[int]) -> dict[tuple[str, str], int]:
    """How many rows point to some residents, by column, wherever a column is made for that."""
    found = {}
    with connection.cursor() as cursor:
        for table, column, kind in columns():
            if kind != "bigint" or not ("resident" in column or column == "person_id"):
                continue
            cursor.execute(
                f'SELECT count(*) FROM "{table}" WHERE "{column}" = ANY(%s)', [list(residents)]
            )
            count = cursor.fetchone()[0]
            if count:
                found[table, column] = count
    return found


def lake_says(folder: Path, markers: Collection[str]) -> bool:
    """Whether any value of any file of a lake says one of some words."""
    tables = [pyarrow.parquet.read_table(each) for each in folder.rglob("*.parquet")]
    assert tables
    text = "".join(str(table.to_pylist()) for table in tables)
    return any(each in text for each in markers)
