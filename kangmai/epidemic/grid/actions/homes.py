"""Say to which cell households belong."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from kangmai.epidemic.grid import events
from kangmai.epidemic.grid.errors import CellClosed, NobodyPlaced
from kangmai.epidemic.grid.reach import cell_locked
from kangmai.epidemic.grid.types import VILLAGE_DIGITS
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import announce, write_down
from kangmai.kernel.ids import ResidentId

_PLACE = """
INSERT INTO grid_home (household_id, cell_id)
SELECT DISTINCT r.household_id, %(cell)s FROM identity_resident r
WHERE r.id = ANY(%(residents)s::bigint[]) AND left(r.place_code, 12) = %(village)s AND r.household_id IS NOT NULL
ON CONFLICT (household_id) DO UPDATE SET cell_id = excluded.cell_id"""
_PLACE_ALONE = """
INSERT INTO grid_home (resident_id, cell_id)
SELECT r.id, %(cell)s FROM identity_resident r
WHERE r.id = ANY(%(residents)s::bigint[]) AND left(r.place_code, 12) = %(village)s AND r.household_id IS NULL
ON CONFLICT (resident_id) DO UPDATE SET cell_id = excluded.cell_id"""


def place_homes(*, cell: str, residents: Collection[ResidentId], actor: Actor, at: datetime) -> int:
    """Let the households of some residents of the cell's village belong to it; returns how many homes were placed.

    Who moves to another village later belongs to no cell until he is placed there.

    Raises:
        NotPermitted, CodeUnknown, CellUnknown, CellClosed, NobodyPlaced.
    """
    with transaction.atomic():
        row = cell_locked(cell, actor=actor)
        if row.is_closed:
            raise CellClosed()
        values = {"cell": cell, "village": cell[:VILLAGE_DIGITS], "residents": sorted(residents)}
        with unit_of_work() as database:
            placed = sum(database.execute(sql, values).rowcount for sql in (_PLACE, _PLACE_ALONE))
        if not placed:
            raise NobodyPlaced()
        write_down("grid.homes_placed", "GridCell", cell, details={"homes": placed}, actor=actor, at=at)  # fmt: skip
        announce(events.HOMES_PLACED, cell, {"homes": placed}, at=at)
    return placed
