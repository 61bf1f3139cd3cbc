"""Residents of priority groups who have no contract: whom to ask first."""

import datetime

from django.db import connection

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.contracts import reach, rules
from kangmai.programmes.contracts.reach import READ
from kangmai.programmes.contracts.types import Unsigned

_UNSIGNED = """
SELECT coalesce(r.merged_into_id, r.id) AS who, array_agg(DISTINCT e.programme), min(e.place_code)
FROM programmes_enrolment e JOIN identity_resident r ON r.id = e.resident_id
WHERE e.state = 'managed' AND e.programme = ANY(%(programmes)s)
  AND (e.organization = ANY(%(houses)s) OR EXISTS (
    SELECT 1 FROM unnest(%(lows)s::text[], %(highs)s::text[]) AS p(low, high)
    WHERE e.place_code >= p.low AND e.place_code < p.high))
  AND coalesce(r.merged_into_id, r.id) > %(after)s
  AND NOT EXISTS (
    SELECT FROM contracts_contract c JOIN identity_resident o ON o.id = c.resident_id
    WHERE coalesce(o.merged_into_id, o.id) = coalesce(r.merged_into_id, r.id)
      AND (c.state = 'asked' OR c.state IN ('signed', 'renewed') AND c.ends_on >= %(on)s))
GROUP BY 1 ORDER BY 1 LIMIT %(limit)s"""


def unsigned(
    *, programme: str = "", after: int = 0, limit: int = 30, on: datetime.date, actor: Actor
) -> list[Unsigned]:
    """A page of those managed in a programme of priority near the actor who have no contract, by resident id.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    priority = rules.rule(on=on).priority
    places = [place for each in actor.grants if READ in each.permissions for place in each.places]
    asked = {
        "programmes": [programme] if programme in priority else list(priority),
        "houses": list(reach.institutions(actor, READ)),
        "lows": [each.low for each in places],
        "highs": [each.high for each in places],
        "after": after,
        "on": on,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UNSIGNED, asked)
        return [
            Unsigned(ResidentId(id), tuple(programmes), place)
            for id, programmes, place in cursor.fetchall()
        ]
