"""What supplies deal in: items and loads as data, entries of a ledger, days of supply, transfers, plans."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.kernel.words import Words

Row = TypeVar("Row")


class EntryKind(StrEnum):
    """What happened to a stock."""

    RECEIPT = "receipt"
    DONATION = "donation"
    ISSUE = "issue"
    COUNT = "count"
    DISCARD = "discard"
    SENT = "sent"
    RECEIVED = "received"
    REVERSAL = "reversal"


class Basis(StrEnum):
    """What a load is counted in: people on duty in each shift, or units of a service a day."""

    PERSON_SHIFT = "person_shift"
    UNIT_DAY = "unit_day"


class TransferState(StrEnum):
    """How far a transfer came."""

    ASKED = "asked"
    SENT = "sent"
    DIFFERS = "differs"
    RECEIVED = "received"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """How a stock stands against the days it must last."""

    SHORT = "short"
    ORDER = "order"
    ENOUGH = "enough"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is stored, counted in whole units."""

    id: str
    title: Words
    short: Words
    """For the head of a column."""
    unit: Words
    is_key: bool
    lead_days: int


@dataclass(frozen=True, slots=True)
class Load:
    """A kind of work at full load, and what it uses in thousandths of a unit."""

    id: str
    title: Words
    basis: Basis
    uses: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PostShare:
    """Which part of an institution's posts is on duty for a load, in each of how many shifts."""

    kinds: frozenset[str]
    roles: frozenset[str]
    load: str
    share_percent: int
    shifts: int


@dataclass(frozen=True, slots=True)
class Rule:
    """Items, loads and limits, as dated data (`supply_rule`)."""

    reserve_days: int
    loss_percent: int
    safety_days: int
    expiring_days: int
    items: Mapping[str, Item]
    loads: Mapping[str, Load]
    from_posts: tuple[PostShare, ...]
    source: str
    is_verified: bool

    @property
    def key_items(self) -> tuple[Item, ...]:
        """The items by which an institution is judged."""
        return tuple(each for each in self.items.values() if each.is_key)


@dataclass(frozen=True, slots=True)
class Lot:
    """How much of one lot there is; its last day of use is `expires_on`, None if it has none."""

    quantity: int
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class HeldLot:
    """A lot in an institution's store."""

    item: str
    lot: str
    expires_on: date | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One item of one institution, or of an area taken together.

    Attributes:
        burn_milli: what is used a day at full load, in thousandths of a unit.
        usable: what has not expired.
        days: whole days it lasts, lots used in order of expiry; None if nobody uses it.
    """

    item: str
    usable: int
    burn_milli: int
    days: int | None


@dataclass(frozen=True, slots=True)
class Needs:
    """What a stock comes to against the rule.

    Attributes:
        target: what covers the reserve and its losses.
        gap: what is missing to the target.
        order_point: the stock at which one orders, so that the reserve still stands when the goods come.
    """

    burn_milli: int
    days: int | None
    target: int
    gap: int
    order_point: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an entry as somebody writes it.

    Attributes:
        quantity: units; of a count, what was found.
        lot: empty for an issue that takes what expires first.
    """

    item: str
    quantity: int
    lot: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Movement:
    """What one entry did to one lot; `quantity` is signed, `balance` what was left of the lot."""

    item: str
    lot: str
    expires_on: date | None
    quantity: int
    balance: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a ledger with its movements; entries are never changed, only reversed by another."""

    id: UUID
    organization: OrganizationId
    kind: EntryKind
    booked_on: date
    partner: str
    document: str
    reason: str
    transfer: UUID | None
    reverses: UUID | None
    is_reversed: bool
    account: AccountId
    at: datetime
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class Store:
    """An institution that keeps a ledger."""

    organization: OrganizationId
    parent: OrganizationId | None
    place_code: str
    version: int
    """Of its numbers at post."""
    loads_set_at: datetime | None


@dataclass(frozen=True, slots=True)
class LoadLine:
    """People on duty in each shift, or units of a service a day, at full load."""

    load: str
    amount: int
    shifts: int = 1


@dataclass(frozen=True, slots=True)
class TransferLine:
    """One item of a transfer: asked for, sent, received."""

    item: str
    asked: int
    sent: int
    received: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Goods on their way from one institution to another."""

    id: UUID
    donor: OrganizationId
    receiver: OrganizationId
    state: TransferState
    reason: str
    note: str
    """Why it was refused or withdrawn, or what became of a difference."""
    asked_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    received_by: AccountId | None
    version: int
    lines: tuple[TransferLine, ...]


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One line of the board: a division, or an institution.

    Attributes:
        unit: code of the division, or id of the institution.
        cells: of the key items in use, all institutions of the division taken together.
        short_cells: items of institutions that last less than the reserve.
        short_institutions: institutions with at least one of them.
        unknown_institutions: institutions without numbers at post: not judged.
    """

    unit: str
    is_institution: bool
    cells: Mapping[str, Cell]
    institutions: int
    short_cells: int
    short_institutions: int
    unknown_institutions: int
    smallest: Cell | None


@dataclass(frozen=True, slots=True)
class Board:
    """The board of one area: the whole, then its parts."""

    area: str
    on: date
    whole: UnitLine
    lines: tuple[UnitLine, ...]
    next: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of an institution's store."""

    item: Item
    cell: Cell
    needs: Needs
    expired: int
    expiring: int
    on_the_way: int
    lots: tuple[HeldLot, ...]


@dataclass(frozen=True, slots=True)
class ExpiringLot:
    """A lot that expires soon or has expired, with its institution."""

    id: int
    organization: OrganizationId
    held: HeldLot
    left_over: int | None
    """What will not be used up at full load before it expires; None where the load is not known."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list; `next` leads to the following one and is empty at the end."""

    rows: tuple[Row, ...]
    next: str


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a line of a file."""

    line: int
    column: str
    error: KangmaiError


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a file of counts came to."""

    rows: int
    changed: int
    unchanged: int
    institutions: int
    errors: tuple[RowError, ...]
    is_written: bool


@dataclass(frozen=True, slots=True)
class Shortage:
    """A cell that lasts less than the reserve: what it needs to reach it."""

    organization: int
    item: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Surplus:
    """What an institution can give of an item and still last the reserve itself."""

    organization: int
    item: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """One move of the plan: all that goes from one institution to another."""

    donor: int
    receiver: int
    items: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MendingPlan:
    """Which moves mend the most short cells with the fewest moves.

    Attributes:
        mended: cells that reach the reserve.
        unmended: cells for which the area as a whole has too little; goods must be bought.
        most: no plan can mend more.
        bound: no plan that mends as many has fewer moves.
    """

    shipments: tuple[Shipment, ...]
    mended: tuple[Shortage, ...]
    unmended: tuple[Shortage, ...]
    most: int
    bound: int

    @property
    def moves(self) -> int:
        """How many institutions send to how many others."""
        return len(self.shipments)

    @property
    def gap(self) -> float:
        """How many more moves than the bound, as a share of the moves."""
        return (self.moves - self.bound) / self.moves if self.moves else 0.0


@dataclass(frozen=True, slots=True)
class AreaPlan:
    """A plan with what the page needs to explain it."""

    area: str
    on: date
    plan: MendingPlan
    days_before: Mapping[tuple[int, str], int | None]
    days_after: Mapping[tuple[int, str], int | None]
    institutions: int
    cells: int


@dataclass(frozen=True, slots=True)
class StoreLoadRow:
    """One institution of a bulk load: numbers at post and lots."""

    organization: int
    parent: int | None
    place_code: str
    loads: tuple[LoadLine, ...]
    lots: tuple[HeldLot, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """An institution's store: what stands in it, and what it comes to."""

    store: Store
    loads: tuple[LoadLine, ...]
    lines: tuple[ItemLine, ...]
    is_kept: bool
    """Whether the asking actor keeps it."""
