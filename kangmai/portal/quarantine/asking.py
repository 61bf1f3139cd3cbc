"""What the pages of quarantine read from requests."""

from uuid import UUID, uuid4

from django.http import HttpRequest

from kangmai.portal.nucleic_acid.asking import (
    FieldUnreadable,
    complain,
    local,
    number,
    unreadable,
    written,
)
from kangmai.portal.supplies.asking import first_area, key
from kangmai.portal.tracing.asking import decimal, instant, uuid

__all__ = [
    "FieldUnreadable", "complain", "decimal", "first_area", "fresh_key", "identifier", "instant", "key", "local",
    "number", "unreadable", "uuid", "written",
]  # fmt: skip


def fresh_key() -> UUID:
    """For a form that is sent once."""
    return uuid4()


def identifier(request: HttpRequest, name: str) -> int:
    """A number that names a row. Raises FieldUnreadable where there is none."""
    found = number(request, name)
    if not found:
        raise unreadable(name, request.POST.get(name, ""))
    return found
