"""Bulletins of other cities, and what a person has confirmed of them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kangmai.analytics.types import Figure
from kangmai.governance.reporting.types.quoted import Status
from kangmai.kernel.words import Words


class Decision(StrEnum):
    """What a person said of a figure that was read."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class PeerFigure:
    """A figure of another city's bulletin, as read and as confirmed."""

    id: UUID
    bulletin: UUID
    sentence: str
    name: str
    value: Decimal | None
    unit: str
    place: str
    period: str
    indicator: str
    status: Status
    decision: Decision
    decided_by_name: str
    decided_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class PeerBulletin:
    """A bulletin that somebody uploaded, with how many of its figures wait for a person."""

    id: UUID
    name: str
    origin: str
    uploaded_at: datetime
    uploaded_by_name: str
    figures: int
    waiting: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class SideBySide:
    """One indicator and period: what other cities published, and ours where it can be counted."""

    indicator: str
    period: str
    peers: tuple[PeerFigure, ...]
    ours: Figure | None
    unit: str
    base: Words | None = None
    """What ours is counted against or of: others may count on another base."""
