"""What a worklist is narrowed to: read from an address and written back, so that a filter can be kept.

A name is no part of it: what is typed to find a person travels in the body of a request, never in an
address, which servers log and browsers keep.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from kangmai.kernel.ids import OrganizationId
from kangmai.programmes.engine.types import Filter, Priority, Show

Member = TypeVar("Member", bound=StrEnum)
LONGEST_TEXT = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """A worklist's filter as an address says it; empty means everything."""

    show: Show = Show.TO_SEE
    programme: str = ""
    place: str = ""
    organization: int | None = None
    staff: int | None = None
    priority: Priority | None = None
    by_way: bool = False
    """From door to door instead of by urgency."""

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the tab and the order was chosen."""
        return self != Choice(show=self.show, by_way=self.by_way)

    def filter(self, text: str = "") -> Filter:
        """The same for the room, together with a name that is looked for."""
        organization = None if self.organization is None else OrganizationId(self.organization)
        return Filter(
            show=self.show,
            programme=self.programme,
            place=self.place,
            organization=organization,
            staff=self.staff,
            text=" ".join(text.split())[:LONGEST_TEXT],
            priority=self.priority,
        )

    def query(self, *, show: Show | None = None) -> str:
        """The address after the question mark; `show` for the same filter under another tab."""
        other = self if show is None else replace(self, show=show)
        given = {
            "show": "" if other.show is Show.TO_SEE else other.show.value,
            "programme": other.programme,
            "place": other.place,
            "organization": other.organization,
            "staff": other.staff,
            "priority": None if other.priority is None else other.priority.name.lower(),
            "order": "way" if other.by_way else "",
        }
        return urlencode({name: value for name, value in given.items() if value not in ("", None)})


def read(query: Mapping[str, str]) -> Choice:
    """The filter of an address; what cannot be understood is left out."""
    return Choice(
        show=member(Show, query.get("show", "")) or Show.TO_SEE,
        programme=query.get("programme", ""),
        place=_digits(query.get("place", "")),
        organization=_number(query.get("organization", "")),
        staff=_number(query.get("staff", "")),
        priority=next(
            (each for each in Priority if each.name.lower() == query.get("priority")), None
        ),
        by_way=query.get("order") == "way",
    )


def member(kind: type[Member], text: str) -> Member | None:
    """The member of an enum that a text names, or None."""
    return next((each for each in kind if each.value == text), None)


def _digits(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) <= 12 else ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
