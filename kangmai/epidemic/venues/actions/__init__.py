"""The writes of venues."""

from kangmai.epidemic.venues.actions.appeals import answer_appeal, file_appeal
from kangmai.epidemic.venues.actions.colours import (
    colour_by_rule,
    decide_colour,
    lift_colour,
    propose_colour,
    settle_colours,
)
from kangmai.epidemic.venues.actions.desk import (
    appoint_clerk,
    change_room,
    check_in,
    check_out,
    dismiss_clerk,
)
from kangmai.epidemic.venues.actions.doorstep import client_number, scan
from kangmai.epidemic.venues.actions.facts import colour_by_fact, lift_by_fact
from kangmai.epidemic.venues.actions.intake import take_scans
from kangmai.epidemic.venues.actions.keep import (
    add_device,
    close_venue,
    open_venue,
    revoke_code,
    revoke_device,
)
from kangmai.epidemic.venues.actions.lookups import ask_lookup, decide_lookup
from kangmai.epidemic.venues.actions.register import (
    register_family,
    register_in_cell,
    register_person,
    register_self,
)
from kangmai.epidemic.venues.actions.upkeep import keep_days

__all__ = [
    "add_device",
    "answer_appeal",
    "appoint_clerk",
    "ask_lookup",
    "change_room",
    "check_in",
    "check_out",
    "client_number",
    "close_venue",
    "colour_by_fact",
    "colour_by_rule",
    "decide_colour",
    "decide_lookup",
    "dismiss_clerk",
    "file_appeal",
    "keep_days",
    "lift_by_fact",
    "lift_colour",
    "open_venue",
    "propose_colour",
    "register_family",
    "register_in_cell",
    "register_person",
    "register_self",
    "revoke_code",
    "revoke_device",
    "scan",
    "settle_colours",
    "take_scans",
]
