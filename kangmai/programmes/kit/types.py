"""What is said of kits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kangmai.programmes.engine.types import Attempt, Row, VisitForm


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a kit may hold, for how long, and how it is locked (definitions/programmes/kit_limit)."""

    visits: int
    days: int
    unsent_days: int
    ahead_days: tuple[int, ...]
    devices: int
    passphrase_least: int
    passphrase_rounds: int
    passphrase_wrong: int
    idle_minutes: int


class Why(StrEnum):
    """Why a kit must erase itself; empty while it need not."""

    NOTHING = ""
    ASKED = "asked"
    """The doctor or an administrator asked for it."""
    ACCOUNT = "account"
    """The account is disabled."""
    POST = "post"
    """The account no longer visits residents for this institution."""


@dataclass(frozen=True, slots=True)
class Kit:
    """A kit on a phone, as its owner and administrators see it: no more than how much it holds."""

    id: UUID
    account: int
    owner: str
    """The login's name; empty where the asker may not see it."""
    organization: int
    name: str
    created_at: datetime
    prepared_at: datetime | None
    expires_at: datetime | None
    holds: int
    seen_at: datetime
    erase_asked_at: datetime | None
    erased_at: datetime | None
    sent: int
    """Visits that came out of it."""

    @property
    def is_open(self) -> bool:
        """Whether it may still hold anything."""
        return self.erased_at is None


@dataclass(frozen=True, slots=True)
class NewKit:
    """A kit that was just registered, with the token that only the phone keeps."""

    kit: Kit
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Packed:
    """One visit to be made: who it is, and what its form asks and proposes."""

    row: Row
    asked: VisitForm
    attempts: tuple[Attempt, ...] = ()
    """Attempts to reach him since his latest visit."""
    earlier_growth: tuple[tuple[date, Mapping[str, float]], ...] = ()
    """Of a child: the z-scores of earlier visits by which growth falls across lines, by their facts."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Part of what a kit is loaded with; `after` asks for the next, empty at the end.

    `is_cut`: more is due than a kit may hold.
    """

    packed: tuple[Packed, ...]
    after: str
    is_cut: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Orders:
    """What a kit is told when it makes contact."""

    why: Why
    expires_at: datetime | None

    @property
    def must_erase(self) -> bool:
        """Whether it must erase everything now."""
        return self.why is not Why.NOTHING


@dataclass(frozen=True, slots=True)
class Filled:
    """That a visit was filled in on a phone: when, as the phone says, and when it came in."""

    kit_name: str
    filled_at: datetime
    received_at: datetime


Given = Mapping[str, str | tuple[str, ...]]
