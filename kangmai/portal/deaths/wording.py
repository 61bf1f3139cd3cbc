"""What the pages of deaths call things."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kangmai.kernel.words import Words
from kangmai.portal.messages.presenters import language
from kangmai.programmes.deaths.types import Cause, Deed, Line, Show, State


def show(value: Show) -> str:
    """A list of certificates."""
    return {
        Show.WAITING: _("To be confirmed"),
        Show.ALL: _("All that hold"),
        Show.VOID: pgettext("death", "Void"),
    }[value]


def state(value: State) -> tuple[str, str]:
    """Where a certificate stands, and its tone."""
    return {
        State.ISSUED: (_("to be confirmed"), "warning"),
        State.CONFIRMED: (pgettext("death", "confirmed"), "good"),
        State.VOID: (pgettext("certificate", "void"), "danger"),
    }[value]


def deed(value: Deed) -> str:
    """What was done with a certificate."""
    return {
        Deed.ISSUED: pgettext("death", "issued"),
        Deed.CORRECTED: pgettext("death", "corrected"),
        Deed.CONFIRMED: pgettext("death", "confirmed"),
        Deed.VOIDED: pgettext("death", "declared void"),
    }[value]


def line(value: Line) -> str:
    """A line of the certificate."""
    return _("II other conditions") if value is Line.OTHER else f"I ({value.value})"


def title(of: Mapping[str, Words], code: str) -> str:
    """A choice of the rule; the code itself where the rule has changed."""
    return of[code].in_language(language()) if code in of else code


def interval(of: Cause) -> str:
    """The time from onset to death."""
    if of.days is None:
        return "—"
    if of.days >= YEAR:
        return ngettext("%(n)s year", "%(n)s years", of.days // YEAR) % {"n": of.days // YEAR}
    return ngettext("%(n)s day", "%(n)s days", of.days) % {"n": of.days}


YEAR = 365


def causes(of: tuple[Cause, ...], underlying: Line) -> list[dict[str, Any]]:
    """The causes as a table shows them."""
    return [
        {
            "line": line(each.line),
            "text": each.text,
            "code": each.code,
            "interval": interval(each),
            "is_underlying": each.line is underlying,
        }
        for each in of
    ]
