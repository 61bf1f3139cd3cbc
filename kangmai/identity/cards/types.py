"""An e-health card, the codes by which it is shown, and what became of a use."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from kangmai.kernel.ids import IndexNumber, OrganizationId, ResidentId


class Algorithm(StrEnum):
    """How codes are signed: RFC 8032, or GB/T 32918 with GB/T 32905."""

    ED25519 = "ed25519"
    SM2 = "sm2"


class CodeKind(IntEnum):
    """What a code says of itself."""

    DYNAMIC = 1
    """Shown by a phone, for a minute and one use."""
    STATIC = 2
    """Printed; good only together with a second factor."""


class Bearer(IntEnum):
    """Who shows the code."""

    SELF = 0
    GUARDIAN = 1
    AUTHORISED = 2


class State(StrEnum):
    """Where a card stands; only an active one is accepted."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REPLACED = "replaced"
    CANCELLED = "cancelled"


class Way(StrEnum):
    """How a card was issued."""

    WINDOW = "window"
    ONLINE = "online"
    BULK = "bulk"


class Change(StrEnum):
    """What can be done to a card once it is issued."""

    SUSPENDED = "suspended"
    RESUMED = "resumed"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    PIN_SET = "pin_set"
    PRINTED = "printed"


class Carrier(StrEnum):
    """By what somebody was recognized."""

    DYNAMIC = "dynamic"
    STATIC = "static"
    IDENTITY_CARD = "identity_card"
    SOCIAL_SECURITY = "social_security"
    MEDICAL_INSURANCE = "medical_insurance"
    UNKNOWN = "unknown"


class Factor(StrEnum):
    """The second factor of a printed code."""

    NONE = ""
    PIN = "pin"
    DOCUMENT = "document"


class Scene(StrEnum):
    """For what a card is shown."""

    REGISTRATION = "registration"
    CONSULTATION = "consultation"
    PAYMENT = "payment"
    EXAMINATION = "examination"
    PHARMACY = "pharmacy"
    REPORT = "report"
    INPATIENT = "inpatient"
    VACCINATION = "vaccination"
    FOLLOW_UP = "follow_up"
    OTHER = "other"


class Outcome(StrEnum):
    """What came of showing a card; `rules.answer` has the sentences."""

    ACCEPTED = "accepted"
    EXPIRED = "expired"
    EARLY = "early"
    REPLAYED = "replayed"
    FORGED = "forged"
    UNREADABLE = "unreadable"
    OTHER_CITY = "other_city"
    KEY_UNKNOWN = "key_unknown"
    KEY_REVOKED = "key_revoked"
    UNKNOWN = "unknown"
    SUSPENDED = "suspended"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    FACTOR_MISSING = "factor_missing"
    FACTOR_WRONG = "factor_wrong"
    LOCKED = "locked"
    DECEASED = "deceased"
    UNDECODED = "undecoded"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key by which codes of one city are checked.

    Dynamic codes made after `to_at` are refused; printed ones stay good until the key is revoked.
    """

    id: int
    algorithm: Algorithm
    city: str
    public: bytes
    from_at: datetime
    to_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says, without its signature."""

    kind: CodeKind
    bearer: Bearer
    key_id: int
    number: str
    made_at: datetime
    nonce: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found of a code; `code` is None where nothing could be read."""

    outcome: Outcome
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A code to be shown as a QR picture."""

    text: str
    number: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    """One e-health card."""

    id: int
    number: str
    resident_id: ResidentId
    state: State
    way: Way
    issued_by: OrganizationId | None
    issued_at: datetime
    ended_at: datetime | None
    has_pin: bool
    is_locked: bool
    version: int


@dataclass(frozen=True, slots=True)
class CardDeed:
    """One line of a card's history."""

    number: str
    change: Change
    at: datetime
    organization: OrganizationId | None
    reason: str


@dataclass(frozen=True, slots=True)
class Holder:
    """Who was recognized: what a desk needs to greet the right person, and no more."""

    resident_id: ResidentId
    index_number: IndexNumber
    name: str
    sex_code: str
    birth_date: date | None
    is_inside: bool
    """Whether the record is inside the reader's own scope."""


@dataclass(frozen=True, slots=True)
class Used:
    """One use, accepted or refused."""

    id: int
    outcome: Outcome
    carrier: Carrier
    number: str
    bearer: Bearer
    used_at: datetime
    holder: Holder | None
    is_name_different: bool = False
    """The name on the card that was read is not the one in the index."""


@dataclass(frozen=True, slots=True)
class Presented:
    """What a reader's output says of whoever laid a card on it."""

    carrier: Carrier
    kind_code: str
    number: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class OfflineUse:
    """A dynamic code that a reader accepted while it had no line."""

    text: str
    read_at: datetime
    scene: Scene = Scene.OTHER


@dataclass(frozen=True, slots=True)
class UseLine:
    """One use as its holder sees it."""

    id: int
    used_at: datetime
    carrier: Carrier
    scene: Scene
    outcome: Outcome
    bearer: Bearer
    organization: OrganizationId | None
    terminal: str


@dataclass(frozen=True, slots=True)
class InstitutionCount:
    """What one institution issued and read."""

    organization: OrganizationId | None
    issued: int
    active: int
    suspended: int
    replaced: int
    cancelled: int
    uses: int
    refused: int


@dataclass(frozen=True, slots=True)
class Issued:
    """What a bulk issue did."""

    cards: int
    seconds: float
