"""Whom the city has in a programme, and which visits of theirs."""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """A visit to be: the service, how many days before the day of the city, and its answers."""

    service: str
    days_ago: int
    facts: dict[str, Any]
    occasion: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody in a programme."""

    row: int
    programme: str
    since: date
    anchors: dict[str, date]
    visits: tuple[Seen, ...]
    completed_on: date | None = None
    """The day on which the programme was through with him."""
