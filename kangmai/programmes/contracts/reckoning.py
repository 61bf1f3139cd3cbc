"""Count what was done of what contracts promise: visits that programmes recorded, and what teams wrote down.

One statement for one contract, as a page asks, or for all that run, as the night does.
"""

import datetime
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from kangmai.kernel import definitions
from kangmai.programmes.contracts.rulebook import PACKAGE, ROOM, package_of

# What is promised and what was done are stacked and added up, never joined: how many rows a list of definitions
# and the visits of a year give cannot be foreseen by the planner, and a join of them took the square of the contracts.
_DONE = """
WITH item AS (
  SELECT * FROM unnest(%(packages)s::text[], %(since)s::date[], %(until)s::date[], %(items)s::text[], %(times)s::int[])
    AS i(package, since, until, item, times)),
counted AS (
  SELECT * FROM unnest(%(v_packages)s::text[], %(v_since)s::date[], %(v_until)s::date[], %(v_items)s::text[],
    %(v_programmes)s::text[], %(v_services)s::text[]) AS i(package, since, until, item, programme, service)),
year AS MATERIALIZED (
  SELECT c.id AS contract, y.begins_on, y.ends_on, c.packages, c.begins_on AS agreed_on,
         coalesce(r.merged_into_id, r.id) AS root
  FROM contracts_contractyear y
  JOIN contracts_contract c ON c.id = y.contract_id
  JOIN identity_resident r ON r.id = c.resident_id
  WHERE y.begins_on <= %(on)s AND y.ends_on >= %(from)s {one}),
person AS (
  SELECT year.*, root AS resident FROM year
  UNION ALL
  SELECT year.*, m.id FROM year JOIN identity_resident m ON m.merged_into_id = year.root),
done AS (
  SELECT p.contract, p.begins_on, i.package, i.item, count(DISTINCT v.first_id) AS n
  FROM person p
  JOIN counted i ON i.package = ANY(p.packages) AND i.since <= p.agreed_on AND p.agreed_on < i.until
  JOIN programmes_enrolment e ON e.resident_id = p.resident AND e.programme = i.programme
  JOIN programmes_visit v ON v.enrolment_id = e.id AND v.visited_on BETWEEN p.begins_on AND p.ends_on
    AND (i.service = '' OR v.service = i.service) AND v.is_counted AND v.standing = 'current'
  GROUP BY 1, 2, 3, 4
  UNION ALL
  SELECT y.contract, y.begins_on, h.package, h.item, count(*)
  FROM year y JOIN contracts_performed h ON h.contract_id = y.contract AND h.undone_reason = ''
    AND h.on BETWEEN y.begins_on AND y.ends_on
  GROUP BY 1, 2, 3, 4),
said AS (
  SELECT y.contract, y.begins_on, i.package, i.item, i.times, 0 AS n, true AS is_promised
  FROM year y JOIN item i ON i.package = ANY(y.packages) AND i.since <= y.agreed_on AND y.agreed_on < i.until
  UNION ALL
  SELECT contract, begins_on, package, item, 0, n, false FROM done),
stands AS (
  SELECT contract, begins_on, package, item, max(times) AS times, sum(n)::int AS n
  FROM said GROUP BY 1, 2, 3, 4 HAVING bool_or(is_promised))
"""
_ITEMS = _DONE + "SELECT package, item, n FROM stands"
_WRITE_YEARS = (
    _DONE
    + """, total AS (
  SELECT contract, begins_on, sum(times)::int AS promised, sum(least(n, times))::int AS done FROM stands GROUP BY 1, 2)
UPDATE contracts_contractyear y SET promised = t.promised, done = t.done FROM total t
WHERE y.contract_id = t.contract AND y.begins_on = t.begins_on AND (y.promised, y.done) IS DISTINCT FROM (t.promised, t.done)"""
)
_WRITE_CONTRACTS = """
UPDATE contracts_contract c SET promised = y.promised, done = y.done
FROM contracts_contractyear y
WHERE y.contract_id = c.id AND y.begins_on <= %(on)s AND y.ends_on >= %(on)s {one}
  AND (c.promised, c.done) IS DISTINCT FROM (y.promised, y.done)"""
STILL_COUNTED = datetime.timedelta(days=90)
"""For so long after its end a year is counted again: visits are entered late."""


def counts_of(contract_id: UUID, *, on: datetime.date) -> dict[tuple[str, str], int]:
    """How often each item of a contract was done in the year in which a day lies."""
    asked = {**_definitions(), "on": on, "from": on, "one": contract_id}
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS.format(one="AND c.id = %(one)s"), asked)
        return {(package, item): n for package, item, n in cursor.fetchall()}


def write_counts(
    *,
    on: datetime.date,
    since: datetime.date | None = None,
    contract_id: UUID | None = None,
    residents: Sequence[int] | None = None,
) -> int:
    """Write down how far contracts are that run or ended lately; how many years changed.

    Args:
        contract_id: of this contract only.
        residents: of the contracts of these rows of the index only.
    """
    one = "AND c.id = %(one)s" if contract_id else ""
    if residents is not None:
        one = "AND c.resident_id = ANY(%(residents)s::bigint[])"
    asked = {
        **_definitions(), "on": on, "from": since or on - STILL_COUNTED, "one": contract_id,
        "residents": list(residents or ()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_YEARS.format(one=one), asked)
        changed: int = cursor.rowcount
        cursor.execute(_WRITE_CONTRACTS.format(one=one), asked)
    return changed


def _definitions() -> dict[str, list[Any]]:
    """Items of every version of every package, and the visits that are counted as each."""
    items: list[tuple[Any, ...]] = []
    visits: list[tuple[Any, ...]] = []
    for definition in definitions.load(ROOM, PACKAGE):
        package = package_of(definition)
        head = (package.id, definition.effective_from, definition.effective_to or datetime.date.max)
        for item in package.items:
            items.append((*head, item.id, item.times))
            visits += [(*head, item.id, programme, service) for programme, service in item.visits]
    names = ("packages", "since", "until", "items", "times")
    columns = {name: [row[n] for row in items] for n, name in enumerate(names)}
    counted = ("packages", "since", "until", "items", "programmes", "services")
    return columns | {f"v_{name}": [row[n] for row in visits] for n, name in enumerate(counted)}
