"""Supplies in words: kinds of entries, states, days with their tone."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kangmai.epidemic.supplies.types import EntryKind, Rule, Standing, TransferState
from kangmai.portal.shell import words


def kind(value: EntryKind) -> str:
    """A kind of entry."""
    return {
        EntryKind.RECEIPT: _("Goods received"),
        EntryKind.DONATION: _("Donation"),
        EntryKind.ISSUE: _("Goods issued"),
        EntryKind.COUNT: _("Counted"),
        EntryKind.DISCARD: _("Discarded"),
        EntryKind.SENT: _("Sent to another institution"),
        EntryKind.RECEIVED: _("Came from another institution"),
        EntryKind.REVERSAL: _("Reversal"),
    }[value]


def state(value: TransferState) -> tuple[str, str]:
    """A transfer's state and its tone."""
    return {
        TransferState.ASKED: (_("goods asked for"), "warning"),
        TransferState.SENT: (_("goods on the way"), "info"),
        TransferState.DIFFERS: (_("difference to sign"), "danger"),
        TransferState.RECEIVED: (_("goods arrived"), "good"),
        TransferState.REFUSED: (_("refused"), ""),
        TransferState.WITHDRAWN: (_("withdrawn"), ""),
    }[value]


def days(value: int | None) -> str:
    """A number of days of supply, or a dash where nobody uses it."""
    if value is None:
        return "—"
    return ngettext("%(count)s day", "%(count)s days", value) % {"count": words.count(value)}


def tone(value: int | None, found: Rule) -> str:
    """Whether a number of days is too few."""
    return "" if value is None else "danger" if value < found.reserve_days else "good"


def standing(value: Standing) -> tuple[str, str]:
    """How a stock stands, and its tone."""
    return {
        Standing.SHORT: (_("short"), "danger"),
        Standing.ORDER: (_("order now"), "warning"),
        Standing.ENOUGH: (_("enough"), "good"),
        Standing.UNUSED: (_("not in use"), ""),
    }[value]


def per_day(milli: int) -> str:
    """A use a day: whole where it is, else with its decimals."""
    return f"{milli / 1000:,.3f}".rstrip("0").rstrip(".")
