"""Health records in words."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, Purpose, is_permitted
from kangmai.kernel.ids import ResidentId
from kangmai.portal.shell import area, words
from kangmai.programmes.health_records.types import DeadRecord, RecordRule, Show

TONES = {Show.UNUSED: "danger", Show.BLANK: "warning", Show.STALE: "warning"}


@dataclass(frozen=True, slots=True)
class Line:
    """A dead record in a list."""

    name: str
    sex_age: str
    number: str
    index_number: str
    place: str
    written_on: str
    updated_on: str
    used_on: str
    reasons: tuple[tuple[str, str], ...]


def may_see_health_record(actor: Actor) -> bool:
    """Whether covers and use of records are for an actor: those who look after others."""
    return actor.purpose is not Purpose.RESIDENT and is_permitted(actor, "programmes.read")


def show(each: Show) -> str:
    """A part of the list."""
    return {
        Show.ALL: pgettext("health records", "all dead records"),
        Show.UNUSED: _("not used within a year"),
        Show.BLANK: _("basic information never written"),
        Show.STALE: _("basic information not looked through for a year"),
    }[each]


def lines(
    found: tuple[DeadRecord, ...], people: Mapping[ResidentId, Resident], *, on: datetime.date
) -> list[Line]:
    """Dead records whose residents the reader may see."""
    return [_line(each, people[each.resident], on) for each in found if each.resident in people]


def _line(found: DeadRecord, resident: Resident, on: datetime.date) -> Line:
    known = resident.demographics
    return Line(
        known.name,
        words.age(known.birth_date, on),
        spaced(found.number),
        resident.index_number,
        area.name_of(found.place_code),
        words.day(found.written_on) if found.written_on else "",
        words.day(found.updated_on) if found.updated_on != found.written_on else "",
        words.day(found.used_on) if found.used_on else "",
        tuple((TONES[each], show(each)) for each in found.reasons),
    )


def spaced(number: str) -> str:
    """A record number as covers show it: county, town, village, serial."""
    return "-".join((number[:6], number[6:9], number[9:12], number[12:]))


def rule(found: RecordRule) -> str:
    """What counts as dead, in one sentence."""
    return _(
        "Used: a visit of a programme or a vaccination within %(unused)s months. "
        "Up to date: basic information looked through within %(stale)s months."
    ) % {"unused": found.unused_after_months, "stale": found.stale_after_months}
