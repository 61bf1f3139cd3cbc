"""How the portal writes instants, days, ages and counts; Asia/Shanghai, digits that line up."""

import datetime
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kangmai.kernel import words as kernel_words


def instant(value: datetime.datetime | None) -> str:
    """2026-11-21 22:10, or a dash."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else "—"


def day(value: datetime.date | None) -> str:
    """2026-11-21, or a dash."""
    return value.isoformat() if value else "—"


def count(value: int) -> str:
    """12,345."""
    return f"{value:,}"


def age(born: datetime.date | None, on: datetime.date) -> str:
    """An age as clinicians say it: days up to a month, months up to three years, then years."""
    if born is None or on < born:
        return ""
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    if months < 1:
        days = (on - born).days
        return ngettext("%(count)s day old", "%(count)s days old", days) % {"count": days}
    if months < 36:
        return ngettext("%(count)s month old", "%(count)s months old", months) % {"count": months}
    years = months // 12
    return _("%(count)s years old") % {"count": years}


def joined(several: Iterable[str]) -> str:
    """Several as one list in the language of the page."""
    return kernel_words.joined(several, get_language() or "zh")


def clauses(several: Iterable[str]) -> str:
    """Half-sentences one after another as the language of the page parts them; empty ones are left out."""
    return str(_("; ")).join(filter(None, several))


def masked(value: str, *, head: int, tail: int) -> str:
    """A number with its middle hidden: enough to compare aloud, too little to copy."""
    if len(value) <= head + tail:
        return value
    return f"{value[:head]}{'*' * (len(value) - head - tail)}{value[len(value) - tail :]}"


def weekday(value: datetime.date) -> str:
    """The day of the week."""
    return (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )[value.weekday()]
