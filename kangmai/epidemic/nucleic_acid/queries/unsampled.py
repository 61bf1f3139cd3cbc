"""Who lives in a round's area and was not sampled yet: counts by village or grid, and names for who goes there."""

from datetime import datetime

from django.db import connection

from kangmai.epidemic.nucleic_acid import models
from kangmai.epidemic.nucleic_acid.errors import AreaUnreadable
from kangmai.epidemic.nucleic_acid.queries.doubles import SEEN
from kangmai.epidemic.nucleic_acid.reach import FOLLOW, READ, SAMPLE, get_round
from kangmai.epidemic.nucleic_acid.types import Page, RoundKind, Unsampled
from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted, require, subtree
from kangmai.kernel.ids import ResidentId

TOWN_DIGITS = 9
"""Counts are made below a town: a whole city would be millions of look-ups for a page."""
MOST = 2_000
MOST_IDS = 200_000

_RESIDENTS = f"""{SEEN}
SELECT {{column}}, count(*), count(*) FILTER (WHERE s.person_id IS NOT NULL OR r.id IN (SELECT id FROM seen))
FROM identity_resident r
LEFT JOIN nucleic_acid_sample s ON s.person_id = r.id AND s.round_id = %(round)s AND s.occasion = 0
WHERE r.place_code >= %(low)s AND r.place_code < %(high)s AND r.merged_into_id IS NULL
  AND r.deceased_on IS NULL AND r.moved_out_on IS NULL
GROUP BY 1 ORDER BY 1 LIMIT 500"""
_LISTED = f"""{SEEN}
SELECT {{column}}, count(*), count(*) FILTER (WHERE s.person_id IS NOT NULL OR r.person_id IN (SELECT id FROM seen))
FROM nucleic_acid_listed r
LEFT JOIN nucleic_acid_sample s ON s.person_id = r.person_id AND s.round_id = r.round_id AND s.occasion = 0
WHERE r.round_id = %(round)s AND r.place_code >= %(low)s AND r.place_code < %(high)s
GROUP BY 1 ORDER BY 1 LIMIT 500"""
_MISSING_RESIDENTS = f"""{SEEN}
SELECT r.id FROM identity_resident r
WHERE r.place_code >= %(low)s AND r.place_code < %(high)s AND r.merged_into_id IS NULL
  AND r.deceased_on IS NULL AND r.moved_out_on IS NULL AND r.id > %(after)s
  AND NOT EXISTS (SELECT FROM nucleic_acid_sample s WHERE s.person_id = r.id AND s.round_id = %(round)s)
  AND r.id NOT IN (SELECT id FROM seen)
ORDER BY r.id LIMIT %(limit)s"""
_MISSING_LISTED = f"""{SEEN}
SELECT r.person_id FROM nucleic_acid_listed r
WHERE r.round_id = %(round)s AND r.place_code >= %(low)s AND r.place_code < %(high)s AND r.person_id > %(after)s
  AND NOT EXISTS (SELECT FROM nucleic_acid_sample s WHERE s.person_id = r.person_id AND s.round_id = %(round)s)
  AND r.person_id NOT IN (SELECT id FROM seen)
ORDER BY r.person_id LIMIT %(limit)s"""


@emergency_door(Purpose.TESTING)
def unsampled_by_place(
    round_id: int, *, area: str, actor: Actor, at: datetime
) -> tuple[Unsampled, ...]:
    """Residents and sampled people of each village at or below a town in the actor's reach, by code.

    Raises:
        NoOrderInForce, NotPermitted, RoundUnknown, AreaUnreadable (nothing as small as a town).
    """
    row = get_round(round_id, actor=actor)
    values = _values(row, area, actor)
    statement = _LISTED if row.kind == RoundKind.LISTED.value else _RESIDENTS
    with connection.cursor() as cursor:
        cursor.execute(statement.format(column="left(r.place_code, 12)"), values)
        return tuple(Unsampled(*found) for found in cursor.fetchall())


@emergency_door(Purpose.TESTING)
def unsampled_people(
    round_id: int, *, area: str, after: int = 0, limit: int = 50, actor: Actor, at: datetime
) -> Page[Resident]:
    """Residents of an area whom the round has not seen, for who knocks at their doors; audited.

    Raises:
        NoOrderInForce, NotPermitted, RoundUnknown, AreaUnreadable.
    """
    require(actor, "identity.search")
    row = get_round(round_id, actor=actor)
    limit = max(1, min(limit, MOST))
    values = _values(row, area, actor) | {"after": after, "limit": limit + 1}
    statement = _MISSING_LISTED if row.kind == RoundKind.LISTED.value else _MISSING_RESIDENTS
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        ids = [ResidentId(id) for (id,) in cursor.fetchall()]
    people = identity.residents_by_id(ids[:limit], actor=actor, at=at)
    following = str(ids[limit - 1]) if len(ids) > limit else ""
    return Page(tuple(people[id] for id in ids[:limit] if id in people), following)


@emergency_door(Purpose.TESTING)
def unsampled_ids(
    round_id: int, *, area: str, actor: Actor, at: datetime
) -> tuple[ResidentId, ...]:
    """Residents of an area whom the round has not seen, by id alone, for rooms that know in which grid each lives.

    Raises:
        NoOrderInForce, NotPermitted, RoundUnknown, AreaUnreadable.
    """
    row = get_round(round_id, actor=actor)
    values = _values(row, area, actor) | {"after": 0, "limit": MOST_IDS}
    statement = _MISSING_LISTED if row.kind == RoundKind.LISTED.value else _MISSING_RESIDENTS
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return tuple(ResidentId(id) for (id,) in cursor.fetchall())


def _values(row: models.Round, area: str, actor: Actor) -> dict[str, object]:
    if not (area.isascii() and area.isdecimal() and TOWN_DIGITS <= len(area) <= 12):
        raise AreaUnreadable(area=area[:14])
    if not any(is_permitted(actor, each, area) for each in (READ, SAMPLE, FOLLOW)):
        raise NotPermitted(permission=READ)
    if not any(subtree(each).covers(area) for each in row.areas):
        raise AreaUnreadable(area=area)
    reach = subtree(area)
    return {"round": row.id, "low": reach.low, "high": reach.high}
