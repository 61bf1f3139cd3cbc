"""The days from which a programme counts: asked for at enrolment, and how far one has come since."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kangmai.portal.programmes import catalogue
from kangmai.portal.programmes.wording import language
from kangmai.portal.shell import words
from kangmai.programmes.engine.errors import ProgrammeUnknown
from kangmai.programmes.engine.types import Enrolment, State

PREFIX = "anchor-"
WEEK = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """A day that an enrolment asks for."""

    name: str
    label: str
    value: str
    earliest: str


def asked(programme: str, given: Mapping[str, str], *, on: datetime.date) -> tuple[Asked, ...]:
    """The inputs of the days that a programme needs."""
    found = catalogue.find(programme, on=on)
    needed = [each for each in found.anchors.values() if each.is_needed] if found else []
    return tuple(
        Asked(
            f"{PREFIX}{each.id}",
            each.title[language()],
            given.get(f"{PREFIX}{each.id}", ""),
            (on - datetime.timedelta(each.earliest_days)).isoformat() if each.earliest_days else "",
        )
        for each in needed
    )


def read(
    programme: str, given: Mapping[str, str], *, on: datetime.date
) -> dict[str, datetime.date]:
    """The days that were typed; those left empty are missing.

    Raises:
        ProgrammeUnknown
        ValueError: one of them is no day.
    """
    found = catalogue.find(programme, on=on)
    if found is None:
        raise ProgrammeUnknown(programme=programme, on=on)
    typed = {name: given.get(f"{PREFIX}{name}", "").strip() for name in found.anchors}
    return {name: datetime.date.fromisoformat(text) for name, text in typed.items() if text}


def lines(found: Enrolment, *, on: datetime.date) -> list[tuple[str, str]]:
    """The days of an enrolment that are known, and how far it has come since those that say so."""
    definition = catalogue.find(found.programme, on=on)
    if definition is None:
        return []
    shown = []
    for anchor in definition.anchors.values():
        day = found.anchors.get(anchor.id)
        if day is None:
            continue
        is_over = anchor.until in found.anchors or found.state is State.CLOSED
        since = "" if is_over else _since(anchor.shown_in, (on - day).days)
        shown.append((anchor.title[language()], " · ".join(filter(None, (words.day(day), since)))))
    return shown


def _since(unit: str, days: int) -> str:
    if unit == "weeks":
        return _("%(weeks)s weeks + %(days)s") % {"weeks": days // WEEK, "days": days % WEEK}
    if unit == "days":
        return ngettext("day %(days)s", "day %(days)s", days) % {"days": days}
    return ""
