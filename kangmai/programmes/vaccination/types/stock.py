"""Lots, packages and what was given of them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class EntryKind(StrEnum):
    """What an entry of the ledger of doses says happened."""

    RECEIPT = "receipt"
    MOVE = "move"
    INJECTION = "injection"
    WASTE = "waste"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Lot:
    """A batch of one product."""

    id: UUID
    vaccine: str
    product: str
    maker: str
    number: str
    expires_on: date
    recalled_on: date | None = None
    recall_reason: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Package:
    """What one traceability code stands on."""

    id: UUID
    code: str
    lot: Lot
    fridge: UUID
    organization: int
    doses: int
    left: int
    is_quarantined: bool


@dataclass(frozen=True, slots=True)
class PackageLine:
    """A line of a delivery: a code and what it stands on."""

    code: str
    vaccine: str
    product: str
    maker: str
    lot: str
    expires_on: date
    doses: int = 1


@dataclass(frozen=True, slots=True)
class Held:
    """Doses of one lot in one cold place."""

    fridge: UUID
    lot: Lot
    usable: int
    quarantined: int
    packages: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who was given a dose of a lot, or from a cold place that was not cold."""

    resident_id: int
    given_on: date
    vaccine: str
    lot: str
    organization: int
    immunization: str
