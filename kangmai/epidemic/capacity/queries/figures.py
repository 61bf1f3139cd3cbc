"""What an area can still take, in numbers: for the command page and the daily bulletin."""

from collections import Counter
from datetime import datetime

from kangmai.epidemic.capacity.queries.beds import facilities, ward_lines
from kangmai.epidemic.capacity.queries.sites import ambulances, site_lines
from kangmai.epidemic.capacity.types import CapacityFigures, RoomCounts
from kangmai.kernel.actor import Actor


def figures(*, area: str = "", actor: Actor, at: datetime) -> CapacityFigures:
    """Sites, rooms by state, beds by ward, facilities by kind and ambulances by state of an area.

    Raises:
        NotPermitted, AreaUnknown.
    """
    lines = site_lines(area=area, actor=actor, at=at)
    return CapacityFigures(
        sites=len(lines),
        rooms=sum((each.rooms for each in lines), RoomCounts()),
        guests=sum(each.guests for each in lines),
        wards=ward_lines(area=area, actor=actor, at=at),
        facilities=Counter(each.kind for each in facilities(area=area, actor=actor, at=at)),
        ambulances=Counter(each.state for each in ambulances(area=area, actor=actor, at=at)),
    )
