"""What messages are called and made of: to whom, how urgent, what is asked."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Generic, TypeVar
from uuid import UUID

from kangmai.kernel.ids import AccountId, OrganizationId

Row = TypeVar("Row")
NOTHING: Mapping[str, str | int] = MappingProxyType({})


class Urgency(StrEnum):
    """How soon somebody should look."""

    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for routine, rising."""
        return _RANKS[self]


_RANKS = {each: rank for rank, each in enumerate(Urgency)}


class Asks(StrEnum):
    """What settles a message."""

    READ = "read"
    """Everybody reads it for himself."""
    ACKNOWLEDGE = "acknowledge"
    """One of those addressed takes it on for all, or the thing behind it is done."""


class Show(StrEnum):
    """Which messages of an inbox."""

    WAITING = "waiting"
    """Not yet read, or not yet taken on."""
    TO_ACKNOWLEDGE = "to_acknowledge"
    ALL = "all"


class DeliveryState(StrEnum):
    """Where an outbound message stands."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    """Given up after the last attempt: an administrator repeats or dismisses it."""
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class To:
    """Whom a message is for; made by `to_account`, `to_role` or `to_permission`."""

    account: AccountId | None = None
    organization: OrganizationId | None = None
    role: str = ""
    permission: str = ""
    place_code: str = ""


def to_account(account: int) -> To:
    """One person."""
    return To(account=AccountId(account))


def to_role(role: str, organization: int | None) -> To:
    """Whoever holds a role in an institution (None: in the whole city)."""
    return To(role=role, organization=OrganizationId(organization) if organization else None)


def to_permission(permission: str, place_code: str) -> To:
    """Whoever holds a permission at a place, or anywhere where no place is named."""
    return To(permission=permission, place_code=place_code)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be written.

    Args:
        template: id of a definition messages/template.
        parameters: its values: ids, codes, days and numbers, never what names a resident.
        link: where it is dealt with, a path of the portal.
        subject: kind and id of the thing it is about, by which `settle` finds it again.
        key: with the same key, nobody addressed gets it twice.
    """

    template: str
    to: To
    parameters: Mapping[str, str | int] = field(default_factory=lambda: NOTHING)
    link: str = ""
    subject: tuple[str, str] = ("", "")
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as its reader sees it, in the reader's language."""

    id: UUID
    template: str
    title: str
    body: str
    link: str
    urgency: Urgency
    asks: Asks
    subject_kind: str
    created_at: datetime.datetime
    is_personal: bool
    is_read: bool
    is_settled: bool

    @property
    def is_waiting(self) -> bool:
        """Whether it still counts."""
        return not self.is_settled and (self.asks is Asks.ACKNOWLEDGE or not self.is_read)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list; `next` is the `after` of the following one, empty at the end."""

    rows: tuple[Row, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelChoice:
    """A channel as somebody uses it."""

    channel: str
    title: str
    needs_address: bool
    is_open: bool
    """Whether the operator has set it up."""
    is_on: bool
    has_address: bool
    least_urgency: Urgency
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An outbound message in the queue, as administrators see it."""

    id: UUID
    message_id: UUID
    template: str
    account_id: int
    channel: str
    state: DeliveryState
    attempts: int
    fault: str
    created_at: datetime.datetime
    next_at: datetime.datetime | None
