"""How contacts stood at an instant, and what came since another: counts for bulletins, nobody's name."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing.reach import COUNT
from kangmai.kernel.actor import Actor, PlaceRange, require
from kangmai.kernel.connections import reading


@dataclass(frozen=True, slots=True)
class Standing:
    """Cases and contacts in numbers.

    Attributes:
        new_cases: found in the span; `cases` ever.
        close: followed at the end, `settled` of them in quarantine; `secondary` and `general` likewise followed.
        waiting: found and not yet judged; `found` all that were ever found.
        released, positive: in the span; `judged` all that ever counted.
    """

    new_cases: int
    cases: int
    close: int
    settled: int
    secondary: int
    general: int
    waiting: int
    found: int
    released: int
    positive: int
    judged: int


_COUNT = """
WITH places AS (SELECT * FROM unnest(%(lows)s::text[], %(highs)s::text[]) AS g (low, high)),
contacts AS (
    SELECT c.*, k.found_at AS turned_at FROM tracing_contact c LEFT JOIN tracing_case k ON k.id = c.case_id
    WHERE c.order_id = ANY(%(orders)s) AND c.joined_to_id IS NULL AND c.found_at < %(until)s
      AND EXISTS (SELECT FROM places WHERE c.place_code >= low COLLATE "C" AND c.place_code < high COLLATE "C")
),
stood AS (
    SELECT *, coalesce(judged_at < %(until)s, false) AND kind <> 'excluded' AND state <> 'dropped' AS counts,
           coalesce(released_at < %(until)s, false) AS free, coalesce(turned_at < %(until)s, false) AS ill,
           coalesce(settled_at < %(until)s, false) AS settled
    FROM contacts
),
cases AS (
    SELECT found_at FROM tracing_case c
    WHERE c.order_id = ANY(%(orders)s) AND NOT is_outside AND found_at < %(until)s
      AND EXISTS (SELECT FROM places WHERE c.place_code >= low COLLATE "C" AND c.place_code < high COLLATE "C")
)
SELECT (SELECT count(*) FILTER (WHERE found_at >= %(since)s) FROM cases), (SELECT count(*) FROM cases),
       count(*) FILTER (WHERE counts AND NOT free AND NOT ill AND kind = 'close'),
       count(*) FILTER (WHERE counts AND NOT free AND NOT ill AND kind = 'close' AND settled),
       count(*) FILTER (WHERE counts AND NOT free AND NOT ill AND kind = 'secondary'),
       count(*) FILTER (WHERE counts AND NOT free AND NOT ill AND kind = 'general'),
       count(*) FILTER (WHERE judged_at IS NULL OR judged_at >= %(until)s),
       count(*),
       count(*) FILTER (WHERE counts AND free AND released_at >= %(since)s),
       count(*) FILTER (WHERE counts AND ill AND turned_at >= %(since)s),
       count(*) FILTER (WHERE counts)
FROM stood"""


@emergency_door(Purpose.TRACING)
def standing(
    *,
    orders: Collection[UUID],
    places: Sequence[PlaceRange],
    since: datetime,
    until: datetime,
    actor: Actor,
    at: datetime,
) -> Standing:
    """Counts of cases and contacts under some orders who live in some places, up to, but not at, `until`.

    A past instant is counted from the times that were written down. A contact who was released and exposed
    again is counted as he is followed now.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, COUNT)
    given = {
        "orders": list(orders), "since": since, "until": until,
        "lows": [each.low for each in places], "highs": [each.high for each in places],
    }  # fmt: skip
    with reading() as database:
        row = database.execute(_COUNT, given).fetchone()
    assert row is not None
    return Standing(*map(int, row))
