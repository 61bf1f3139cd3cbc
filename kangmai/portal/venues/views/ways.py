"""Who was where: ask for a case, let a second person decide, read; every reading is counted."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.access import queries as access
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import actions, queries
from kangmai.epidemic.venues.types import Answer, Channel, Lookup, LookupKind, LookupState
from kangmai.kernel.errors import Conflict, Forbidden, Incorrect, NotFound
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.venues import wording
from kangmai.standards.calendars import LEGAL_TIME

EXPECTED = (Incorrect, NotFound, Conflict, Forbidden)
MOST_SHOWN = 500


class WindowUnreadable(Incorrect):
    """Give the first and the last day."""

    zh = "请填写起止日期。"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.TRACING)
def ways(request: PortalRequest) -> HttpResponse:
    """The questions of one's area; a POST asks one."""
    fault = ""
    if request.method == "POST":
        try:
            return redirect("ordered-way", _ask(request).id)
        except EXPECTED as error:
            fault = words_of(error)
    today = request.at.astimezone(LEGAL_TIME).date()
    found = queries.lookups(actor=request.actor, at=request.at)
    names = _people(found)
    context = {
        "crumbs": trail(Crumb(_("Emergency mode"), "/emergency-mode/"), Crumb(_("Who was where"))),
        "order": wording.order_line(Purpose.TRACING, request.at),
        "fault": fault,
        "key": request.POST.get("key") or uuid4().hex,
        "given": request.POST,
        "first": request.POST.get("first") or f"{today - timedelta(days=13)}",
        "last": request.POST.get("last") or f"{today}",
        "kinds": choices(
            [(each.value, wording.kind_words(each)) for each in LookupKind],
            current=request.POST.get("kind", ""),
        ),
        "lookups": [_row(each, names) for each in found],
    }
    return render(request, "venues/ways.html", context, status=400 if fault else 200)


def _people(lookups: Iterable[Lookup]) -> dict[int, str]:
    """The names of who asked and who decided."""
    return access.account_names(
        ids={id for each in lookups for id in (each.asked_by, each.decided_by) if id}
    )


def _ask(request: PortalRequest) -> Lookup:
    given = request.POST
    codes = given.get("passes", "").replace(",", "\n").replace("，", "\n").splitlines()
    persons = [
        queries.find_person(pass_text=code.strip(), actor=request.actor, at=request.at).key
        for code in codes
        if code.strip()
    ]
    kind = given.get("kind", "")
    return actions.ask_lookup(
        kind=next((each for each in LookupKind if each.value == kind), LookupKind.PLACES),
        case_number=given.get("case_number", ""),
        persons=persons,
        from_at=_day(given.get("first", "")),
        until_at=_day(given.get("last", "")) + timedelta(days=1),
        reason=given.get("reason", ""),
        key=given.get("key", ""),
        actor=request.actor,
        at=request.at,
    )


def _day(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=LEGAL_TIME)
    except ValueError:
        raise WindowUnreadable() from None


def _row(lookup: Lookup, names: Mapping[int, str]) -> dict[str, Any]:
    states = {
        LookupState.ASKED: (_("waits for a second person"), "warning"),
        LookupState.APPROVED: (_("approved"), "good"),
        LookupState.REFUSED: (_("refused"), "danger"),
    }
    state, tone = states[lookup.state]
    return {
        "id": lookup.id,
        "case": lookup.case_number,
        "kind": wording.kind_words(lookup.kind),
        "people": len(lookup.persons),
        "state": state,
        "tone": tone,
        "asked": words.instant(lookup.asked_at),
        "asked_by": names.get(lookup.asked_by, "—"),
        "decided_by": names.get(lookup.decided_by or 0, ""),
        "decided": words.instant(lookup.decided_at),
        "opened": lookup.opened,
        "reason": lookup.reason,
        "from": words.instant(lookup.from_at),
        "until": words.instant(lookup.until_at),
        "version": lookup.version,
    }


@require_safe
@signed_in
@awake(Purpose.TRACING)
def way(request: PortalRequest, lookup_id: UUID) -> HttpResponse:
    """One question; `?read=1` shows its answer and is written down."""
    found = queries.get_lookup(lookup_id=lookup_id, actor=request.actor, at=request.at)
    context = {
        "crumbs": trail(
            Crumb(_("Emergency mode"), "/emergency-mode/"),
            Crumb(_("Who was where"), reverse("ordered-ways")),
            Crumb(found.case_number),
        ),
        "order": wording.order_line(Purpose.TRACING, request.at),
        "lookup": _row(found, _people([found])),
        "may_decide": found.state is LookupState.ASKED and found.asked_by != request.actor.account,
        "is_approved": found.state is LookupState.APPROVED,
        **(_read(request, found) if request.GET.get("read") else {}),
    }
    return render(request, "venues/way.html", context)


def _read(request: PortalRequest, lookup: Lookup) -> dict[str, Any]:
    given: dict[str, Any] = {"lookup_id": lookup.id, "actor": request.actor, "at": request.at}
    if lookup.kind is LookupKind.PLACES:
        stays = [
            (who, *stay) for who, some in queries.answer_places(**given).items() for stay in some
        ]
        names = _names(request, {row[0] for row in stays})
        venues = queries.venue_names({row[1] for row in stays})
        return {
            "stays": [
                {
                    "name": names.get(who, "—"),
                    "venue": venues.get(venue, "—"),
                    "from": words.instant(first),
                    "until": words.instant(until),
                    "answer": wording.answer_words(Answer(answer)),
                    "channel": wording.channel_words(Channel(channel)),
                }
                for who, venue, first, until, answer, channel in stays
            ],
            "is_read": True,
        }
    contacts = queries.answer_contacts(**given)
    shown = contacts[:MOST_SHOWN]
    names = _names(request, {key for each in shown for key in (each.of, each.person)})
    venues = queries.venue_names({each.venue for each in shown})
    return {
        "contacts": [
            {
                "of": names.get(each.of, "—"),
                "name": names.get(each.person, "—"),
                "venue": venues.get(each.venue, "—"),
                "from": words.instant(each.first_at),
                "minutes": each.overlap_minutes,
                "generation": each.generation,
            }
            for each in shown
        ],
        "all": words.count(len(contacts)),
        "is_read": True,
    }


def _names(request: PortalRequest, keys: Any) -> dict[Any, str]:
    found = queries.persons_in(keys=keys, at=request.at)
    return {
        key: f"{each.facts.name} {words.masked(each.facts.phone, head=3, tail=4)}"
        for key, each in found.items()
    }


@require_POST
@signed_in
@awake(Purpose.TRACING)
def decide(request: PortalRequest, lookup_id: UUID) -> HttpResponse:
    """Approve or refuse what somebody else asked."""
    version = request.POST.get("version", "")
    try:
        actions.decide_lookup(
            lookup_id=lookup_id,
            approves=request.POST.get("do") == "approve",
            expected_version=int(version) if version.isdecimal() else 0,
            actor=request.actor,
            at=request.at,
        )
        messages.success(request, _("It was written down."))
    except (Conflict, Forbidden) as error:
        messages.error(request, words_of(error))
    return redirect("ordered-way", lookup_id)
