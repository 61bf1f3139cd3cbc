"""What venues deal in: people with a pass, venues with entrances, scans and their answers, lookups, colours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import NewType
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from kangmai.epidemic.venues.desk_types import Arrival as Arrival
from kangmai.epidemic.venues.desk_types import ArrivalFacts as ArrivalFacts
from kangmai.epidemic.venues.desk_types import Clerk as Clerk
from kangmai.epidemic.venues.desk_types import Desk as Desk
from kangmai.epidemic.venues.desk_types import Staying as Staying
from kangmai.kernel.ids import AccountId, ResidentId
from kangmai.kernel.words import Words

PersonKey = NewType("PersonKey", int)
"""A person registered under an order: four bytes, as wide tables carry it; never a resident id."""


class Colour(IntEnum):
    """What a code shows; the number is what tables hold."""

    GREEN = 1
    YELLOW = 2
    RED = 3


class Channel(IntEnum):
    """How somebody was scanned."""

    PHONE = 1
    CARD = 2
    DOCUMENT_READER = 3
    PROXY = 4
    MANUAL = 5
    OFFLINE = 6


class Origin(StrEnum):
    """Who registered somebody."""

    SELF = "self"
    FAMILY = "family"
    GRID = "grid"
    HOTEL = "hotel"
    PORT = "port"


class Answer(IntEnum):
    """What is said at the door."""

    PASS = 1
    WARN = 2
    STOP = 3


class Refusal(StrEnum):
    """Why a scan was not taken; the closed list, as it is logged and answered."""

    ASLEEP = "asleep"
    FORGED_CODE = "forged code"
    REVOKED_CODE = "revoked code"
    VENUE_CLOSED = "venue closed"
    UNKNOWN_PASS = "unknown pass"
    PASS_ENDED = "pass ended"
    FROM_THE_FUTURE = "from the future"
    TOO_OLD = "too old"
    TOO_MANY = "too many"
    CONFLICTING_ID = "conflicting id"
    OTHER_VENUE = "other venue"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is written down of somebody at registration; sealed but for the division of the address."""

    name: str
    document_kind: str
    document_number: str
    phone: str
    place_code: str
    address: str = ""
    emergency_contact: str = ""
    arrived_from: str = ""
    """Where somebody came from, for hotels and ports."""


@dataclass(frozen=True, slots=True)
class Person:
    """A registered person as the rest of the house sees him."""

    key: PersonKey
    order_id: UUID
    pass_code: str
    facts: PersonFacts
    resident: ResidentId | None
    origin: Origin
    guardian: PersonKey | None
    colour: Colour
    colour_until: datetime | None
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class VenueFacts:
    """What is known of a venue."""

    name: str
    kind: str
    place_code: str
    address: str = ""
    manager: str = ""
    manager_phone: str = ""
    capacity: int | None = None
    organization: int | None = None
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True, slots=True)
class Entrance:
    """One entrance with the code that hangs there; a revoked code is replaced by one of the next version."""

    id: int
    number: int
    name: str
    code: str
    code_version: int


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue with its entrances."""

    id: int
    order_id: UUID
    facts: VenueFacts
    entrances: tuple[Entrance, ...]
    closed_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Device:
    """A reader or hand scanner that speaks for itself; its token is shown once."""

    id: int
    name: str
    venue_id: int | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Scans:
    """Scans as columns of one length, so that a batch of a thousand costs little more than one.

    Attributes:
        client: what the sender called each scan; unique for its source.
        at: seconds since 2020 (`rules.second_of`).
        passes: the number of each pass (`codes.pass_number`); 0 where none could be read.
        entrances: text of the code of each entrance, or one for all.
        sources: device number, minus the person whose phone it was, or 0: the phone of the pass itself.
        channels: `Channel` of each.
        own_venues: the venue that a device was registered for, 0 where a phone sends.
    """

    client: NDArray[np.int64]
    at: NDArray[np.int64]
    passes: NDArray[np.int64]
    entrances: tuple[str, ...]
    sources: NDArray[np.int64]
    channels: NDArray[np.int64]
    own_venues: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.client)


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan as a door hands it over; `client` is what the sender called it."""

    client: str
    scanned_at: datetime
    entrance: str
    pass_number: int
    source: int
    channel: Channel
    own_venue: int = 0
    """The venue that the device was registered for; 0 where a phone sends."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one scan is answered: at the door, or why it was not taken."""

    answer: Answer
    reason: str
    """Id of the answer of `venue_rule`, or a `Refusal`."""
    colour: Colour | None = None
    is_repeated: bool = False
    order: str = ""
    """The number of the order under which it is said; empty where none covers the door."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch.

    Attributes:
        refused: place in the batch and reason.
        answers: one `Told` a scan, in order; empty where the sender wants none.
    """

    taken: int
    repeated: int
    refused: tuple[tuple[int, Refusal], ...]
    answers: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class VenueKind:
    """A kind of venue: how long somebody is taken to stay after a scan."""

    id: str
    title: Words
    dwell_minutes: int
    is_care: bool
    """Whether nobody may be turned away there."""
    desk: Origin | None = None
    """Who arrives there is registered at a desk: as guest of a hotel, or as traveller at a port."""


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    """An answer at the door as dated data."""

    id: str
    answer: Answer
    words: Words


@dataclass(frozen=True, slots=True)
class VenueRule:
    """Limits, kinds of venues and answers, as dated data (`venue_rule`)."""

    kinds: Mapping[str, VenueKind]
    answers: Mapping[str, DoorAnswer]
    refusals: Mapping[Refusal, Words]
    future_seconds: int
    late_days: int
    per_minute_phone: int
    per_minute_device: int
    keep_days: int
    trace_days: int
    least_overlap_minutes: int
    lookup_hours: int


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at a venue from his scan until his next one, or until the kind's dwell time is over."""

    person: PersonKey
    venue: int
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who was at a venue while a person asked about was there.

    Attributes:
        generation: 1 for contacts of the case, 2 for contacts of these.
        first_at: when the two were there together for the first time.
    """

    of: PersonKey
    person: PersonKey
    venue: int
    first_at: datetime
    overlap_minutes: int
    generation: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """What one person was exposed to by another at one venue on one day.

    Attributes:
        of: who exposed.
        minutes: together on this day; `total_minutes` on all days at this venue.
    """

    of: PersonKey
    person: PersonKey
    venue: int
    kind: str
    day: date
    first_at: datetime
    last_at: datetime
    minutes: int
    total_minutes: int
    generation: int


@dataclass(frozen=True, slots=True)
class Fact:
    """What another room established of somebody, as a reason for a colour and its evidence.

    Attributes:
        evidence: where it can be read: the label of a tube, the number of a case, the id of a contact.
    """

    reason: str
    evidence_kind: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Carrying:
    """Whose own contacts are looked for, too: those together for long enough at a venue of some kinds."""

    minutes: int
    kinds: frozenset[str]

    def takes(self, exposure: Exposure) -> bool:
        """Whether the exposed person carries on."""
        return exposure.kind in self.kinds and exposure.total_minutes >= self.minutes


class LookupKind(StrEnum):
    """What may be asked about people's ways."""

    PLACES = "places"
    CONTACTS = "contacts"
    GENERATIONS = "generations"


class LookupState(StrEnum):
    """How far a question came: asked by one, approved or refused by another."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A question about who was where; answered only after a second person approved it."""

    id: UUID
    order_id: UUID
    kind: LookupKind
    case_number: str
    persons: tuple[PersonKey, ...]
    from_at: datetime
    until_at: datetime
    reason: str
    state: LookupState
    asked_by: AccountId
    asked_at: datetime
    decided_by: AccountId | None
    decided_at: datetime | None
    opened: int
    """How often the answer was read."""
    version: int


class DecisionState(StrEnum):
    """How a colour decision stands."""

    PROPOSED = "proposed"
    IN_FORCE = "in force"
    REFUSED = "refused"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class ColourReason:
    """One health reason of the closed list.

    Attributes:
        evidence: kinds of evidence that count.
        authorities: roles that may propose or approve it.
        days: after how many days it ends by itself; None: until it is lifted.
    """

    id: str
    colour: Colour
    words: Words
    evidence: tuple[str, ...]
    authorities: tuple[str, ...]
    days: int | None


@dataclass(frozen=True, slots=True)
class ColourRule:
    """The closed list of reasons of one edition, most severe first (`colour_rule`)."""

    id: str
    edition: str
    reasons: Mapping[str, ColourReason]
    evidence: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Decision:
    """One colour given to one person for one reason."""

    id: UUID
    order_id: UUID
    person: PersonKey
    colour: Colour
    reason: str
    evidence_kind: str
    evidence: str
    authority: str
    state: DecisionState
    is_by_hand: bool
    proposed_by: AccountId
    proposed_at: datetime
    decided_by: AccountId | None
    decided_at: datetime | None
    expires_at: datetime | None
    changed_from: Colour
    version: int


class AppealState(StrEnum):
    """How an appeal stands."""

    FILED = "filed"
    UPHELD = "upheld"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Appeal:
    """Somebody disagrees with the colour of his code; answered within 24 hours."""

    id: UUID
    decision: Decision
    text: str
    state: AppealState
    filed_at: datetime
    due_at: datetime | None
    answer: str
    answered_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the daily report: how many changes one operator made for one reason."""

    account: AccountId
    reason: str
    colour: Colour
    by_hand: int
    by_rule: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """How many people would show which colour if another rule held: colour now, colour then, people."""

    rows: tuple[tuple[Colour, Colour, int], ...]

    @property
    def changed(self) -> int:
        """How many people's colour would change."""
        return sum(count for now, then, count in self.rows if now is not then)


@dataclass(frozen=True, slots=True)
class Counts:
    """What the command page shows of an order.

    Attributes:
        last_hour: scans taken in the 60 minutes before.
        refused: refusals by reason since midnight.
    """

    registered: int
    venues: int
    entrances: int
    scans_today: int
    last_hour: int
    by_answer: Mapping[Answer, int]
    refused: Mapping[str, int]
    colours: Mapping[Colour, int]
    appeals_open: int
