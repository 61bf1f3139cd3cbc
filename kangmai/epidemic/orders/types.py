"""What orders deal in: purposes, orders, signatures, and how data end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.kernel.words import Words


class Purpose(StrEnum):
    """What an order may wake; every door of emergency mode belongs to exactly one."""

    REGISTRATION = "registration"
    SCANNING = "scanning"
    COLOURS = "colours"
    TESTING = "testing"
    TRACING = "tracing"
    QUARANTINE = "quarantine"
    BULLETIN = "bulletin"


class State(StrEnum):
    """How far an order came: written, signed by two roles, or refused by one."""

    DRAFT = "draft"
    SIGNED = "signed"
    REFUSED = "refused"


class Phase(StrEnum):
    """How an order stands at an instant."""

    DRAFT = "draft"
    REFUSED = "refused"
    COMING = "coming"
    IN_FORCE = "in force"
    ENDED = "ended"
    ERASED = "erased"


class Treatment(StrEnum):
    """What becomes of a table's rows when their order is over."""

    ERASE = "erase"
    ANONYMISE = "anonymise"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Draft:
    """An order as somebody proposes it; `ends_at` is the first instant at which it no longer holds."""

    title: str
    disease: str
    purposes: frozenset[Purpose]
    areas: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    edition: str
    basis: str
    is_drill: bool = False
    extends: UUID | None = None
    retention_days: int | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """One of the names under an order."""

    account: AccountId
    role: str
    organization: OrganizationId | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the rest of the house sees it."""

    id: UUID
    serial: int
    number: str
    title: str
    disease: str
    purposes: frozenset[Purpose]
    areas: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    edition: str
    basis: str
    is_drill: bool
    state: State
    extends: UUID | None
    retention_days: int
    proposed_by: AccountId
    proposed_at: datetime
    ended_at: datetime | None
    reason: str
    """Why it was refused, or ended before its time."""
    erased_at: datetime | None
    version: int

    @property
    def over_at(self) -> datetime:
        """From when on it no longer holds: its end, or the instant at which it was ended before."""
        return self.ends_at if self.ended_at is None else min(self.ended_at, self.ends_at)

    def phase(self, at: datetime) -> Phase:
        """How it stands at an instant."""
        if self.state is not State.SIGNED:
            return Phase.DRAFT if self.state is State.DRAFT else Phase.REFUSED
        if self.erased_at is not None:
            return Phase.ERASED
        if at < min(self.starts_at, self.over_at):
            return Phase.COMING
        return Phase.IN_FORCE if at < self.over_at else Phase.ENDED


@dataclass(frozen=True, slots=True)
class Edition:
    """A numbered set of prevention rules, and when it was in force."""

    id: str
    title: Words
    from_on: date
    to_on: date | None
    is_verified: bool
    is_for_drills: bool = False
    """Whether its time limits are shortened for an exercise: no order in earnest may name it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What an order must satisfy, as dated data (`emergency_rule`)."""

    signing_roles: tuple[str, ...]
    longest_days: int
    longest_drill_days: int
    retention_days: int
    longest_retention_days: int
    purposes: Mapping[Purpose, Words]
    diseases: Mapping[str, Words]
    editions: Mapping[str, Edition]


@dataclass(frozen=True, slots=True)
class Holding:
    """One table of emergency mode and how its rows end, as dated data (`emergency_data`).

    Attributes:
        order_column: the column that names the order, by `key`: its id or its serial number.
        via: for rows whose order stands in another table, this row's column and that table.
        columns: what is set to NULL when rows are anonymised; the columns that name or lead to a person.
        after_days: counted from the end of the order, or of the last one that extends it.
        is_partitioned: whole partitions are emptied at once where they hold nothing of other orders.
    """

    table: str
    order_column: str
    key: str
    via: tuple[str, str] | None
    treatment: Treatment
    columns: tuple[str, ...]
    after_days: int | None
    is_partitioned: bool
    title: Words


@dataclass(frozen=True, slots=True)
class ErasureLine:
    """What became of one table under one order.

    Attributes:
        rows: how many were erased, anonymised or kept.
        remaining: rows that still name somebody, counted over the table afterwards.
    """

    table: str
    title: Words
    treatment: Treatment
    rows: int
    remaining: int
    done_at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """What a count over every table of the mode finds of an order now.

    Attributes:
        lines: table, title, treatment, rows of this order, and rows that still name somebody.
        views: published views of the lake that read any of these tables; none may exist.
    """

    lines: tuple["ProofLine", ...]
    views: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing that names anybody is left."""
        return not self.views and not any(each.remaining for each in self.lines)


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One table of a proof."""

    table: str
    title: Words
    treatment: Treatment
    rows: int
    remaining: int
