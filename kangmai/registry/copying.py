"""COPY rows into tables of the registry, with ids taken from their sequences first."""

from collections.abc import Iterable, Sequence

from django.db import models

from kangmai.kernel.connections import unit_of_work


def reserve_ids(table: type[models.Model], count: int) -> list[int]:
    """Take the next `count` ids of a table, ascending."""
    with unit_of_work() as database:
        rows = database.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table._meta.db_table, count],
        ).fetchall()
    return [row[0] for row in rows]


def copy_rows(
    table: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Append rows to a table in the open transaction."""
    names = ", ".join(f'"{column}"' for column in columns)
    sql = f'COPY "{table._meta.db_table}" ({names}) FROM STDIN'
    with unit_of_work() as database, database.cursor() as cursor, cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)


def copy_records(table: type[models.Model], records: Sequence[dict[str, object]]) -> None:
    """Append records, all with the same columns."""
    if records:
        columns = list(records[0])
        copy_rows(table, columns, ([record[column] for column in columns] for record in records))
