"""The people of a campaign by what they need and answered, and the answers of a class."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from kangmai.identity import queries as identity
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import ResidentId
from kangmai.portal.campaigns import wording
from kangmai.portal.campaigns.views.campaigns import WORK, crumbs
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.portal.vaccination import wording as clinic
from kangmai.programmes.campaigns import actions, queries
from kangmai.programmes.campaigns.types import OPEN_NEEDS, Campaign, Consent, Filter, Show, Target
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

PAGE = 25
GUARDIANS = ("parent", "guardian", "self", "other")


@require_safe
@signed_in
def people(request: PortalRequest, campaign_id: UUID) -> HttpResponse:
    """List people of a campaign, a page at a time."""
    found = queries.get_campaign(campaign_id, actor=request.actor)
    asked = read_filter(request.GET)
    on = legal_day(request.at)
    rows = queries.targets(found.id, filter=asked, after=_after(request.GET), limit=PAGE, on=on, actor=request.actor)  # fmt: skip
    rule = queries.rule_of(found)
    context = {
        "crumbs": crumbs(Crumb(found.title, reverse("campaign", args=[found.id])), Crumb(pgettext("campaign", "People"))),
        "campaign": found,
        "rows": lines(rows, found, request),
        "count": queries.count_targets(found.id, filter=asked, on=on, actor=request.actor),
        "shows": choices(((each.value, wording.show(each)) for each in Show), current=asked.show.value),
        "schools": choices([("", _("all")), *_schools(found, request)], current=str(asked.school or "")),
        "rooms": choices([("", _("all")), *_rooms(found, asked, request)], current=f"{asked.grade}.{asked.room}" if asked.grade is not None else ""),
        "query": request.GET.urlencode(),
        "pager": pager(request.GET, cursor=str(rows[-1].id) if len(rows) == PAGE else None),
        "may_answer": is_permitted(request.actor, WORK) and found.closed_on is None,
        "guardians": choices(((each, clinic.guardian(each)) for each in GUARDIANS), current="parent"),
        "refusals": [(id, each.in_language(language())) for id, each in rule.refusals.items()],
        "today": words.day(on),
    }  # fmt: skip
    return render(request, "campaigns/people.html", context)


def read_filter(query: QueryDict) -> Filter:
    """What a list is narrowed to; what cannot be read narrows nothing."""
    show, school = query.get("show", ""), query.get("school", "")
    grade, _dot, room = query.get("room", "").partition(".")
    return Filter(
        show=Show(show) if show in {each.value for each in Show} else Show.ALL,
        school=int(school) if school.isascii() and school.isdecimal() else None,
        grade=int(grade) if grade.isascii() and grade.isdecimal() else None,
        room=room[:12],
    )


def _after(query: QueryDict) -> int:
    said = query.get("after", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0


def _schools(found: Campaign, request: PortalRequest) -> list[tuple[str, str]]:
    ids = queries.schools(found.id, actor=request.actor)
    known = registry.places_by_id(ids=ids, actor=request.actor)
    return sorted(((str(id), each.name) for id, each in known.items()), key=lambda pair: pair[1])


def _rooms(found: Campaign, asked: Filter, request: PortalRequest) -> list[tuple[str, str]]:
    if asked.school is None:
        return []
    rows = queries.rooms(found.id, school=asked.school, actor=request.actor)
    known = registry.places_by_id(ids=[asked.school], actor=request.actor)
    kind = known[asked.school].kind if asked.school in known else ""
    return [(f"{grade}.{room}", wording.seat(grade, room, kind)) for grade, room in rows]


def lines(rows: list[Target], found: Campaign, request: PortalRequest) -> list[dict[str, Any]]:
    """People for a list; their names are opened for the lines of the page only."""
    who = identity.residents_by_id({ResidentId(each.resident_id) for each in rows}, actor=request.actor, at=request.at)  # fmt: skip
    places = registry.places_by_id(ids={each.school for each in rows if each.school}, actor=request.actor)  # fmt: skip
    rule, on = queries.rule_of(found), legal_day(request.at)
    shown = []
    for each in rows:
        resident = who.get(ResidentId(each.resident_id))
        known = resident.demographics if resident else None
        place = places.get(each.school) if each.school else None
        shown.append(
            {
                "id": each.id,
                "name": known.name if known else "—",
                "number": resident.index_number if resident else "",
                "age": words.age(each.birth_on, on),
                "place": area.name_of(each.place_code),
                "school": place.name if place else "",
                "seat": wording.seat(each.grade, each.room, place.kind if place else ""),
                "need": wording.need(each.need),
                "need_line": wording.need_line(each),
                "consent": wording.consent(each.consent),
                "is_asked": each.need in OPEN_NEEDS,
                "by": clinic.guardian(each.consent_by),
                "consent_on": words.day(each.consent_on) if each.consent_on else "",
                "refusal": wording.refusal(each.refusal, rule) if each.refusal else "",
                "note": each.note,
                "missed": each.missed,
                "phones": [(dial, words.masked(dial, head=3, tail=4)) for dial in known.phones[:1]] if known else [],
                "visit": each.visit,
                "of": each,
            }
        )  # fmt: skip
    return shown


@require_POST
@signed_in
def answers(request: PortalRequest, campaign_id: UUID) -> HttpResponse:
    """Write down answers of those chosen, or ask one of them anew."""
    back = f"{reverse('campaign-people', args=[campaign_id])}?{asking.text(request, 'query')}"
    try:
        if again := asking.text(request, "again"):
            actions.take_back_answer(campaign_id=campaign_id, target_id=_number(again), actor=request.actor, at=request.at)  # fmt: skip
            asking.written(request)
        else:
            n = _write(request, campaign_id)
            messages.success(request, ngettext("%(n)s answer was written down.", "%(n)s answers were written down.", n) % {"n": n})  # fmt: skip
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect(back)


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0


def _write(request: PortalRequest, campaign_id: UUID) -> int:
    is_agreed = asking.text(request, "do") != "refused"
    return actions.write_answers(
        campaign_id=campaign_id,
        targets=[_number(each) for each in request.POST.getlist("target")],
        consent=Consent.AGREED if is_agreed else Consent.REFUSED,
        by=asking.text(request, "by"),
        on=asking.day(request, "on", _("Answered on")),
        refusal=asking.text(request, "refusal"),
        note=asking.text(request, "note"),
        actor=request.actor,
        at=request.at,
    )
