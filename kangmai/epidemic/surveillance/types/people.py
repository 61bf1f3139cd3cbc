"""The people of an event: lines, links between them, contacts."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class CaseClass(StrEnum):
    """How sure it is that a line of an event's list is a case of it."""

    SUSPECTED = "suspected"
    PROBABLE = "probable"
    CONFIRMED = "confirmed"
    NOT_A_CASE = "not_a_case"


class Exposure(StrEnum):
    """How somebody was near a case, or what a link between two cases rests on."""

    HOUSEHOLD = "household"
    SAME_ROOM = "same_room"
    """Class, ward, dormitory, office."""
    MEAL = "meal"
    CARE = "care"
    TRANSPORT = "transport"
    SOURCE = "source"
    """The same food, water or vector."""
    GENOME = "genome"
    OTHER = "other"


class Certainty(StrEnum):
    """How sure an asserted link is."""

    POSSIBLE = "possible"
    PROBABLE = "probable"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """A line of an event's list, as somebody writes it; name, telephone and own columns are sealed."""

    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    sex: str = ""
    age_years: int | None = None
    unit: str = ""
    """Class, ward or team."""
    onset_on: datetime.date | None = None
    case_class: CaseClass = CaseClass.SUSPECTED
    outcome: str = ""
    case_id: str = ""
    """The report card behind it, if there is one."""
    area_code: str = ""
    """Town or village where he lives; the address itself is nobody's business here."""
    infected_by: int | None = None
    """Number of the line of whom it has the infection."""
    own: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """From whom somebody has it, as an investigator asserts it."""

    infector: int
    basis: Exposure
    certainty: Certainty
    note: str
    account: int
    at: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of an event's list."""

    id: UUID
    number: int
    facts: LineFacts
    link: Link | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody exposed to a case, with the days on which somebody asked after them."""

    id: UUID
    number: int
    name: str = field(repr=False)
    phone: str = field(repr=False)
    line_number: int | None
    exposure: Exposure
    where: str = field(repr=False)
    """Where and how he was near the case, in words."""
    is_protected: bool | None
    exposed_on: datetime.date
    until_on: datetime.date
    became_line: int | None
    """Number of the line that he became when he fell ill."""
    visits: tuple[tuple[datetime.date, bool, str], ...]
    """Day, whether ill, note."""
    version: int
