"""What the desk of a hotel or port deals in: who stands there, who arrived, which desks there are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.ids import AccountId


class Staying(StrEnum):
    """Which arrivals of a desk are asked for."""

    HERE = "here"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class ArrivalFacts:
    """What a desk writes down of somebody who arrives; sealed but for the instant.

    Attributes:
        arrived_from: where somebody comes from, in words.
        room: at a hotel; empty at a port.
        vehicle: flight, train or plate; may be empty.
    """

    name: str
    document_kind: str
    document_number: str
    arrived_from: str
    arrived_at: datetime
    phone: str = ""
    room: str = ""
    vehicle: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who arrived at a desk, until he leaves.

    Attributes:
        pass_code: the pass that he was given or had.
        went_to: where he said he goes on to.
    """

    id: UUID
    venue_id: int
    facts: ArrivalFacts
    pass_code: str
    left_at: datetime | None
    went_to: str
    version: int


@dataclass(frozen=True, slots=True)
class Clerk:
    """An account that stands at a desk."""

    id: UUID
    venue_id: int
    account: AccountId
    name: str
    from_at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk of a venue: what it is and how many are there.

    Attributes:
        has_rooms: whether people stay there overnight.
        arrived_today: since midnight in Shanghai, whether or not they left.
        may_write: whether the actor stands there himself.
    """

    venue_id: int
    name: str
    kind: str
    place_code: str
    has_rooms: bool
    staying: int
    arrived_today: int
    may_write: bool
