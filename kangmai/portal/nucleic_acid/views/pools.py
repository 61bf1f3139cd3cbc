"""Positive pools: the list, one with its people and clocks, and what is done about them."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import Subject
from kangmai.epidemic.nucleic_acid import actions, queries
from kangmai.epidemic.nucleic_acid.types import Hold, HoldState, Judgement, Pool, PoolState
from kangmai.epidemic.orders.types import Purpose
from kangmai.identity import queries as identity
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import ResidentId
from kangmai.portal.deadlines import rows as clocks
from kangmai.portal.nucleic_acid import asking
from kangmai.portal.nucleic_acid import words as named
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in


@require_safe
@signed_in
@awake(Purpose.TESTING)
def pools(request: PortalRequest) -> HttpResponse:
    """Show follow-ups, open ones first by choice."""
    show = request.GET.get("show", PoolState.OPEN.value)
    state = next((each for each in PoolState if each.value == show), None)
    found = queries.pools(
        state=state, after=request.GET.get("after", ""), actor=request.actor, at=request.at
    )
    shows = [(PoolState.OPEN.value, _("under way")), (PoolState.CONCLUDED.value, _("concluded")), ("all", _("all"))]  # fmt: skip
    context = {
        "crumbs": trail(Crumb(_("Testing"), reverse("nucleic-acid")), Crumb(_("Positive pools"))),
        "rows": [_row(each) for each in found.rows],
        "shows": choices(shows, current=show),
        "may_follow": is_permitted(request.actor, "testing.follow"),
        "pager": pager(request.GET, cursor=found.next or None),
    }
    return render(request, "nucleic_acid/pools.html", context)


def _row(pool: Pool) -> dict[str, object]:
    first = named.judgement(Judgement(pool.first_judgement))
    again = named.judgement(Judgement(pool.retest_judgement)) if pool.retest_judgement else None
    return {
        "pool": pool,
        "place": area.path(pool.place_code),
        "found": words.instant(pool.found_at),
        "first": first,
        "again": again,
        "people": sum(pool.by_state.values()),
        "states": [
            (named.hold_state(state), pool.by_state[state])
            for state in HoldState
            if pool.by_state.get(state)
        ],
    }


@require_safe
@signed_in
@awake(Purpose.TESTING)
def pool(request: PortalRequest, pool_id: UUID) -> HttpResponse:
    """Show one follow-up: clocks, people, and what comes next."""
    actor, at = request.actor, request.at
    found = queries.pool_of(pool_id, actor=actor, at=at)
    may_follow = is_permitted(actor, "testing.follow")
    holds = queries.holds(pool_id, actor=actor, at=at) if may_follow else ()
    sees_clocks = is_permitted(actor, "deadlines.read")
    thing = Subject("pool", str(pool_id))
    running = deadlines.of_subject(thing, actor=actor) if sees_clocks else ()
    context = {
        "crumbs": trail(
            Crumb(_("Testing"), reverse("nucleic-acid")),
            Crumb(_("Positive pools"), reverse("nucleic-acid-pools")),
            Crumb(found.tube),
        ),
        "order": asking.order_words(queries.rounds_by_id([found.round_id])[found.round_id]),
        "row": _row(found),
        "pool": found,
        "clocks": clocks.rows(running, actor=actor, at=at),
        "people": _people(request, holds),
        "may_follow": may_follow and found.state is PoolState.OPEN,
        "may_sample": is_permitted(actor, "testing.sample"),
        "all_found": found.listed_at is not None,
        "negatives": found.by_state.get(HoldState.NEGATIVE, 0),
        "concluded": words.instant(found.concluded_at),
    }
    return render(request, "nucleic_acid/pool.html", context)


def _people(request: PortalRequest, holds: tuple[Hold, ...]) -> list[dict[str, object]]:
    """People with names and phones for those who may know residents, each read audited by identity."""
    known = {}
    if holds and is_permitted(request.actor, "identity.search"):
        ids = [ResidentId(each.person) for each in holds if each.person > 0]
        known = identity.residents_by_id(ids, actor=request.actor, at=request.at)
    guests = queries.attendees_of(holds, at=request.at)
    return [
        {
            "hold": each,
            "state": named.hold_state(each.state),
            "place": area.path(each.place_code),
            "may_report": each.state is HoldState.POSITIVE,
            **_named(each, known.get(ResidentId(each.person)), guests.get(each.person, {})),
        }
        for each in holds
    ]


def _named(hold: Hold, resident: object, guest: dict[str, str]) -> dict[str, str]:
    if guest:
        return {each: guest.get(each, "") for each in ("name", "phone", "address")}
    person = getattr(resident, "demographics", None)
    if person is None:
        return {"name": "", "phone": "", "address": ""}
    return {"name": person.name, "phone": next(iter(person.phones), ""), "address": person.address}


@require_POST
@signed_in
@awake(Purpose.TESTING)
def change_pool(request: PortalRequest, pool_id: UUID) -> HttpResponse:
    """Write down where people are, release who is negative, report who is positive."""
    try:
        _change(request, pool_id)
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("nucleic-acid-pool", pool_id)


def _change(request: PortalRequest, pool_id: UUID) -> None:
    version = asking.number(request, "version")
    actor, at = request.actor, request.at
    match request.POST.get("do"):
        case "found":
            found = {
                int(name.removeprefix("where-")): said
                for name, said in request.POST.items()
                if name.startswith("where-") and name[6:].isdecimal() and str(said).strip()
            }
            actions.note_whereabouts(
                pool_id=pool_id, found=found, expected_version=version, actor=actor, at=at
            )  # fmt: skip
        case "release":
            actions.release_negatives(pool_id=pool_id, expected_version=version, actor=actor, at=at)
        case "report":
            actions.report(
                pool_id=pool_id, hold_id=asking.number(request, "hold"), reference=request.POST.get("reference", ""),
                expected_version=version, actor=actor, at=at,
            )  # fmt: skip
        case other:
            raise asking.unreadable("do", str(other))
