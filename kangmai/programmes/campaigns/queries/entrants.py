"""Entrants of nurseries and schools: the list, and how many were checked, complete and caught up."""

from django.db import connection

from kangmai.kernel.actor import Actor, require
from kangmai.programmes.campaigns.queries.lists import near_sql
from kangmai.programmes.campaigns.reach import READ
from kangmai.programmes.campaigns.types import By, Entrant, EntryRates, EntryState

_STATE = """CASE WHEN t.checked_on IS NULL THEN 'listed' WHEN t.missing = 0 THEN 'complete'
    WHEN c.late = 0 THEN 'caught_up' ELSE 'lacking' END"""
_FROM = "FROM campaigns_entrant t LEFT JOIN vaccination_child c ON c.resident_id = t.resident_id"
_LIST = f"""
SELECT * FROM (
    SELECT t.id, t.resident_id, t.school, t.grade, t.room, t.checked_on, t.missing, coalesce(c.late, 0), {_STATE} AS state
    {_FROM}
    WHERE t.year = %(year)s AND t.id > %(after)s AND (%(school)s::bigint IS NULL OR t.school = %(school)s) AND ({{near}})
) found WHERE %(state)s = '' OR state = %(state)s ORDER BY id LIMIT %(limit)s"""
_RATES = f"""
SELECT {{key}}, count(*), count(t.checked_on), count(*) FILTER (WHERE t.missing = 0),
    count(*) FILTER (WHERE {_STATE} = 'caught_up')
{_FROM}
WHERE t.year = %(year)s AND ({{near}})
GROUP BY 1 ORDER BY 1"""
_KEYS = {By.SCHOOL: "t.school::text", By.TOWN: "left(t.place_code, 9)"}


def entrants(
    *,
    year: int,
    school: int | None = None,
    state: EntryState | None = None,
    after: int = 0,
    limit: int = 50,
    actor: Actor,
) -> list[Entrant]:
    """The entrants of a year whose schools are in the actor's places, by their place on the list.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    near, values = near_sql(actor)
    asked = {"year": year, "school": school, "state": state.value if state else "", "after": after, "limit": limit}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LIST.format(near=near), {**values, **asked})
        return [Entrant(*(*row[:-1], EntryState(row[-1]))) for row in cursor.fetchall()]


def entry_rates(*, year: int, by: By, actor: Actor) -> list[EntryRates]:
    """Checked, complete and caught up of a year, by school or town, in the actor's places. Raises NotPermitted."""
    require(actor, READ)
    near, values = near_sql(actor)
    with connection.cursor() as cursor:
        cursor.execute(_RATES.format(key=_KEYS[by], near=near), {**values, "year": year})
        return [EntryRates(*row) for row in cursor.fetchall()]
