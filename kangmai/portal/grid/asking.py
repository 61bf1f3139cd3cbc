"""What the pages of the grid read from requests."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kangmai.identity import queries as identity
from kangmai.kernel.ids import ResidentId
from kangmai.portal.nucleic_acid.asking import (
    FieldUnreadable,
    complain,
    local,
    number,
    unreadable,
    written,
)
from kangmai.portal.supplies.asking import first_area
from kangmai.portal.tracing.asking import decimal, fresh_key, instant, key, uuid

__all__ = [
    "FieldUnreadable", "complain", "decimal", "first_area", "fresh_key", "instant", "key", "local", "number",
    "residents", "unreadable", "uuid", "written",
]  # fmt: skip


def residents(request: HttpRequest, name: str = "people") -> Sequence[ResidentId]:
    """Residents by their index numbers, one a line or with blanks between. Raises FieldUnreadable."""
    said = request.POST.get(name, "").replace(",", " ").replace("，", " ").split()
    found = identity.residents_numbered(said)
    for each in said:
        if each not in found:
            raise FieldUnreadable(field=_("Index number"), value=each[:13])
    return [found[each] for each in said]
