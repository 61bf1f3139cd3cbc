"""What the pages of monitoring call things."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kangmai.portal.messages.presenters import language
from kangmai.programmes.monitoring import rules
from kangmai.programmes.monitoring.types import Deed, Level, Named, Purpose, Show, State


def show(value: Show) -> str:
    """A list of cards."""
    return {
        Show.WAITING: pgettext("card", "Waiting for us"),
        Show.ALL: pgettext("card", "All that hold"),
        Show.VOID: pgettext("card", "Void"),
    }[value]


def state(value: State) -> tuple[str, str]:
    """Where a card stands, and its tone."""
    return {
        State.REPORTED: (pgettext("card", "to be checked by the county"), "warning"),
        State.RETURNED: (pgettext("card", "given back"), "danger"),
        State.COUNTY: (pgettext("card", "checked by the county"), "info"),
        State.CITY: (pgettext("card", "checked by the city"), "good"),
        State.VOID: (pgettext("card", "void"), "danger"),
    }[value]


def deed(value: Deed) -> str:
    """What was done with a card."""
    return {
        Deed.REPORTED: pgettext("card", "reported"),
        Deed.CORRECTED: pgettext("card", "corrected"),
        Deed.CHECKED: pgettext("card", "checked"),
        Deed.RETURNED: pgettext("card", "given back"),
        Deed.VOIDED: pgettext("card", "declared void"),
    }[value]


def level(value: Level) -> str:
    """Whose review it is."""
    return {
        Level.COUNTY: _("County review"),
        Level.CITY: _("City review"),
        Level.PROVINCE: _("Province review"),
    }[value]


def purpose(value: Purpose) -> str:
    """Why a card was opened."""
    return {
        Purpose.OPENED: pgettext("card", "opened"),
        Purpose.PRINTED: pgettext("card", "printed"),
        Purpose.REVIEWED: _("reviewed without the name"),
    }[value]


def why(value: str) -> str:
    """Why a death asks for a card."""
    return {
        "age": _("younger than five"),
        "cause": _("a cause of pregnancy"),
        "delivery": _("within 42 days of a delivery"),
    }.get(value, value)


def title(of: Iterable[Named], id: str) -> str:
    """A choice of the kind in the language of the page."""
    return rules.named(of, id).in_language(language())


def age(days: int | None) -> str:
    """An age in days below a month, in years from two on."""
    if days is None:
        return ""
    if days < MONTH:
        return ngettext("%(n)s day old", "%(n)s days old", days) % {"n": days}
    if days < YEARS:
        months = days * 12 // 365
        return ngettext("%(n)s month old", "%(n)s months old", months) % {"n": months}
    return ngettext("%(n)s year old", "%(n)s years old", days * 4 // 1461) % {"n": days * 4 // 1461}


MONTH, YEARS = 61, 731
