"""Activities in words."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kangmai.portal.messages.presenters import language
from kangmai.portal.points import wording as fields
from kangmai.programmes.activities.types import Activity, ActivityKind, Lead, Show


def show(value: Show) -> str:
    """Which institutions are shown."""
    return {
        Show.ALL: pgettext("activities", "every institution"),
        Show.BEHIND: pgettext("activities", "behind the months that have passed"),
        Show.COMPLETE: pgettext("activities", "with the year's least reached"),
    }[value]


def lead(value: Lead) -> tuple[str, str]:
    """How far something that was found is, and its tone."""
    return {
        Lead.NONE: ("", ""),
        Lead.FOUND: (_("found, to be reported"), "danger"),
        Lead.REPORTED: (_("reported, no answer yet"), "warning"),
        Lead.ANSWERED: (pgettext("activities", "answered"), "good"),
    }[value]


def facts(found: Activity, kind: ActivityKind | None) -> list[tuple[str, str]]:
    """What is kept of an activity, line by line."""
    if kind is None:
        return []
    lines = [
        (_("Day"), found.on.isoformat()),
        (kind.title_is.in_language(language()), found.title),
        (pgettext("activities", "Where"), found.venue),
        (_("People"), f"{found.people:,}" if found.people is not None else ""),
        (kind.pieces.in_language(language()) if kind.pieces else "", f"{found.pieces:,}" if found.pieces is not None else ""),
    ]  # fmt: skip
    lines += [
        (field.title.in_language(language()), fields.value_of(field, found.values))
        for field in kind.fields
    ]
    lines.append((_("Remarks"), found.note))
    return [each for each in lines if each[1]]
