"""What the ledger of handover is called and made of."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from kangmai.deadlines.types import Subject
from kangmai.kernel.actor import Label
from kangmai.kernel.ids import OrganizationId, ResidentId

T = TypeVar("T")
Value = str | int | float | None


class State(StrEnum):
    """Where a row stands."""

    PREPARED = "prepared"
    SENT = "sent"
    RECEIVED = "received"
    """The other system gave a receipt."""
    REJECTED = "rejected"
    CHANGED = "changed"
    """Changed here since it was sent: it must go again."""
    WITHDRAWN = "withdrawn"


TO_SEND = (State.PREPARED.value, State.CHANGED.value)


class Way(StrEnum):
    """How rows reach the other system."""

    FILE = "file"
    HAND = "hand"
    """Typed into its pages: the same thing twice, and so it is counted."""
    API = "api"
    """By the interface of the other system, where the operator has named its address."""


class Format(StrEnum):
    """The form of a file."""

    CSV = "csv"
    XLSX = "xlsx"


class Deed(StrEnum):
    """One step in the history of a row."""

    PREPARED = "prepared"
    CORRECTED = "corrected"
    CHANGED = "changed"
    AS_SENT = "as_sent"
    """Changed back to what was sent."""
    SENT = "sent"
    RECEIVED = "received"
    REJECTED = "rejected"
    REQUEUED = "requeued"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a system's template: a value, a constant, or several values joined."""

    title: str
    values: tuple[str, ...]
    constant: str = ""
    join: str = ""
    codes: Mapping[str, str] | None = None
    split: str = ""
    """Where a value holds several codes: what stands between them."""
    date_format: str = ""
    decimals: int | None = None
    is_required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptForm:
    """How a file of receipts is read: the titles of its columns."""

    match: tuple[str, ...]
    """Columns of the template that name the row, which the receipts repeat."""
    number: str
    result: str
    accepted: frozenset[str]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """How a system takes rows over HTTP: names in the request and in the reply, and when to try again."""

    most_rows: int
    timeout_seconds: int
    retry_seconds: tuple[int, ...]
    headers: Mapping[str, str]
    """Texts over `token` and `batch`."""
    batch: str
    rows: str
    keys: Mapping[str, str]
    """Title of a column → its name there; the title itself where nothing is said."""
    reply_rows: str
    reply_keys: Mapping[str, str]
    """Title of a column of receipts → its name in the reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system above, as dated: what it takes, in which form, and which deadline its receipt stops."""

    id: str
    valid_from: datetime.date
    title: Mapping[str, str]
    ways: tuple[Way, ...]
    format: Format
    encoding: str
    file_name: str
    most_rows: int
    columns: tuple[Column, ...]
    receipt: ReceiptForm
    interface: Interface | None
    deadline: str
    other_deadlines: tuple[str, ...]
    """Deadlines of which one may run instead, by the thing: the receipt stops these as well."""
    begins_deadline: bool
    """Whether preparing a row begins the deadline; else another room does."""
    label: Label
    is_verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row that a system must hold.

    Args:
        subject: the thing behind it; one row for each thing and system.
        values: named plain values, days as ISO text; the system's definition makes columns of them.
        label: else the system's.
    """

    subject: Subject
    organization: int
    place_code: str
    values: Mapping[str, Value] = field(repr=False)
    resident: ResidentId | None = None
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What preparing did."""

    new: int
    changed: int
    same: int
    incomplete: int
    """Of all rows: those that cannot be sent yet, since columns are missing or wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the ledger, without its content."""

    id: UUID
    reference: str
    """What people call it."""
    system: str
    subject: Subject
    resident: ResidentId | None
    organization: OrganizationId
    place_code: str
    label: Label
    state: State
    way: Way | None
    faults: tuple[str, ...]
    """Titles of columns that are missing or wrong."""
    receipt_number: str
    reason: str
    prepared_at: datetime.datetime
    sent_at: datetime.datetime | None
    received_at: datetime.datetime | None
    batch_id: UUID | None
    version: int


@dataclass(frozen=True, slots=True)
class Step:
    """A line of a row's history."""

    at: datetime.datetime
    account_id: int
    deed: Deed
    note: str
    batch_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A file that was made."""

    id: UUID
    number: str
    system: str
    organization: OrganizationId | None
    rows: int
    file_name: str
    created_at: datetime.datetime
    created_by: int


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file with its name and media type."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line of a file of receipts."""

    line: int
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ReceiptReport:
    """What a file of receipts says, or did."""

    lines: int
    received: int
    rejected: int
    same: int
    faults: tuple[LineFault, ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next` is the `after` of the following one, empty at the end."""

    rows: tuple[T, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Summary:
    """How the rows for one system stand."""

    system: str
    by_state: Mapping[State, int]
    incomplete: int
    typed_twice: int

    @property
    def waiting(self) -> int:
        """What has still to go."""
        return self.by_state.get(State.PREPARED, 0) + self.by_state.get(State.CHANGED, 0)
