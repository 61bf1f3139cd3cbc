"""What a round of testing is: target, sites, how far it is."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from uuid import UUID

from kangmai.kernel.ids import OrganizationId


class RoundKind(StrEnum):
    """Whom a round is for."""

    SCREENING = "screening"
    """Everybody who lives in its area."""
    LISTED = "listed"
    """Those on its list: key groups, contacts, arrivals, goods."""


class RoundState(StrEnum):
    """Where a round stands."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class Subject(StrEnum):
    """What a tube holds swabs of."""

    PEOPLE = "people"
    THINGS = "things"


class Target(IntEnum):
    """What an instrument looks for."""

    ORF1AB = 0
    N = 1
    INTERNAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFacts:
    """What somebody says of a round.

    Args:
        areas: division codes.
        mode: persons a tube.
        target_people: how many are expected.
    """

    name: str
    kind: RoundKind
    areas: tuple[str, ...]
    mode: int
    opens_at: datetime.datetime
    closes_at: datetime.datetime
    target_people: int
    organization: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What somebody says of a place where samples are taken."""

    code: str
    name: str
    organization: int
    place_code: str
    lanes: int
    laboratory: int | None = None
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round as the rest of the house sees it."""

    id: int
    order_id: UUID
    name: str
    kind: RoundKind
    areas: tuple[str, ...]
    mode: int
    edition_from: datetime.date
    opens_at: datetime.datetime
    closes_at: datetime.datetime
    target_people: int
    organization: OrganizationId
    state: RoundState
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site of a round."""

    id: int
    round_id: int
    code: str
    name: str
    organization: OrganizationId
    place_code: str
    lanes: int
    laboratory: OrganizationId | None
    longitude: float | None
    latitude: float | None
    queue_people: int | None
    queue_at: datetime.datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Board:
    """How a round stands, as far as the actor may see: tubes by where they are, people, and what is late."""

    people: int
    tubes: int
    by_stage: Mapping[str, int]
    """open, closed, boxed, travelling, received, tested, negative, suspect, positive, retest, void."""
    published: int
    late: int
    late_within_two_hours: int
    oldest_unpublished_at: datetime.datetime | None
    published_last_hour: int
    incidents: int
    open_pools: int

    @property
    def backlog(self) -> int:
        """Closed tubes without a published result."""
        return self.tubes - self.published - self.by_stage.get("open", 0)

    @property
    def hours_left(self) -> float | None:
        """How long the backlog takes at the pace of the last hour; None where nothing was published in it."""
        return self.backlog / self.published_last_hour if self.published_last_hour else None


@dataclass(frozen=True, slots=True)
class SiteLine:
    """How a site stands."""

    site: Site
    people: int
    tubes: int
    published: int
    in_first_box: int
    """Tubes not packed yet."""


@dataclass(frozen=True, slots=True)
class Unsampled:
    """A village or grid: who lives there, and how many of them this round has not seen."""

    place_code: str
    residents: int
    sampled: int

    @property
    def missing(self) -> int:
        """Those not sampled yet."""
        return self.residents - self.sampled
