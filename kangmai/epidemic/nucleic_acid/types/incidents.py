"""What was taken and held because a rule was broken."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class IncidentKind(StrEnum):
    """What was held or refused."""

    TUBE_USED_TWICE = "tube_used_twice"
    TUBE_OVERFILLED = "tube_overfilled"
    TUBE_UNREADABLE = "tube_unreadable"
    PERSON_TWICE = "person_twice"
    PERSON_UNKNOWN = "person_unknown"
    TIMES_OUT_OF_ORDER = "times_out_of_order"
    TUBE_UNKNOWN = "tube_unknown"
    TUBE_ALREADY_SETTLED = "tube_already_settled"
    TUBE_NOT_RECEIVED = "tube_not_received"
    BOX_DIFFERS = "box_differs"
    BOX_OVERFILLED = "box_overfilled"
    TUBE_IN_OTHER_BOX = "tube_in_other_box"
    CONTROLS_FAILED = "controls_failed"
    WELL_UNREADABLE = "well_unreadable"


BLOCKING = frozenset(
    {
        IncidentKind.TUBE_USED_TWICE,
        IncidentKind.TUBE_OVERFILLED,
        IncidentKind.TIMES_OUT_OF_ORDER,
    }
)
"""Incidents that hold a tube: it may be tested, but its result is not published until somebody settles them."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Something held or refused."""

    id: UUID
    kind: IncidentKind
    round_id: int | None
    site_id: int | None
    tube: str
    box: str
    plate: str
    details: Mapping[str, object]
    at: datetime.datetime
    is_open: bool
    how: str
    note: str
    version: int
