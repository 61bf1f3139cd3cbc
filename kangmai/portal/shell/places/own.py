"""A resident's own record, card and family."""

from django.utils.translation import gettext_lazy as _

from kangmai.epidemic.orders.types import Purpose
from kangmai.portal.shell.places.types import Place, Section

OWN = (
    Place(
        "my-card",
        _("My card"),
        _("The code that every institution of the city accepts"),
        "phone",
        Section.OWN,
        permissions=("own.card",),
    ),
    Place(
        "family",
        _("My family"),
        _("For whom you act, and who may act for you"),
        "residents",
        Section.OWN,
        permissions=("own.family",),
        roots=("family",),
    ),
    Place(
        "my-doctor",
        _("My family doctor"),
        _("Your team, what it does for you this year, and how it was"),
        "visit",
        Section.OWN,
        permissions=("own.record",),
    ),
    Place(
        "my-births",
        _("Birth errands"),
        _("Your newborn's certificate and everything that follows it, where it stands"),
        "check",
        Section.OWN,
        permissions=("own.record",),
    ),
    Place(
        "my-vaccinations",
        _("My vaccinations"),
        _("What was given, what is to come and from when, the certificate for nursery and school"),
        "vaccine",
        Section.OWN,
        permissions=("own.record",),
        roots=("my-vaccinations",),
    ),
    Place(
        "my-sharing",
        _("Sharing and my data"),
        _("Share your record, object, take a copy"),
        "unlock",
        Section.OWN,
        permissions=("own.consent",),
    ),
    Place(
        "my-corrections",
        _("My corrections"),
        _("Say what is wrong about you, and read the answer"),
        "document",
        Section.OWN,
        permissions=("own.record",),
    ),
    Place(
        "my-record",
        _("My record"),
        _("Everything the city's institutions wrote about you"),
        "document",
        Section.OWN,
        permissions=("own.record",),
    ),
    Place(
        "my-ledger",
        _("Who looked"),
        _("Who opened your record, when, from where and why"),
        "ledger",
        Section.OWN,
        permissions=("own.ledger",),
    ),
    Place(
        "my-tests",
        _("My tests"),
        _("Your samples and results, a place in the queue, antigen tests"),
        "laboratory",
        Section.OWN,
        permissions=("own.record",),
        purpose=Purpose.TESTING,
    ),
)
