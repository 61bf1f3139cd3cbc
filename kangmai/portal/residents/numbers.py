"""Residents in addresses: by the index number that people quote, whose check digit catches a slip."""

from django.urls import reverse

from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.rules import index_number
from kangmai.kernel.ids import ResidentId


def resident_id_of(number: str) -> ResidentId:
    """The resident an index number names. Raises ResidentNotFound where the check digit disagrees."""
    resident_id = ResidentId(int(number[:-1]))
    if index_number(resident_id) != number:
        raise ResidentNotFound()
    return resident_id


def address_of(number: str) -> str:
    """Where a resident's page is."""
    return reverse("resident", args=[number])
