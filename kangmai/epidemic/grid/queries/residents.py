"""To which cell residents belong: by their household, or of themselves; a placement in another village does not count."""

from collections.abc import Collection
from datetime import datetime

from kangmai.epidemic.grid.errors import CodeUnknown
from kangmai.epidemic.grid.reach import READ, require_at
from kangmai.epidemic.grid.types import VILLAGE_DIGITS
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading
from kangmai.kernel.ids import ResidentId

CELL_OF = """
FROM identity_resident r
LEFT JOIN grid_home o ON o.resident_id = r.id AND left(o.cell_id, 12) = left(r.place_code, 12)
LEFT JOIN grid_home h ON h.household_id = r.household_id AND left(h.cell_id, 12) = left(r.place_code, 12)"""
STANDING = "r.merged_into_id IS NULL AND r.deceased_on IS NULL AND r.moved_out_on IS NULL"

_CELLS = f"SELECT r.id, coalesce(o.cell_id, h.cell_id, left(r.place_code, 12)) {CELL_OF} WHERE r.id = ANY(%s::bigint[])"  # fmt: skip
_COUNTS = f"""
SELECT coalesce(o.cell_id, h.cell_id, ''), count(*) {CELL_OF}
WHERE r.place_code >= %s AND r.place_code < %s AND {STANDING} GROUP BY 1"""
_UNPLACED = f"""
SELECT r.id {CELL_OF}
WHERE r.place_code >= %s AND r.place_code < %s AND {STANDING} AND coalesce(o.cell_id, h.cell_id) IS NULL AND r.id > %s
ORDER BY r.id LIMIT %s"""


def cells_of(*, residents: Collection[ResidentId]) -> dict[ResidentId, str]:
    """The cell of each of some residents; of one who was not placed, the code of his village (or of what is known)."""
    if not residents:
        return {}
    with reading() as database:
        rows = database.execute(_CELLS, [sorted(residents)]).fetchall()
    return {ResidentId(id): cell for id, cell in rows}


def counts_of(*, village: str, actor: Actor, at: datetime) -> dict[str, int]:
    """How many residents of a village each of its cells has; under '' those who were not placed.

    Raises:
        NotPermitted, CodeUnknown.
    """
    low, high = _range(village, actor)
    with reading() as database:
        return dict(database.execute(_COUNTS, [low, high]).fetchall())


def unplaced(
    *, village: str, after: int = 0, limit: int = 50, actor: Actor, at: datetime
) -> tuple[ResidentId, ...]:
    """Residents of a village who belong to no cell, by number. Raises NotPermitted, CodeUnknown."""
    low, high = _range(village, actor)
    with reading() as database:
        rows = database.execute(_UNPLACED, [low, high, after, max(1, min(limit, 500))]).fetchall()
    return tuple(ResidentId(id) for (id,) in rows)


def _range(village: str, actor: Actor) -> tuple[str, str]:
    if len(village) != VILLAGE_DIGITS:
        raise CodeUnknown(code=village[:16])
    require_at(actor, READ, village)
    return village, village + ":"
