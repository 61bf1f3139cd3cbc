"""What every detector is given, and what it gives back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.watchdog.types import Detector, Suspect, Unit


@dataclass(frozen=True, slots=True)
class Looking:
    """A detector at work: its definition, the day, and how many rows a finding names at most."""

    detector: Detector
    on: date
    most: int
    actor: Actor
    at: datetime

    def limit(self, name: str) -> float:
        """One of its limits."""
        return float(self.detector.limits[name])


@dataclass(frozen=True, slots=True)
class Looked:
    """What one detector found; `tests` tells how many exact tests it made, those without a find included."""

    suspects: tuple[Suspect, ...]
    tests: int = 0


def unit_of(row: Sequence[Any]) -> Unit:
    """The unit that the first three columns of a row name."""
    circle, organization, account = row[:3]
    return Unit(circle, OrganizationId(organization), account)
