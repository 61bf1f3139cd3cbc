"""What can be done with sites, rooms, facilities, beds and ambulances."""

from kangmai.epidemic.capacity.actions.ambulances import (
    add_ambulance,
    retire_ambulance,
    revive_ambulance,
)
from kangmai.epidemic.capacity.actions.beds import (
    close_facility,
    name_facility,
    report_beds,
    report_wards,
)
from kangmai.epidemic.capacity.actions.holding import (
    claim_room,
    disinfected,
    free_rooms_except,
    let_go,
    occupy,
    send_out,
    to_disinfect,
)
from kangmai.epidemic.capacity.actions.loading import load_capacity
from kangmai.epidemic.capacity.actions.sites import (
    add_rooms,
    close_room,
    close_site,
    finish_cleaning,
    open_site,
    reopen_room,
)

__all__ = [
    "add_ambulance",
    "add_rooms",
    "claim_room",
    "close_facility",
    "close_room",
    "close_site",
    "disinfected",
    "finish_cleaning",
    "free_rooms_except",
    "let_go",
    "load_capacity",
    "name_facility",
    "occupy",
    "open_site",
    "reopen_room",
    "report_beds",
    "report_wards",
    "retire_ambulance",
    "revive_ambulance",
    "send_out",
    "to_disinfect",
]
