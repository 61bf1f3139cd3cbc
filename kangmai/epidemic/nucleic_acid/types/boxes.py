"""Boxes of tubes on their way to a laboratory."""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.ids import OrganizationId


class BoxState(StrEnum):
    """Where a box is."""

    PACKED = "packed"
    TRAVELLING = "travelling"
    RECEIVED = "received"
    DIFFERS = "differs"
    """Received, but not with the tubes that were packed, and nobody signed for it yet."""


@dataclass(frozen=True, slots=True)
class BoxRecord:
    """A packed box, as the scanner has it."""

    client_id: UUID
    code: str
    tubes: tuple[str, ...]
    packed_at: datetime.datetime
    seal_number: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A box on its way."""

    id: int
    code: str
    round_id: int
    site_id: int
    state: BoxState
    tubes: int
    packed_at: datetime.datetime
    seal_number: str
    carrier: str
    left_at: datetime.datetime | None
    laboratory: OrganizationId | None
    received_at: datetime.datetime | None
    temperature_c: float | None
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    difference_note: str
    version: int
