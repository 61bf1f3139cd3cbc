"""Contracts by what they wait for, and residents of priority groups without one."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.identity import queries as identity
from kangmai.kernel.actor import is_permitted, require
from kangmai.portal.contracts import wording
from kangmai.portal.messages.presenters import language
from kangmai.portal.programmes import catalogue
from kangmai.portal.residents.numbers import address_of
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.contracts import queries, rules
from kangmai.programmes.contracts.types import Show
from kangmai.standards.calendars import legal_day

READ, SIGN, COUNT = "contracts.read", "contracts.sign", "contracts.count"
PAGE = 30


@require_safe
@signed_in
def contracts(request: PortalRequest) -> HttpResponse:
    """List contracts by what they wait for."""
    require(request.actor, READ)
    on, said = legal_day(request.at), request.GET.get("show", "")
    team = asking.uuid_of(request.GET.get("team", ""))
    counts = queries.count_contracts(team=team, on=on, actor=request.actor)
    shown = Show(said) if said in [each.value for each in Show] else _first(counts)
    after = request.GET.get("after", "")
    found = queries.contract_list(show=shown, team=team, after=after, limit=PAGE, on=on, actor=request.actor)  # fmt: skip
    who = identity.residents_by_id([e.resident for e in found.rows], actor=request.actor, at=request.at)  # fmt: skip
    now = identity.standing({each.resident for each in found.rows})
    context = {
        "crumbs": trail(Crumb(_("Family-doctor contracts"))),
        "tabs": [(e.value, wording.show(e), _shown(counts[e]), e is shown) for e in Show],
        "show": shown.value,
        "team": str(team or ""),
        "teams": _teams(request, team),
        "rows": [wording.line(e, who.get(now[e.resident]), on) for e in found.rows],
        "may_sign": is_permitted(request.actor, SIGN),
        "renewal_days": rules.rule(on=on).renewal_days,
        "pager": pager(request.GET, cursor=found.after or None),
    }
    return render(request, "contracts/list.html", context)


def _first(counts: dict[Show, int]) -> Show:
    """What waits comes first; where nothing does, what is in force."""
    waiting = (Show.ASKED, Show.ENDING)
    return next((each for each in waiting if counts[each]), Show.VALID)


def _shown(count: int) -> str:
    return "999+" if count > 999 else str(count)


def _teams(request: PortalRequest, team: UUID | None) -> object:
    found = queries.team_list(limit=100, actor=request.actor)
    named = [(str(each.id), each.name) for each in found]
    return choices([("", _("all teams")), *named], current=str(team or ""))


@require_safe
@signed_in
def unsigned(request: PortalRequest) -> HttpResponse:
    """List residents of priority groups who have no contract, to be asked first."""
    require(request.actor, READ)
    on = legal_day(request.at)
    priority = rules.rule(on=on).priority
    said, after = request.GET.get("group", ""), request.GET.get("after", "")
    found = queries.unsigned(
        programme=said,
        after=int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else 0,
        limit=PAGE,
        on=on,
        actor=request.actor,
    )
    who = identity.residents_by_id([e.resident for e in found], actor=request.actor, at=request.at)
    groups = [(id, title.in_language(language())) for id, title in priority.items()]
    context = {
        "crumbs": trail(
            Crumb(_("Family-doctor contracts"), reverse("contracts")),
            Crumb(_("Priority groups without a contract")),
        ),
        "groups": choices([("", _("all priority groups")), *groups], current=said),
        "rows": [
            {
                "name": who[each.resident].demographics.name,
                "age": words.age(who[each.resident].demographics.birth_date, on),
                "number": who[each.resident].index_number,
                "address": address_of(who[each.resident].index_number),
                "place": area.name_of(each.place_code),
                "groups": " · ".join(
                    catalogue.programme_title(one, on=on) for one in sorted(each.programmes)
                ),
            }
            for each in found
            if each.resident in who
        ],
        "may_sign": is_permitted(request.actor, SIGN),
        "pager": pager(request.GET, cursor=str(found[-1].resident) if len(found) == PAGE else None),
    }
    return render(request, "contracts/unsigned.html", context)
