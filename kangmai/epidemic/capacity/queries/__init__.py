"""What is known of sites, rooms, facilities, beds and ambulances. Nothing here names anybody in quarantine."""

from kangmai.epidemic.capacity.queries.beds import bed_lines, facilities, ward_lines
from kangmai.epidemic.capacity.queries.figures import figures
from kangmai.epidemic.capacity.queries.sites import (
    ambulances,
    ambulances_by_id,
    find_site,
    get_ambulance,
    get_room,
    get_site,
    room_by_id,
    rooms,
    runs_site,
    site_lines,
)

__all__ = [
    "ambulances",
    "ambulances_by_id",
    "bed_lines",
    "facilities",
    "figures",
    "find_site",
    "get_ambulance",
    "get_room",
    "get_site",
    "room_by_id",
    "rooms",
    "runs_site",
    "site_lines",
    "ward_lines",
]
