"""Who is out at an instant, counted from the times that were written down: for the command page and the bulletin."""

from collections.abc import Sequence
from datetime import datetime

from kangmai.epidemic.teams.reach import READ
from kangmai.epidemic.teams.types import OutCounts
from kangmai.kernel.actor import Actor, PlaceRange, require
from kangmai.kernel.connections import reading

_COUNT = """
WITH places AS (SELECT * FROM unnest(%(lows)s::text[], %(highs)s::text[]) AS g (low, high)),
out AS (
    SELECT c.team_id, c.expert_id FROM teams_call c JOIN teams_callout o ON o.id = c.callout_id
    WHERE c.is_coming AND c.answered_at <= %(at)s AND (c.back_at IS NULL OR c.back_at > %(at)s)
      AND EXISTS (SELECT FROM places WHERE o.place_code >= low COLLATE "C" AND o.place_code < high COLLATE "C")
),
away AS (
    SELECT m.from_organization, m.to_organization, m.people FROM teams_mission m
    WHERE m.left_at <= %(at)s AND (m.returned_at IS NULL OR m.returned_at > %(at)s)
      AND EXISTS (SELECT FROM places, unnest(m.places) AS p (code)
                  WHERE p.code >= low COLLATE "C" AND p.code < high COLLATE "C")
)
SELECT (SELECT count(DISTINCT team_id) FROM out),
       (SELECT count(*) FROM teams_team t WHERE (t.closed_at IS NULL OR t.closed_at > %(at)s)
          AND EXISTS (SELECT FROM places WHERE t.place_code >= low COLLATE "C" AND t.place_code < high COLLATE "C")),
       (SELECT count(DISTINCT expert_id) FROM out),
       count(*) FILTER (WHERE to_organization IS NULL), coalesce(sum(people) FILTER (WHERE to_organization IS NULL), 0),
       count(*) FILTER (WHERE from_organization IS NULL), coalesce(sum(people) FILTER (WHERE from_organization IS NULL), 0)
FROM away"""


def out_at(*, places: Sequence[PlaceRange], instant: datetime, actor: Actor) -> OutCounts:
    """Who was out in some places at an instant: called there and not back; missions that left and had not returned.

    Raises:
        NotPermitted.
    """
    require(actor, READ)
    given = {
        "lows": [each.low for each in places],
        "highs": [each.high for each in places],
        "at": instant,
    }
    with reading() as database:
        row = database.execute(_COUNT, given).fetchone()
    assert row is not None
    return OutCounts(*map(int, row))
