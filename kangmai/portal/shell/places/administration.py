"""Accounts, exchange and health of the installation."""

from django.utils.translation import gettext_lazy as _

from kangmai.portal.shell.places.types import Place, Section

ADMINISTRATION = (
    Place(
        "forms",
        _("Forms"),
        _("What services ask, by version, with worked examples"),
        "document",
        Section.ADMINISTRATION,
        permissions=("records.create", "registry.manage", "system.read"),
        roots=("form",),
    ),
    Place(
        "emergency-reviews",
        _("Emergency openings"),
        _("Records opened without the usual right: was it justified?"),
        "unlock",
        Section.ADMINISTRATION,
        permissions=("glass.review",),
    ),
    Place(
        "kits",
        _("Village kits"),
        _("Phones that hold part of a worklist: see them, erase them"),
        "phone",
        Section.ADMINISTRATION,
        permissions=("kit.oversee",),
    ),
    Place(
        "accounts",
        _("Accounts"),
        _("Accounts, their roles and where these hold"),
        "accounts",
        Section.ADMINISTRATION,
        permissions=("access.manage",),
        roots=("account",),
    ),
    Place(
        "programs",
        _("Programs"),
        _(
            "Systems of institutions that use the interfaces: register them, renew secrets, stop them"
        ),
        "feed",
        Section.ADMINISTRATION,
        permissions=("access.clients",),
        roots=("program",),
    ),
    Place(
        "audit",
        _("Audit trail"),
        _("Who did what, and whether the trail is unbroken"),
        "audit",
        Section.ADMINISTRATION,
        permissions=("audit.read",),
    ),
    Place(
        "feed",
        _("Event feed"),
        _("How far each reader is, and events nobody could handle"),
        "feed",
        Section.ADMINISTRATION,
        permissions=("feed.manage",),
    ),
    Place(
        "outbound",
        _("Undelivered messages"),
        _("What could not be sent outside the inbox"),
        "inbox",
        Section.ADMINISTRATION,
        permissions=("feed.manage",),
    ),
    Place(
        "health",
        _("System health"),
        _("What the doctor found, and how to mend it"),
        "system",
        Section.ADMINISTRATION,
        permissions=("system.read",),
    ),
)
