"""The programmes of a resident on the page of his record: for those who serve him, and for himself."""

import datetime
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, Purpose, is_permitted
from kangmai.portal.programmes import catalogue, reach, rows, veiled, wording
from kangmai.portal.shell import words
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.types import Enrolment, Planned, Standing, State
from kangmai.standards.calendars import legal_day

READ = "programmes.read"


@dataclass(frozen=True, slots=True)
class Membership:
    """A programme somebody is in."""

    title: str
    state: str
    state_tone: str
    lines: tuple[str, ...]
    address: str
    start: str
    start_label: str


def context(found: Resident, *, actor: Actor, at: datetime.datetime) -> dict[str, object]:
    """What the panel shows; nothing for those who may not see programmes."""
    if not is_permitted(actor, READ):
        return {"programmes": (), "may_enrol": False, "veiled": ""}
    is_own = actor.purpose is Purpose.RESIDENT
    enrolments = queries.enrolments_of(found.id, actor=actor, at=at)
    show = _own if is_own else _served
    return {
        "programmes": tuple(show(each, actor, at) for each in enrolments if _is_for(each, is_own)),
        "veiled": veiled.of_resident(found, actor=actor, at=at),
        "may_enrol": not is_own
        and is_permitted(actor, "programmes.manage")
        and found.deceased_on is None,
    }


def _is_for(enrolment: Enrolment, is_own: bool) -> bool:
    """A suspicion that nobody decided yet is no news for the resident from a screen."""
    return not is_own or enrolment.state in (State.MANAGED, State.CLOSED)


def _served(found: Enrolment, actor: Actor, at: datetime.datetime) -> Membership:
    on = legal_day(at)
    latest = catalogue.class_title(found.programme, found.latest_class, on=on)
    lines = (
        f"{_('Latest visit')} {words.day(found.latest_visit_on)} {latest}".strip()
        if found.latest_visit_on
        else "",
        f"{_('Next')} {words.day(found.next_due_on)} · {wording.due(found, on)}"
        if found.next_due_on
        else "",
        rows.evidence(found.evidence_days) if found.state is State.SUSPECTED else "",
    )
    may_visit = is_permitted(actor, "programmes.visit") and found.state is State.MANAGED
    return Membership(
        catalogue.programme_title(found.programme, on=on),
        wording.state(found.state),
        wording.STATE_TONES[found.state],
        tuple(filter(None, lines)),
        reverse("enrolment", args=[found.id]),
        rows.start_of(found) if may_visit else "",
        catalogue.service_title(found.programme, found.next_service, on=on),
    )


def _own(found: Enrolment, actor: Actor, at: datetime.datetime) -> Membership:
    """In plain words for the resident: who looks after him, the latest values, when to come."""
    on = legal_day(at)
    names = reach.institution_names({found.organization})
    visits = queries.visits_of(found.id, limit=5, actor=actor, at=at)
    latest = next((each for each in visits if each.standing is Standing.CURRENT), None)
    value = (
        catalogue.headline(found.programme, latest.measures, on=on, service=latest.service)
        if latest
        else ""
    )
    lines = (
        _("%(team)s looks after you.") % {"team": names.get(found.organization, "")}
        if names and found.state is State.MANAGED
        else "",
        _("Measured on %(day)s: %(value)s.") % {"day": words.day(latest.visited_on), "value": value}
        if latest and value
        else "",
        _target(latest.target_met) if latest else "",
        *(_plan(found, each, on) for each in found.planned if found.state is State.MANAGED),
    )
    return Membership(
        catalogue.programme_title(found.programme, on=on),
        _("looked after") if found.state is State.MANAGED else wording.state(found.state),
        wording.STATE_TONES[found.state],
        tuple(filter(None, lines)),
        "",
        "",
        "",
    )


def _target(target_met: bool | None) -> str:
    if target_met is None:
        return ""
    if target_met:
        return _("This is at the target. Keep going.")
    return _("This is not at the target yet. Talk to your doctor about it.")


def _plan(found: Enrolment, planned: Planned, on: datetime.date) -> str:
    return _("%(service)s planned for %(day)s.") % {
        "service": catalogue.planned_title(found.programme, planned, on=on),
        "day": words.day(planned.due_on),
    }
