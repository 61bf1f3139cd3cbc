"""Support missions, sent and received."""

from uuid import UUID

from kangmai.epidemic.teams.errors import MissionUnknown
from kangmai.epidemic.teams.queries.paging import PAGE, newest_first
from kangmai.epidemic.teams.reach import missions
from kangmai.epidemic.teams.reading import missions_of
from kangmai.epidemic.teams.types import Mission, Page
from kangmai.kernel.actor import Actor


def mission_list(
    *, direction: str = "", state: str = "", after: str = "", limit: int = PAGE, actor: Actor
) -> Page[Mission]:
    """Missions, the newest first.

    Args:
        direction: `sent` from institutions here to others outside the city, `received` from outside, `within`.

    Raises:
        NotPermitted.
    """
    rows = missions(actor)
    if direction in ("sent", "received", "within"):
        rows = rows.filter(
            from_organization__isnull=direction == "received",
            to_organization__isnull=direction == "sent",
        )
    if state:
        rows = rows.filter(state=state)
    return newest_first(rows, after=after, limit=limit, present=missions_of)


def get_mission(mission_id: UUID, *, actor: Actor) -> Mission:
    """One mission. Raises NotPermitted, MissionUnknown."""
    row = missions(actor).filter(id=mission_id).first()
    if row is None:
        raise MissionUnknown()
    return missions_of([row])[0]
