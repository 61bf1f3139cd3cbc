"""A resident in a programme: the state, what raised it, visits, plan, deadlines, hand-over."""

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.kernel.actor import is_permitted
from kangmai.portal.programmes import (
    anchors,
    catalogue,
    clocks,
    people,
    reach,
    rows,
    visits,
    wording,
)
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.engine import queries
from kangmai.programmes.engine.errors import VisitNotFound
from kangmai.programmes.engine.types import Enrolment, Evidence, Planned, State
from kangmai.standards.calendars import legal_day

VISITS = 20
TEAMS = 400


@dataclass(frozen=True, slots=True)
class Fact:
    """A line about an enrolment."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A service that is planned."""

    service: str
    due_on: str
    due: str
    tone: str
    reason: str
    start: str


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """Something that raised a suspicion."""

    day: str
    value: str
    organization: str


@require_safe
@signed_in
def enrolment(request: PortalRequest, enrolment_id: UUID) -> HttpResponse:
    """Show an enrolment."""
    reach.require_staff(request.actor)
    found = queries.get_enrolment(enrolment_id, actor=request.actor, at=request.at)
    resident = people.find_resident(found.resident_id, actor=request.actor, at=request.at)
    name = resident.demographics.name if resident else _("not open to you yet")
    title = catalogue.programme_title(found.programme, on=legal_day(request.at))
    context = {
        "crumbs": trail(Crumb(_("Follow-ups"), reverse("worklist")), Crumb(name)),
        "name": name,
        "person": people.head(resident, at=request.at) if resident else None,
        "number": resident.index_number if resident else "",
        "phones": visits.phones(resident) if resident else (),
        "title": title,
        "enrolment_id": found.id,
        "has_growth": catalogue.judges_growth(found.programme, on=legal_day(request.at)),
        "version": found.version,
        "state": found.state.value,
        "state_label": wording.state(found.state),
        "state_tone": wording.STATE_TONES[found.state],
        **_about(request, found),
        **_visits(request, found),
        **_deeds(request, found),
    }
    return render(request, "programmes/enrolment.html", context)


def _about(request: PortalRequest, found: Enrolment) -> dict[str, Any]:
    on = legal_day(request.at)
    names = reach.institution_names({found.organization})
    shown = _evidence(request, found)
    return {
        "facts": _facts(found, names, on),
        "plan": [_plan_line(each, found, on) for each in found.planned],
        "unplanned": _unplanned(found, on),
        "evidence": shown,
        "evidence_words": rows.evidence(found.evidence_days) if shown else "",
        "alarm": wording.priority(found.priority) if found.state is State.MANAGED else "",
        "alarm_why": rows.why(found, on=on),
        "attempts": _attempts(request, found),
        "lost_on": words.day(found.lost_on) if found.lost_on else "",
        "offer": _offer(request, found),
    }


def _facts(found: Enrolment, names: dict[int, str] | Any, on: datetime.date) -> tuple[Fact, ...]:
    closing = catalogue.closing_reason(found.programme, found.closing_reason, on=on)
    lines = (
        Fact(_("Came in"), wording.way(found.way)),
        Fact(_("Suspected since"), _day(found.suspected_on)),
        Fact(_("Confirmed"), _day(found.confirmed_on)),
        Fact(_("Managed since"), _day(found.enrolled_on)),
        Fact(_("Closed"), " · ".join(filter(None, (_day(found.closed_on), closing)))),
        Fact(_("Team"), names.get(found.organization, "")),
        Fact(_("Division"), area.path(found.place_code)),
        *(Fact(label, value) for label, value in anchors.lines(found, on=on)),
    )
    return tuple(line for line in lines if line.value)


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """Somebody tried to reach the resident."""

    day: str
    method: str
    outcome: str


def _attempts(request: PortalRequest, found: Enrolment) -> list[AttemptLine]:
    """The attempts since the latest visit."""
    made = queries.attempts_of(found.id, actor=request.actor, at=request.at)
    since = found.latest_visit_on
    return [
        AttemptLine(
            words.day(each.attempted_on),
            wording.method(each.method),
            wording.reached(each.outcome),
        )
        for each in made
        if since is None or each.attempted_on > since
    ]


@dataclass(frozen=True, slots=True)
class Offer:
    """A hand-over that waits for an answer."""

    to: str
    by: str
    reason: str
    since: str


def _offer(request: PortalRequest, found: Enrolment) -> Offer | None:
    waiting = queries.transfer_of(found.id, actor=request.actor, at=request.at)
    if waiting is None:
        return None
    names = reach.institution_names({waiting.from_organization, waiting.to_organization or 0})
    return Offer(
        to=names.get(waiting.to_organization or 0, _("whoever serves the new home")),
        by=names.get(waiting.from_organization, ""),
        reason=waiting.reason,
        since=words.instant(waiting.proposed_at),
    )


def _day(value: datetime.date | None) -> str:
    return words.day(value) if value else ""


def _plan_line(each: Planned, found: Enrolment, on: datetime.date) -> PlanLine:
    late = each.lateness(on)
    gap = (on - each.due_on).days
    return PlanLine(
        service=catalogue.planned_title(found.programme, each, on=on),
        due_on=words.day(each.due_on),
        due=wording.days_overdue(gap) if on > each.late_on else wording.days_left(-gap),
        tone=wording.LATENESS_TONES[late],
        reason=rows.plan_reason(found, each, on=on),
        start=reverse("enrolment-visit", args=[found.id, each.service])
        if found.state is State.MANAGED
        else "",
    )


def _unplanned(found: Enrolment, on: datetime.date) -> list[tuple[str, str]]:
    """The services of which nothing is planned now but which may be done: title and address."""
    definition = catalogue.find(found.programme, on=on)
    if definition is None or found.state is not State.MANAGED:
        return []
    planned = {each.service for each in found.planned}
    return [
        (each.title[wording.language()], reverse("enrolment-visit", args=[found.id, each.id]))
        for each in definition.services.values()
        if each.id not in planned
    ]


def _evidence(request: PortalRequest, found: Enrolment) -> tuple[EvidenceLine, ...]:
    shown: tuple[Evidence, ...] = queries.evidence_of(found.id, actor=request.actor, at=request.at)
    names = reach.institution_names(each.organization or 0 for each in shown)
    return tuple(
        EvidenceLine(
            words.day(each.measured_on),
            catalogue.headline(found.programme, each.measures, on=legal_day(request.at))
            or _("diagnosis"),
            names.get(each.organization or 0, _("source not named")),
        )
        for each in shown
    )


def _visits(request: PortalRequest, found: Enrolment) -> dict[str, Any]:
    on = legal_day(request.at)
    before = cursor(request.GET.get("before", ""))
    asked = queries.visits_of(
        found.id, before=before, limit=VISITS + 1, actor=request.actor, at=request.at
    )
    shown = asked[:VISITS]
    teams = reach.institution_names(each.organization or 0 for each in shown)
    ledger = visits.ledger(shown, actor=request.actor)
    return {
        "visits": visits.lines(shown, on=on, teams=teams, ledger=ledger),
        "has_handover": bool(ledger),
        "clocks": clocks.of_enrolment(found.id, actor=request.actor, at=request.at),
        "counted": queries.counted_visits(found.id, year=on.year, actor=request.actor),
        "pager": pager(
            request.GET,
            cursor=str(shown[-1].id) if len(asked) > VISITS else None,
            parameter="before",
        ),
        "year": on.year,
    }


def cursor(text: str) -> UUID | None:
    """The visit behind which a page begins; the first page where it is none."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise VisitNotFound() from None


def _deeds(request: PortalRequest, found: Enrolment) -> dict[str, Any]:
    """What may be done here now, with the choices it needs."""
    on = legal_day(request.at)
    may_manage = is_permitted(request.actor, "programmes.manage")
    is_open = found.state is not State.CLOSED
    offer = queries.transfer_of(found.id, actor=request.actor, at=request.at)
    waits = offer is not None
    mine = offer is not None and reach.may_take(offer, request.actor)
    return {
        "today": on.isoformat(),
        "key": visits.new_key(),
        "may_visit": is_permitted(request.actor, "programmes.visit")
        and found.state is State.MANAGED,
        "may_confirm": may_manage and found.state in (State.SUSPECTED, State.CONFIRMED),
        "may_close": may_manage and is_open and not waits,
        "may_reopen": may_manage and not is_open,
        "may_transfer": may_manage and found.state is State.MANAGED and not waits,
        "may_decide_transfer": may_manage and waits and mine,
        "reasons": choices(catalogue.closing_reasons(found.programme, on=on), current=""),
        "neighbours": reach.neighbours(request.actor, own=found.organization)
        if may_manage and found.state is State.MANAGED and not waits
        else (),
        "reached": visits.reached_choices(),
        "methods": visits.attempt_methods(),
        "service": found.next_service,
        "attempt_key": visits.new_key(),
    }
