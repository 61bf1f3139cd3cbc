"""Who stands in which lane when, and where somebody is missing."""

import datetime
from dataclasses import dataclass
from enum import StrEnum


class Duty(StrEnum):
    """What somebody does in a lane."""

    SAMPLER = "sampler"
    REGISTRAR = "registrar"
    COURIER = "courier"


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody in a lane for a while."""

    id: int
    site_id: int
    lane: int
    staff: int
    duty: Duty
    from_at: datetime.datetime
    to_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the hours that a site's lanes are open, those in which a sampler and a registrar stand there."""

    site_id: int
    lane_hours: float
    covered_hours: float
    gaps: tuple[tuple[int, datetime.datetime, datetime.datetime], ...]
    """Lane, from, to: where somebody is missing, the earliest first."""

    @property
    def share(self) -> float:
        """Covered hours of all."""
        return self.covered_hours / self.lane_hours if self.lane_hours else 0.0
