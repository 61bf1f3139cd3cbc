"""Ask population conditions of residents: of one in Python, of many in SQL, from the same text."""

from collections.abc import Collection
from datetime import date

from django.db import connection

from kangmai.analytics.facts.condition import Condition
from kangmai.analytics.facts.types import Value
from kangmai.programmes.engine.definition.words import resident_columns


def facts_of(resident_id: int, *, on: date) -> dict[str, Value]:
    """The facts of a resident on a day."""
    columns = resident_columns()
    listed = ", ".join(f'{sql} AS "{name}"' for name, sql in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {listed} FROM identity_resident r WHERE r.id = %(resident)s",
            {"today": on, "resident": resident_id},
        )
        return dict(zip(columns, cursor.fetchone(), strict=True))


def inside_population(
    condition: Condition, resident_ids: Collection[int], *, on: date
) -> frozenset[int]:
    """Those of some residents for whom a condition holds on a day; the dead and departed are left out."""
    asked = condition.sql(resident_columns())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT r.id FROM identity_resident r
                WHERE r.id = ANY(%(residents)s::bigint[]) AND r.merged_into_id IS NULL
                  AND coalesce(r.deceased_on, r.moved_out_on) IS NULL AND {asked.holds}""",
            {"today": on, "residents": sorted(resident_ids), **asked.values},
        )
        return frozenset(id for (id,) in cursor.fetchall())
