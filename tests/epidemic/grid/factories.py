"""Villages with grids, and households in them."""

from collections.abc import Sequence

from django.db import connection

from kangmai.epidemic.grid import actions
from kangmai.epidemic.grid.types import Cell
from kangmai.identity.types import Resident
from tests.epidemic.capacity.factories import actor
from tests.epidemic.orders.factories import AT

VILLAGE, OTHER_VILLAGE, ELSEWHERE = "441202001002", "441202001003", "441203101001"
SHAPER = actor("grid.read", "grid.manage", place="441202", account=801)
THERE = actor("grid.read", "grid.manage", place="441203", account=802)


def cell(parent: str = VILLAGE, name: str = "一网格", *, by=SHAPER) -> Cell:  # type: ignore[no-untyped-def]
    return actions.found_cell(parent=parent, name=name, actor=by, at=AT)


def household(number: int, people: Sequence[Resident]) -> None:
    """Let some residents live in one household, as a loaded index has it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE identity_resident SET household_id = %s WHERE id = ANY(%s)", [number, [each.id for each in people]]
        )  # fmt: skip


def placed(into: Cell, *people: Resident, by=SHAPER) -> int:  # type: ignore[no-untyped-def]
    return actions.place_homes(cell=into.code, residents=[each.id for each in people], actor=by, at=AT)  # fmt: skip
