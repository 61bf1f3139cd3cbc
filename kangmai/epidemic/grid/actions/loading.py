"""Draw a first grid over a whole area at once: households in the order of their numbers, so many to a cell.

For an installation that begins, and for the invented city; set-based, and villages that have cells are left alone.
"""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from kangmai.epidemic.grid import rules
from kangmai.epidemic.grid.reach import MANAGE
from kangmai.kernel.actor import Actor, require, subtree
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import write_down
from kangmai.standards.calendars import legal_day

_PLAN = """
CREATE TEMPORARY TABLE grid_plan ON COMMIT DROP AS
WITH home AS (
    SELECT left(r.place_code, 12) AS village, r.household_id, CASE WHEN r.household_id IS NULL THEN r.id END AS resident_id,
           min(r.id) AS first
    FROM identity_resident r
    WHERE r.place_code >= %(low)s AND r.place_code < %(high)s AND length(r.place_code) >= 12
      AND r.merged_into_id IS NULL AND r.deceased_on IS NULL AND r.moved_out_on IS NULL
      AND NOT EXISTS (SELECT FROM grid_cell c WHERE c.code >= left(r.place_code, 12) AND c.code < left(r.place_code, 12) || ':')
    GROUP BY 1, 2, 3
), numbered AS (
    SELECT DISTINCT ON (household_id, resident_id) village, household_id, resident_id,
           row_number() OVER (PARTITION BY village ORDER BY first) - 1 AS place
    FROM home ORDER BY household_id, resident_id, first
)
SELECT household_id, resident_id, village || lpad((least(place / %(grid)s, 98) + 1)::text, 2, '0') AS grid,
       least(CASE WHEN place / %(grid)s > 98 THEN 98 ELSE place %% %(grid)s / %(micro)s END, 98) + 1 AS micro
FROM numbered"""
_CELLS = """
INSERT INTO grid_cell (code, name, is_closed, version)
SELECT grid, '第' || right(grid, 2)::int || '网格', false, 1 FROM (SELECT DISTINCT grid FROM grid_plan) g
UNION ALL
SELECT grid || lpad(micro::text, 2, '0'), '第' || right(grid, 2)::int || '网格第' || micro || '微网格', false, 1
FROM (SELECT DISTINCT grid, micro FROM grid_plan) m"""
_HOMES = """
INSERT INTO grid_home (household_id, resident_id, cell_id)
SELECT household_id, resident_id, grid || lpad(micro::text, 2, '0') FROM grid_plan
ON CONFLICT DO NOTHING"""
_WORKERS = """
INSERT INTO grid_worker (id, cell_id, role, name, phone, from_on)
SELECT gen_random_uuid(), grid, 'grid_worker', (%(names)s::text[])[1 + abs(hashtext(grid)) %% %(count)s], '', %(today)s
FROM (SELECT DISTINCT grid FROM grid_plan) g"""


def load_grid(*, area: str, names: tuple[str, ...] = (), actor: Actor, at: datetime) -> int:
    """Draw grids and micro-grids over the households of an area; returns how many homes were placed.

    Args:
        names: if given, each grid gets a worker with one of these names (an invented city's).

    Raises:
        NotPermitted.
    """
    require(actor, MANAGE)
    found = rules.rule(on=legal_day(at))
    reach = subtree(area)
    values = {
        "low": reach.low, "high": reach.high, "grid": found.households_per_grid,
        "micro": found.households_per_micro_grid, "names": list(names), "count": max(1, len(names)), "today": legal_day(at),
    }  # fmt: skip
    with transaction.atomic():
        with unit_of_work() as database:
            database.execute("DROP TABLE IF EXISTS grid_plan")
            database.execute(_PLAN, values)
            database.execute(_CELLS)
            homes = database.execute(_HOMES).rowcount
            if names:
                database.execute(_WORKERS, values)
        write_down("grid.loaded", "GridCell", str(uuid4()), details={"area": area, "homes": homes}, actor=actor, at=at)  # fmt: skip
    return homes
