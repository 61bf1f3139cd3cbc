"""Plan a round: the planner's numbers, the round itself, its sites, and opening and closing it."""

import datetime
from dataclasses import asdict
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.epidemic.nucleic_acid import actions, queries, rules
from kangmai.epidemic.nucleic_acid.types import Round, RoundFacts, RoundKind, RoundState, SiteFacts
from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import is_permitted, require, subtree
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.nucleic_acid import asking, institutions
from kangmai.portal.nucleic_acid import words as named
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import Choice, choices
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import Level

PLAN = "testing.plan"
MOST_BYTES = 4 * 2**20
MOST_NAMED = 10


@require_safe
@signed_in
@awake(Purpose.TESTING)
def planner(request: PortalRequest) -> HttpResponse:
    """Show what pools of each size come to at a prevalence, and what a round needs."""
    require(request.actor, PLAN)
    edition = rules.edition(on=legal_day(request.at))
    asked = {
        name: request.GET.get(name, default)
        for name, default in (("people", "1000000"), ("hours", "12"), ("prevalence", "0.01"), ("tubes", "172300"))
    }  # fmt: skip
    context: dict[str, object] = {
        "crumbs": trail(Crumb(_("Testing"), reverse("nucleic-acid")), Crumb(_("Planner"))),
        "asked": asked,
        "source": edition.source["document"],
        "is_verified": edition.is_verified,
    }
    try:
        people, hours = int(asked["people"]), float(asked["hours"])
        share, tubes = float(asked["prevalence"]) / 100, int(asked["tubes"])
        context["rows"] = [
            _line(mode, share, people, hours, tubes, edition) for mode in sorted(edition.modes)
        ]
        context["best"] = rules.best_size(share).size
    except ValueError:
        context["fault"] = _("Give whole numbers of people and tubes, hours above 0, and a share of 0 to 100 %.")  # fmt: skip
    return render(request, "nucleic_acid/planner.html", context)


def _line(
    mode: int, share: float, people: int, hours: float, tubes: int, edition: rules.Edition
) -> dict[str, object]:
    found = rules.expected(mode, share)
    needed = rules.effort(
        people=people, mode=mode, hours=hours, tubes_a_day=tubes, capacity=edition.capacity
    )
    return {
        "mode": edition.modes[mode][language()],
        "tests": f"{found.tests_per_person:.3f}",
        "positive_pools": f"{found.positive_pools * needed.tubes:,.1f}",
        **{name: words.count(value) for name, value in asdict(needed).items() if isinstance(value, int)},
        "days": f"{needed.laboratory_hours / 24:.2f}",
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.TESTING)
def new_round(request: PortalRequest) -> HttpResponse:
    """Plan a round."""
    require(request.actor, PLAN)
    edition = rules.edition(on=legal_day(request.at))
    if request.method == "POST":
        try:
            row = actions.plan_round(
                facts=_facts(request), key=asking.key(request), actor=request.actor, at=request.at
            )
            return redirect("nucleic-acid-round", row.id)
        except KangmaiError as error:
            asking.complain(request, error)
    modes = [(str(n), each[language()]) for n, each in sorted(edition.modes.items())]
    context = {
        "crumbs": trail(Crumb(_("Testing"), reverse("nucleic-acid")), Crumb(_("New round"))),
        "modes": choices(modes, current=request.POST.get("mode", "10")),
        "kinds": choices([(k.value, named.round_kind(k)) for k in RoundKind], current=request.POST.get("kind", "")),
        "said": request.POST,
        "towns": request.POST.get("areas", "") if not request.POST.getlist("area") else "",
        "areas": _areas(request),
        "opens": request.POST.get("opens") or asking.local(request.at),
        "closes": request.POST.get("closes") or asking.local(request.at + datetime.timedelta(hours=24)),
        "key": request.POST.get("key") or uuid4(),
    }  # fmt: skip
    return render(request, "nucleic_acid/new_round.html", context)


def _areas(request: PortalRequest) -> tuple[Choice, ...]:
    """Where testing is ordered now: the areas of the orders and the counties in them."""
    ordered = {
        code for each in orders.require_awake(Purpose.TESTING, at=request.at) for code in each.areas
    }
    home = area.home_city(request.actor, *ordered)
    below = [each.code for each in home.at_level(Level.COUNTY)] if home else []
    reach = [subtree(code) for code in ordered]
    codes = sorted(ordered | {code for code in below if any(r.covers(code) for r in reach)})
    said = set(request.POST.getlist("area"))
    return tuple(
        Choice(code, area.path(code), code in said or (not said and len(codes) == 1))
        for code in codes
    )


def _facts(request: PortalRequest) -> RoundFacts:
    said = request.POST.get("kind", "")
    own = next((g.organization for g in request.actor.grants if g.organization is not None), 0)
    return RoundFacts(
        name=request.POST.get("name", "").strip() or _("Round"),
        kind=next((each for each in RoundKind if each.value == said), RoundKind.SCREENING),
        areas=tuple(
            dict.fromkeys(
                [*request.POST.getlist("area"), *asking.codes(request.POST.get("areas", ""))]
            )
        ),
        mode=asking.number(request, "mode", default=10),
        opens_at=asking.instant(request, "opens"),
        closes_at=asking.instant(request, "closes"),
        target_people=asking.number(request, "target"),
        organization=own,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.TESTING)
def round_page(request: PortalRequest, round_id: int) -> HttpResponse:
    """Show a round with its sites; open or close it."""
    if request.method == "POST":
        try:
            to = RoundState.OPEN if request.POST.get("do") == "open" else RoundState.CLOSED
            actions.move_round(
                round_id=round_id, to=to, expected_version=asking.number(request, "version"), actor=request.actor,
                at=request.at,
            )  # fmt: skip
            asking.written(request)
        except KangmaiError as error:
            asking.complain(request, error)
        return redirect("nucleic-acid-round", round_id)
    found = queries.round_of(round_id, actor=request.actor, at=request.at)
    state, tone = named.round_state(found.state)
    context = {
        "crumbs": trail(Crumb(_("Testing"), reverse("nucleic-acid")), Crumb(found.name)),
        "round": found,
        "state": state,
        "tone": tone,
        "order": asking.order_words(found),
        "kind": named.round_kind(found.kind),
        "areas": [area.path(each) for each in found.areas],
        "opens": words.instant(found.opens_at),
        "closes": words.instant(found.closes_at),
        "sites": [
            {"site": each, "place": area.path(each.place_code)}
            for each in queries.sites(round_id, actor=request.actor, at=request.at)
        ],
        "may_plan": _may_plan(request),
        "may_read_plans": _may_plan(request) or is_permitted(request.actor, "testing.read"),
        "may_open": found.state is RoundState.PLANNED,
        "may_close": found.state is RoundState.OPEN,
        **(_choices(request, found) if _may_plan(request) else {}),
    }
    return render(request, "nucleic_acid/round.html", context)


def _choices(request: PortalRequest, round_: Round) -> dict[str, object]:
    """Who may sample in the areas of a round, and which laboratories of the city test."""
    samplers = institutions.standing_in(request, round_.areas, institutions.SAMPLERS)
    cities = sorted({f"{code[:4]}00" for code in round_.areas})
    laboratories = institutions.standing_in(request, cities, institutions.LABORATORIES)
    return {
        "groups": [
            (each.id, each.title["en" if language() == "en" else "zh"])
            for each in rules.edition(on=round_.edition_from).groups.values()
            if each.id not in ("pool_follow_up", "thing", "screening")
        ],
        "is_listed": round_.kind is RoundKind.LISTED,
        "samplers": institutions.shown(samplers),
        "laboratories": institutions.shown(laboratories),
        "centres": sum(each.kind in institutions.CENTRES for each in samplers),
    }


def _may_plan(request: PortalRequest) -> bool:
    return any({PLAN, "*"} & each.permissions for each in request.actor.grants)


@require_POST
@signed_in
@awake(Purpose.TESTING)
def listed(request: PortalRequest, round_id: int) -> HttpResponse:
    """Put people on the list of a round: numbers of the index or of identity cards, typed or from a file."""
    group = request.POST.get("group", "")
    text = request.POST.get("numbers", "")
    uploaded = request.FILES.get("file")
    if uploaded is not None:
        text = f"{text}\n{uploaded.read(MOST_BYTES).decode('utf-8-sig', 'replace')}"
    try:
        count, unknown = actions.list_people(
            round_id=round_id, numbers=dict.fromkeys(asking.codes(text), group), actor=request.actor, at=request.at
        )  # fmt: skip
        said = ngettext("%(n)s person was put on the list.", "%(n)s people were put on the list.", count)  # fmt: skip
        messages.success(request, said % {"n": count})
        if unknown:
            masked = words.joined(
                words.masked(each, head=0, tail=4) for each in unknown[:MOST_NAMED]
            )
            said = ngettext("Nobody in the index has this number: %(numbers)s", "Nobody in the index has these %(n)s numbers: %(numbers)s", len(unknown))  # fmt: skip
            messages.warning(request, said % {"n": len(unknown), "numbers": masked})
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("nucleic-acid-round", round_id)


@require_POST
@signed_in
@awake(Purpose.TESTING)
def sites(request: PortalRequest, round_id: int) -> HttpResponse:
    """Add a site, or change the one of the same code; or one at each town's centre at once."""
    try:
        facts = (
            _centres(request, round_id) if request.POST.get("do") == "centres" else [_site(request)]
        )
        actions.set_sites(round_id=round_id, sites=facts, actor=request.actor, at=request.at)
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("nucleic-acid-round", round_id)


def _site(request: PortalRequest) -> SiteFacts:
    organization = asking.number(request, "organization")
    place = request.POST.get("place", "").strip()
    return SiteFacts(
        code=request.POST.get("code", "").strip().upper() or "S1",
        name=request.POST.get("name", "").strip() or request.POST.get("code", ""),
        organization=organization,
        place_code=place or registry.codes_of_place(organization_id=organization)[0],
        lanes=asking.number(request, "lanes", default=1),
        laboratory=asking.number(request, "laboratory") or None,
        longitude=asking.decimal(request.POST.get("longitude", ""), "longitude"),
        latitude=asking.decimal(request.POST.get("latitude", ""), "latitude"),
    )


def _centres(request: PortalRequest, round_id: int) -> list[SiteFacts]:
    """A site at each township hospital and community health centre of the round's areas."""
    round_ = queries.round_of(round_id, actor=request.actor, at=request.at)
    found = institutions.standing_in(request, round_.areas, institutions.CENTRES)
    first = {each.division_code: each for each in reversed(found)}
    return [
        SiteFacts(
            code=each.division_code,
            name=each.name,
            organization=each.id,
            place_code=each.division_code,
            lanes=asking.number(request, "lanes", default=1),
            laboratory=asking.number(request, "laboratory") or None,
        )
        for _code, each in sorted(first.items())
    ]
