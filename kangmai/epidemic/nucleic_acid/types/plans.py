"""Kept plans of a round and the trips of their couriers."""

import datetime
from dataclasses import dataclass
from enum import StrEnum

from kangmai.epidemic.nucleic_acid.planning.kept import Answer
from kangmai.epidemic.nucleic_acid.planning.plan import Question
from kangmai.epidemic.nucleic_acid.types.rounds import Site
from kangmai.kernel.ids import OrganizationId


class PlanState(StrEnum):
    """How a kept plan of a round stands."""

    SAVED = "saved"
    RELEASED = "released"
    """Couriers drive by it."""
    REPLACED = "replaced"
    """Couriers drove by it, until another was released."""


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan of a round, as it was reckoned."""

    id: int
    round_id: int
    number: int
    question: Question
    answer: Answer
    note: str
    state: PlanState
    created_at: datetime.datetime
    released_at: datetime.datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class CourierTrip:
    """A planned trip with what became of it."""

    id: int
    site: Site
    laboratory: OrganizationId
    boxes: int
    leaves_at: datetime.datetime
    arrives_at: datetime.datetime
    courier: int | None
    ready: int
    """Boxes that stand packed at the site."""
    carried: int
    left_at: datetime.datetime | None
    """When the last box left with it."""
    received: int
    received_at: datetime.datetime | None
    version: int

    def is_late(self, at: datetime.datetime) -> bool:
        """Whether it has not left a quarter of an hour after its time."""
        return self.left_at is None and at > self.leaves_at + datetime.timedelta(minutes=15)
