"""Positive pools, the people in them, and who of them is positive."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from kangmai.epidemic.nucleic_acid.types.tubes import PersonId
from kangmai.kernel.ids import ResidentId


class HoldState(StrEnum):
    """How somebody from a positive pool stands."""

    HELD = "held"
    SAMPLED = "sampled"
    NEGATIVE = "negative"
    POSITIVE = "positive"
    RELEASED = "released"
    REPORTED = "reported"


class PoolState(StrEnum):
    """How the follow-up of a pool stands."""

    OPEN = "open"
    CONCLUDED = "concluded"


@dataclass(frozen=True, slots=True)
class Pool:
    """The follow-up of a positive or suspect pool."""

    id: UUID
    round_id: int
    tube: str
    site_id: int
    place_code: str
    found_at: datetime.datetime
    first_judgement: str
    retest_judgement: str
    listed_at: datetime.datetime | None
    state: PoolState
    concluded_at: datetime.datetime | None
    version: int
    by_state: Mapping[HoldState, int]


@dataclass(frozen=True, slots=True)
class Positive:
    """Who a preliminary positive is: a resident, or what the scanner and his registration said of him."""

    resident: ResidentId | None
    number: str = field(repr=False)
    """Of a document; empty where he showed none."""
    name: str = field(repr=False)
    phone: str = field(repr=False)
    address: str = field(repr=False)
    place_code: str


@dataclass(frozen=True, slots=True)
class Hold:
    """One person of a pool."""

    id: int
    person: PersonId
    place_code: str
    state: HoldState
    where: str = field(repr=False)
    """Where he stays, as found out; sealed in the table."""
    singles: tuple[str, ...]
    """Codes of his single tubes."""
    settled_at: datetime.datetime | None
    version: int
