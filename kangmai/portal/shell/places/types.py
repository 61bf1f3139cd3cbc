"""What a row of the table of places says."""

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kangmai.epidemic.orders.types import Purpose


class Section(Enum):
    """The headings of the navigation, in order; the first has none."""

    WORK = ""
    CITY = _("City")
    OWN = _("My data")
    ADMINISTRATION = _("Administration")


@dataclass(frozen=True, slots=True)
class Place:
    """A row of the table. `summary` is what its tile on the start page says."""

    name: str
    label: str | Promise
    summary: str | Promise
    icon: str
    section: Section
    permissions: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    """Beginnings of names of other pages that belong to this place."""
    purpose: Purpose | None = None
    """Shown only while an order for this is in force."""
