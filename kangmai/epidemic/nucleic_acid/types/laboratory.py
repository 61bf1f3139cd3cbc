"""Plates with their wells, what an instrument read and what was published."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from kangmai.kernel.ids import OrganizationId


class PlateState(StrEnum):
    """How a run stands."""

    IMPORTED = "imported"
    REVIEWED = "reviewed"
    FAILED = "failed"
    """Its controls failed: none of its results counts."""


class WellKind(StrEnum):
    """What a well holds."""

    SAMPLE = "sample"
    POSITIVE_CONTROL = "positive_control"
    NEGATIVE_CONTROL = "negative_control"


class Judgement(StrEnum):
    """What the curves of one well say."""

    NEGATIVE = "negative"
    GREY = "grey"
    """One target only, or a Ct in the grey zone: suspect until tested again."""
    POSITIVE = "positive"
    VOID = "void"
    """The internal control failed, or there was too little fluid."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One well of an instrument file: cycle thresholds, None where nothing was detected."""

    well: str
    sample: str
    kind: WellKind
    ct_orf1ab: float | None
    ct_n: float | None
    ct_internal: float | None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a laboratory says of a run."""

    code: str
    laboratory: int
    instrument: str
    kit: str
    lot: str
    started_at: datetime.datetime
    ended_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """What importing a run did."""

    plate_id: int
    state: PlateState
    wells: int
    counted: Mapping[str, int]
    """Wells by judgement."""
    faults: tuple[str, ...]
    is_again: bool
    """Whether this file had been imported before, so that nothing was done."""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing a plate did."""

    negative: int
    retest: int
    pools: tuple[UUID, ...]
    """Follow-ups that began."""
    singles: int
    """Tubes of follow-ups and of single persons that came out positive or suspect."""
    held_back: int
    """Tubes that stay unpublished, since an incident is open."""


@dataclass(frozen=True, slots=True)
class Plate:
    """A run of an instrument."""

    id: int
    code: str
    laboratory: OrganizationId
    instrument: str
    kit: str
    lot: str
    started_at: datetime.datetime
    ended_at: datetime.datetime
    state: PlateState
    faults: tuple[str, ...]
    operator: int
    reviewer: int | None
    counted: Mapping[str, int]
    version: int


@dataclass(frozen=True, slots=True)
class Well:
    """One well with what was read and judged."""

    well: str
    kind: WellKind
    tube: str
    people: int
    ct_orf1ab: float | None
    ct_n: float | None
    ct_internal: float | None
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class LaboratoryLine:
    """How tubes flow through a laboratory: where they are, what is late, and how fast results come."""

    laboratory: OrganizationId
    coming: int
    """Tubes packed for it or on the way to it."""
    waiting: int
    """Received, in no run yet, or to be tested again."""
    tested: int
    """In a run that nobody has reviewed."""
    published: int
    late: int
    published_last_hour: int
    last_published_at: datetime.datetime | None
    planned_done_at: datetime.datetime | None
    """By the plan in force."""

    @property
    def hours_left(self) -> float | None:
        """How long what it has and what comes takes at the pace of the last hour; None without a pace."""
        left = self.coming + self.waiting + self.tested
        return left / self.published_last_hour if self.published_last_hour else None
