"""Days of supply of many stocks in one statement: the closed form of `rules.days_of_supply`, which tests compare.

With lots in order of expiry, d_k the days until lot k expires and q its quantity, a stock lasts
min(sum q / burn, min over k of (d_k + sum of q after k / burn)) days.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from kangmai.epidemic.supplies.types import Cell, Rule
from kangmai.kernel.connections import unit_of_work

SQL = """
WITH member AS (SELECT * FROM unnest(%(stores)s::bigint[], %(units)s::text[]) AS m (store_id, unit)),
rate AS (SELECT * FROM unnest(%(loads)s::text[], %(items)s::text[], %(milli)s::bigint[]) AS r (load, item, milli)),
burn AS (
    SELECT m.unit, r.item, sum(l.amount::bigint * l.shifts * r.milli)::numeric AS milli
    FROM member m JOIN supplies_storeload l ON l.store_id = m.store_id JOIN rate r ON r.load = l.load
    GROUP BY m.unit, r.item
), lot AS (
    SELECT m.unit, b.item, b.expires_on, sum(b.quantity) AS quantity
    FROM member m JOIN supplies_balance b ON b.store_id = m.store_id
    WHERE b.quantity > 0 AND b.item = ANY(%(wanted)s) AND (b.expires_on IS NULL OR b.expires_on >= %(on)s)
    GROUP BY m.unit, b.item, b.expires_on
), walked AS (
    SELECT unit, item, quantity, expires_on - %(on)s + 1 AS days,
           coalesce(sum(quantity) OVER (PARTITION BY unit, item ORDER BY expires_on DESC NULLS FIRST
                                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS later
    FROM lot
)
SELECT b.unit, b.item, coalesce(sum(w.quantity), 0)::bigint, b.milli::bigint,
       coalesce(div(least(sum(w.quantity) * 1000, min(w.days * b.milli + w.later * 1000)), b.milli), 0)::bigint
FROM burn b LEFT JOIN walked w ON w.unit = b.unit AND w.item = b.item
GROUP BY b.unit, b.item, b.milli"""


def cells(
    units: Mapping[int, str], wanted: Sequence[str], found: Rule, *, on: date
) -> dict[str, dict[str, Cell]]:
    """The wanted items that are in use, by unit and item.

    Args:
        units: to which unit (an institution, a division) the stock of each institution is counted.
    """
    rates = [
        (load.id, item, milli)
        for load in found.loads.values()
        for item, milli in load.uses.items()
        if item in wanted
    ]
    asked = {
        "stores": list(units),
        "units": list(units.values()),
        "loads": [each[0] for each in rates],
        "items": [each[1] for each in rates],
        "milli": [each[2] for each in rates],
        "wanted": list(wanted),
        "on": on,
    }
    by_unit: dict[str, dict[str, Cell]] = {}
    with unit_of_work() as database:
        for unit, item, usable, milli, days in database.execute(SQL, asked):
            by_unit.setdefault(unit, {})[item] = Cell(item, usable, milli, days)
    return by_unit


def smallest(in_use: Mapping[str, Cell]) -> Cell | None:
    """The item that is used up first; None where nothing is in use."""
    return min(_known(in_use.values()), key=lambda each: (each.days, each.item), default=None)


def _known(found: Iterable[Cell]) -> list[Cell]:
    return [each for each in found if each.days is not None]
