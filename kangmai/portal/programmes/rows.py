"""Lines of the worklist as a page, a file and a printout show them."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from kangmai.portal.institutions.presenters import standard
from kangmai.portal.programmes import catalogue, way, wording
from kangmai.portal.shell import area, words
from kangmai.programmes.engine.types import Enrolment, Planned, PlanReason, Priority, Row, State
from kangmai.standards.divisions import find_division


@dataclass(frozen=True, slots=True)
class Line:
    """One enrolment to look after."""

    id: str
    name: str
    sex: str
    age: str
    number: str
    place: str
    home: str
    """The address, where the list is made for a way."""
    team: str
    programme: str
    service: str
    why: str
    due_on: str
    due: str
    tone: str
    alarm: str
    alarm_tone: str
    latest: str
    latest_tone: str
    latest_on: str
    phone: str
    attempts: int
    address: str
    start: str
    """Where the visit begins; empty where nothing can be recorded now."""
    start_label: str


def lines(
    rows: Sequence[Row], *, on: datetime.date, teams: Mapping[int, str], by_way: bool = False
) -> tuple[Line, ...]:
    """The lines of a page, in the order in which they came or, with their addresses, in that of a way."""
    ordered = way.from_door_to_door(rows) if by_way else rows
    return tuple(line(each, on=on, teams=teams, by_way=by_way) for each in ordered)


def line(row: Row, *, on: datetime.date, teams: Mapping[int, str], by_way: bool = False) -> Line:
    """One line."""
    found = row.enrolment
    late = row.lateness
    return Line(
        id=str(found.id),
        name=name_of(row, on=on),
        sex=standard("sex", row.sex_code),
        age=words.age(row.birth_date, on),
        number=row.index_number,
        place=place(found.place_code),
        home=door(row) if by_way and not is_veiled(row, on=on) else "",
        team=teams.get(found.organization, ""),
        programme=catalogue.programme_title(found.programme, on=on),
        service=next_title(found, on=on),
        why=why(found, on=on),
        due_on=words.day(found.next_due_on) if found.next_due_on else "",
        due=wording.due(found, on),
        tone=wording.LATENESS_TONES[late] if late else "",
        alarm=wording.priority(found.priority),
        alarm_tone=wording.PRIORITY_TONES[found.priority],
        latest=catalogue.class_title(found.programme, found.latest_class, on=on),
        latest_tone=class_tone(found, on=on),
        latest_on=words.day(found.latest_visit_on) if found.latest_visit_on else "",
        phone=words.masked(row.phone, head=3, tail=4),
        attempts=row.attempts,
        address=reverse("enrolment", args=[found.id]),
        start=start_of(found),
        start_label=_("Decide") if found.state is State.SUSPECTED else _("Follow up"),
    )


def name_of(row: Row, *, on: datetime.date) -> str:
    """The name; of sensitive programmes only its first character, for lists lie open on desks."""
    if not row.name:
        return _("not open to you yet")
    return words.masked(row.name, head=1, tail=0) if is_veiled(row, on=on) else row.name


def is_veiled(row: Row, *, on: datetime.date) -> bool:
    """Whether a list may not say who it is."""
    return catalogue.is_sensitive(row.enrolment.programme, on=on)


def next_title(found: Enrolment, *, on: datetime.date) -> str:
    """What is due next."""
    planned = next((each for each in found.planned if each.service == found.next_service), None)
    return catalogue.planned_title(found.programme, planned, on=on) if planned else ""


def door(row: Row) -> str:
    """The address without province, city and town, which whoever walks there knows."""
    town = find_division(row.enrolment.place_code[:9])
    return row.home.rpartition(town.name)[2] if town else row.home


def place(code: str) -> str:
    """The village alone: whoever reads a worklist knows the town."""
    found = find_division(code)
    return area.name(found) if found else code


def why(found: Enrolment, *, on: datetime.date) -> str:
    """Why somebody stands on the list, in words."""
    if found.state is State.SUSPECTED:
        return evidence(found.evidence_days)
    if found.state is State.CONFIRMED:
        return _("confirmed, to be taken into management")
    planned = next((each for each in found.planned if each.service == found.next_service), None)
    if found.priority is Priority.EMERGENCY:
        return _("emergency at the latest visit: was the referral made, how is the patient?")
    return plan_reason(found, planned, on=on) if planned else ""


def plan_reason(found: Enrolment, planned: Planned, *, on: datetime.date) -> str:
    """What set a due day; for a decision, which class it was and how soon it wants the next visit."""
    is_decided = planned.reason is PlanReason.DECISION and found.latest_visit_on is not None
    if not is_decided or found.latest_visit_on is None:
        return wording.plan_reason(planned.reason)
    days = (planned.due_on - found.latest_visit_on).days
    return _("%(outcome)s at the latest visit: again after %(days)s days") % {
        "outcome": catalogue.class_title(found.programme, found.latest_class, on=on),
        "days": days,
    }


def evidence(days: int) -> str:
    """How often something raised a suspicion."""
    if days == 0:
        return _("a diagnosis came in from an institution")
    return _("raised readings on %(days)s different days") % {"days": days}


def start_of(found: Enrolment) -> str:
    """Where to go with one tap: the visit that is due, or the decision on a suspicion."""
    if found.state is State.MANAGED and found.next_service:
        return reverse("enrolment-visit", args=[found.id, found.next_service])
    return reverse("enrolment", args=[found.id]) if found.state is not State.CLOSED else ""


def class_tone(found: Enrolment, *, on: datetime.date) -> str:
    """The colour of the latest class."""
    if not found.latest_class:
        return ""
    return wording.PRIORITY_TONES[
        catalogue.class_priority(found.programme, found.latest_class, on=on)
    ]
