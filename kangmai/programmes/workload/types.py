"""What is said of work and pay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.words import Words
from kangmai.programmes.engine.types import Visit


class Verdict(StrEnum):
    """What the check of a record found."""

    TRUE = "true"
    UNTRUE = "untrue"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of a calendar year."""

    year: int
    number: int

    @property
    def text(self) -> str:
        """2026-Q1."""
        return f"{self.year}-Q{self.number}"

    @property
    def begins_on(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def ends_before(self) -> date:
        """The first day behind it."""
        return date(self.year + self.number // 4, 3 * self.number % 12 + 1, 1)

    def before(self) -> "Quarter":
        """The quarter before it."""
        return (
            Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)
        )


@dataclass(frozen=True, slots=True)
class Item:
    """Something that counts: visits of a service, so many points each, so many of a resident in a year."""

    id: str
    title: Words
    code: str
    programme: str
    service: str
    points: Decimal
    most_per_year: int


@dataclass(frozen=True, slots=True)
class Rule:
    """What work counts for, and how it is checked (definitions/programmes/work_rule)."""

    yuan_per_resident: Mapping[int, Decimal]
    village_percent: Decimal
    quarter_percent: tuple[Decimal, ...]
    village_kinds: frozenset[str]
    items: Mapping[str, Item]
    percent: Decimal
    least: int
    most: int
    weights: Mapping[Verdict, Decimal]
    version: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Fund:
    """What a town's villages share in a quarter; provisional where the year is not announced."""

    yuan: Decimal
    yuan_per_resident: Decimal
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Pay:
    """What points are worth and come to; None where nothing is divided."""

    points: Decimal
    paid_points: Decimal
    worth: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Line:
    """What was done of an item in a quarter. `over`: more than count for one resident in the year."""

    item: Item
    done: int
    counted: int
    over: int
    not_counted: int
    late: int

    @property
    def points(self) -> Decimal:
        """Points of what counted."""
        return self.item.points * self.counted


@dataclass(frozen=True, slots=True)
class Statement:
    """The work of an institution, or of one of its people, in a quarter, and what it comes to.

    `residents`, `fund` and `pay` are None where the institution is not one that shares the villages' part.
    """

    quarter: Quarter
    organization: int
    lines: tuple[Line, ...]
    points: Decimal
    share_untrue: Decimal | None
    """Of the year's sample; None while it was not closed."""
    residents: int | None
    town_points: Decimal | None
    fund: Fund | None
    pay: Pay | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of the visits behind an item; `after` asks for the next, empty at the end."""

    visits: tuple[Visit, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Frame:
    """An institution of which a sample may be drawn: how many visits counted in the year."""

    organization: int
    place_code: str
    count: int


@dataclass(frozen=True, slots=True)
class Sampled:
    """A record of a sample, with what was found and what the team says to it."""

    number: int
    visit: Visit
    verdict: Verdict | None
    note: str
    checked_at: datetime | None
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Check:
    """The yearly check of an institution: how its sample was drawn, and where it stands."""

    id: UUID
    organization: int
    year: int
    seed: str
    frame_count: int
    frame_hash: str
    size: int
    judged: int
    found: Mapping[Verdict, int]
    share_untrue: Decimal
    drawn_at: datetime
    closed_at: datetime | None
    version: int

    @property
    def is_open(self) -> bool:
        """Whether records may still be judged and answered."""
        return self.closed_at is None
