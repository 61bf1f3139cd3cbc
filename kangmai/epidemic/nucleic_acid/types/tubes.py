"""People in tubes: what a scanner sends, what becomes of it, and what a person is told."""

import datetime
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType
from uuid import UUID

from kangmai.epidemic.nucleic_acid.types.rounds import Subject

PersonId = NewType("PersonId", int)
"""Whom a sample is from: a resident id, or minus the id of an `Attendee` who is not in the resident index."""


class TubeState(StrEnum):
    """What is known of a tube; where it travels is known of its box."""

    OPEN = "open"
    CLOSED = "closed"
    RETEST = "retest"
    """Its run failed or was void: it must be tested again."""
    NEGATIVE = "negative"
    SUSPECT = "suspect"
    POSITIVE = "positive"
    VOID = "void"
    """It can never have a result: its people are called back."""


SETTLED = (TubeState.NEGATIVE, TubeState.SUSPECT, TubeState.POSITIVE, TubeState.VOID)


class Outcome(StrEnum):
    """What became of one record of a batch."""

    TAKEN = "taken"
    AGAIN = "again"
    """It was here already: a retry, or a late upload by a second device."""
    HELD = "held"
    """Taken, but its result waits until somebody looked at it."""
    REFUSED = "refused"
    """Not taken; the record is kept with the reason."""


class Antigen(StrEnum):
    """The line on an antigen test."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INVALID = "invalid"


class Channel(StrEnum):
    """Who reported an antigen test."""

    OWN = "own"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Given:
    """Somebody, or something, swabbed into a tube, as the scanner has it.

    Args:
        number: number of the resident index, or of an identity document.
        at: when the swab was taken.
        name, phone, address: of those who are not in the index, and of things; sealed.
        group: a group of the edition's.
        reason: why somebody is sampled a second time in the round.
    """

    number: str
    at: datetime.datetime
    group: str = "screening"
    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TubeRecord:
    """A closed tube, as the scanner has it. `client_id` is the scanner's own, the same at every retry."""

    client_id: UUID
    code: str
    people: tuple[Given, ...]
    closed_at: datetime.datetime
    mode: int
    lane: int = 1
    subject: Subject = Subject.PEOPLE
    pool_id: UUID | None = None
    """The positive pool whose people it follows up."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one record."""

    client_id: UUID
    code: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LateTube:
    """A tube whose result is late, or soon will be."""

    code: str
    site_id: int
    box: str
    stage: str
    people: int
    closed_at: datetime.datetime
    due_at: datetime.datetime
    laboratory: int | None


@dataclass(frozen=True, slots=True)
class Proof:
    """A person's sample: the proof at once, the result when it is published."""

    tube: str
    round_id: int
    round_name: str
    order_id: UUID
    site: str
    mode: int
    sampled_at: datetime.datetime
    result: TubeState | None
    """None while the result is awaited."""
    published_at: datetime.datetime | None
    is_recalled: bool
    is_held: bool
    """Whether the person must stay where he is until singles are out."""
