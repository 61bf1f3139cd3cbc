"""What testing did from one instant to another, and how it stood at the end: counts for bulletins, nobody's name."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.nucleic_acid.reach import READ
from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor, PlaceRange, require
from kangmai.kernel.connections import reading


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Testing in numbers.

    Attributes:
        sampled: people swabbed in the span; `target` of the rounds open in it, None where one reaches beyond the places.
        tested: people whose tube was published in the span; `sampled_ever` up to its end.
        late: tubes past their limit without a result at the end; `waiting` all without one.
        positive_tubes: published positive in the span; `published` all published in it.
        positive_people: reported as preliminary positives in the span; `held` of positive pools and not settled.
    """

    sampled: int
    target: int | None
    tested: int
    sampled_ever: int
    late: int
    waiting: int
    positive_tubes: int
    published: int
    positive_people: int
    held: int


_COUNT = """
WITH places AS (SELECT * FROM unnest(%(lows)s::text[], %(highs)s::text[]) AS g (low, high)),
areas AS (
    SELECT r.id, r.target_people, CASE WHEN length(a) = 6 AND a LIKE '%%00' THEN left(a, 4) ELSE a END AS stem
    FROM nucleic_acid_round r, unnest(r.areas) AS u (a)
    WHERE r.order_id = ANY(%(orders)s) AND r.opens_at < %(until)s AND r.closes_at > %(since)s
),
rounds AS (
    SELECT id, target_people,
           bool_and(EXISTS (SELECT FROM places WHERE stem >= low COLLATE "C" AND stem < high COLLATE "C")) AS inside,
           bool_or(EXISTS (SELECT FROM places WHERE stem < high COLLATE "C" AND low < (stem || ':') COLLATE "C")) AS touches
    FROM areas GROUP BY id, target_people
),
tubes AS (
    SELECT t.* FROM nucleic_acid_tube t JOIN nucleic_acid_round r ON r.id = t.round_id
        JOIN nucleic_acid_site s ON s.id = t.site_id
    WHERE r.order_id = ANY(%(orders)s) AND t.opened_at < %(until)s
      AND EXISTS (SELECT FROM places WHERE s.place_code >= low COLLATE "C" AND s.place_code < high COLLATE "C")
),
held AS (
    SELECT h.* FROM nucleic_acid_hold h JOIN nucleic_acid_pool p ON p.id = h.pool_id
    WHERE h.order_id = ANY(%(orders)s) AND p.found_at < %(until)s
      AND EXISTS (SELECT FROM places WHERE h.place_code >= low COLLATE "C" AND h.place_code < high COLLATE "C")
)
SELECT (SELECT count(*) FROM nucleic_acid_sample s JOIN tubes t ON t.id = s.tube_id
        WHERE t.subject = 'people' AND s.sampled_at >= %(since)s AND s.sampled_at < %(until)s),
       (SELECT CASE WHEN bool_and(inside) THEN sum(target_people) END FROM rounds WHERE touches),
       coalesce(sum(people) FILTER (WHERE subject = 'people' AND out AND published_at >= %(since)s), 0),
       coalesce(sum(people) FILTER (WHERE subject = 'people' AND shut), 0),
       count(*) FILTER (WHERE shut AND NOT out AND due_at < %(until)s),
       count(*) FILTER (WHERE shut AND NOT out),
       count(*) FILTER (WHERE out AND published_at >= %(since)s AND state = 'positive'),
       count(*) FILTER (WHERE out AND published_at >= %(since)s),
       (SELECT count(*) FILTER (WHERE state = 'reported' AND settled_at >= %(since)s AND settled_at < %(until)s) FROM held),
       (SELECT count(*) FILTER (WHERE settled_at IS NULL OR settled_at >= %(until)s) FROM held)
FROM (SELECT t.*, coalesce(closed_at < %(until)s, false) AS shut, coalesce(published_at < %(until)s, false) AS out
      FROM tubes t) AS each"""


@emergency_door(Purpose.TESTING)
def day_counts(
    *,
    orders: Collection[UUID],
    places: Sequence[PlaceRange],
    since: datetime,
    until: datetime,
    actor: Actor,
    at: datetime,
) -> DayCounts:
    """Counts of testing under some orders at sites in some places, from `since` up to, but not at, `until`.

    Past instants are counted from the times that were written down, so that yesterday can be counted again.
    Positive people are counted where they live, everything else where the site stands.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, READ)
    given = {
        "orders": list(orders), "since": since, "until": until,
        "lows": [each.low for each in places], "highs": [each.high for each in places],
    }  # fmt: skip
    with reading() as database:
        row = database.execute(_COUNT, given).fetchone()
    assert row is not None
    sampled, target, *others = row
    return DayCounts(int(sampled), None if target is None else int(target), *map(int, others))
