"""The clinic's day: who waits at which step, and the door."""

from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.identity import queries as identity
from kangmai.identity.cards import actions as cards
from kangmai.identity.cards import rules as card_rules
from kangmai.identity.types import Resident
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import ResidentId
from kangmai.portal.programmes import people
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking, wording
from kangmai.programmes.vaccination import actions, queries
from kangmai.programmes.vaccination.types import WAITING, Step, Visit
from kangmai.standards.calendars import legal_day

READ, WORK = "vaccination.read", "vaccination.work"
MOST_FOUND = 12
LONG_CODE = 24
"""Card codes are longer than any name or number that is typed."""


@require_safe
@signed_in
def day(request: PortalRequest) -> HttpResponse:
    """Show who is in the clinic, and find who comes in."""
    require(request.actor, READ)
    if not is_permitted(request.actor, WORK):
        return redirect("vaccination-late")
    found = _found(request)
    context = {
        "crumbs": trail(Crumb(_("Immunization clinic"))),
        **asking.tab(request, "day"),
        "q": "" if len(request.GET.get("q", "")) > LONG_CODE else request.GET.get("q", ""),
        "found": found,
        "searched": bool(request.GET.get("q", "").strip()),
        "key": uuid4(),
        **_queue(request),
    }
    return render(request, "vaccination/day.html", context)


@require_safe
@signed_in
def queue(request: PortalRequest) -> HttpResponse:
    """The queue alone, for the page that asks for it again and again."""
    require(request.actor, WORK)
    return render(request, "vaccination/queue.html", _queue(request))


def _found(request: PortalRequest) -> list[dict[str, object]]:
    """Residents by card code, number or name."""
    text = request.GET.get("q", "").strip()
    if not text:
        return []
    if len(text) > LONG_CODE and is_permitted(request.actor, "cards.verify"):
        scene = card_rules.scene_of("registration")
        used = cards.use_card(text, scene=scene, actor=request.actor, at=request.at)
        if used.holder is None or not used.holder.is_inside:
            return []
        resident = people.resident(used.holder.resident_id, actor=request.actor, at=request.at)
        return [_line(resident, request)]
    rows = identity.search_residents(text, limit=MOST_FOUND, actor=request.actor, at=request.at)
    return [_line(each, request) for each in rows]


def _line(found: Resident, request: PortalRequest) -> dict[str, object]:
    return {
        "person": people.head(found, at=request.at),
        "number": found.index_number,
        "id": found.id,
        "died": found.deceased_on is not None,
    }


def _queue(request: PortalRequest) -> dict[str, object]:
    on = legal_day(request.at)
    visits = queries.day(on=on, actor=request.actor)
    who = identity.residents_by_id({ResidentId(each.resident_id) for each in visits}, actor=request.actor, at=request.at)  # fmt: skip
    rows = [_row(each, who.get(ResidentId(each.resident_id)), request) for each in visits]
    columns = [
        {
            "title": wording.step(step)[0],
            "rows": [each for each in rows if each["step"] is step],
        }
        for step in WAITING
    ]
    return {
        "columns": columns,
        "ended": [each for each in rows if each["step"] not in WAITING],
        "count": len(visits),
        "given": sum(dose.given_at is not None for each in visits for dose in each.doses),
        "today": words.day(on),
    }


def _row(visit: Visit, found: Resident | None, request: PortalRequest) -> dict[str, object]:
    label, tone = wording.step(visit.step)
    left = None
    if visit.step is Step.OBSERVED and visit.observe_until:
        left = wording.minutes_left(visit.observe_until, request.at)
    return {
        "id": visit.id,
        "number": visit.number,
        "step": visit.step,
        "label": label,
        "tone": tone,
        "name": found.demographics.name if found else "—",
        "age": words.age(found.demographics.birth_date, visit.on) if found else "",
        "doses": wording.listed(
            each.vaccine
            for each in visit.doses
            if each.drop_reason == "" or visit.step is Step.DEFERRED
        ),
        "arrived": words.instant(visit.arrived_at)[-5:],
        "left": left,
    }


@require_POST
@signed_in
def check_in(request: PortalRequest) -> HttpResponse:
    """Give somebody a number; his visit opens."""
    try:
        resident = asking.resident(request, asking.text(request, "number"))
        visit = actions.check_in(
            resident_id=resident.id, key=asking.key(request), actor=request.actor, at=request.at
        )
    except KangmaiError as error:
        asking.complain(request, error)
        return redirect("vaccination")
    return redirect("vaccination-visit", visit.id)
