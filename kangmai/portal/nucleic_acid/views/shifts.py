"""Who stands in which lane of a round's sites, and where somebody is missing."""

from collections.abc import Mapping
from itertools import groupby

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from kangmai.epidemic.nucleic_acid import actions, queries
from kangmai.epidemic.nucleic_acid.types import Coverage, Duty, Round, Shift, Site
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.teams import queries as teams
from kangmai.epidemic.teams.types import Team
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.nucleic_acid import asking
from kangmai.portal.nucleic_acid import words as named
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

MOST_PEOPLE = 200
MOST_GAPS = 8
SAMPLING = "sampling"
REGISTRAR = "registrar"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.TESTING)
def shifts(request: PortalRequest, round_id: int) -> HttpResponse:
    """Show the lanes of a round with who stands in them; put people in, take people out."""
    if request.method == "POST":
        try:
            _change(request)
        except KangmaiError as error:
            asking.complain(request, error)
        site = request.POST.get("site", "")
        address = reverse("nucleic-acid-shifts", args=[round_id])
        return redirect(f"{address}?site={site}" if site.isdecimal() else address)
    actor, at = request.actor, request.at
    round_ = queries.round_of(round_id, actor=actor, at=at)
    sites = queries.sites(round_id, actor=actor, at=at)
    standing = queries.shifts(round_id, actor=actor, at=at)
    covered = {each.site_id: each for each in queries.coverage(round_id, actor=actor, at=at)}
    names = registry.staff_names(ids={each.staff for each in standing})
    chosen = next((s for s in sites if str(s.id) == request.GET.get("site")), next(iter(sites), None))  # fmt: skip
    context = {
        "crumbs": trail(
            Crumb(_("Testing"), reverse("nucleic-acid")),
            Crumb(round_.name, reverse("nucleic-acid-round", args=[round_.id])),
            Crumb(_("Shifts")),
        ),
        "round": round_,
        "order": asking.order_words(round_),
        "rows": [
            {"site": each, "place": area.path(each.place_code), "is_chosen": each == chosen, **_covered(covered[each.id])}
            for each in sites if each.id in covered
        ],
        "chosen": chosen,
        "lanes": _lanes(chosen, standing, names) if chosen else [],
        "gaps": _gaps(covered[chosen.id]) if chosen and chosen.id in covered else [],
        "may_change": _may_change(request),
        **(_form(request, round_, chosen) if chosen and _may_change(request) else {}),
    }  # fmt: skip
    return render(request, "nucleic_acid/shifts.html", context)


def _may_change(request: PortalRequest) -> bool:
    return is_permitted(request.actor, "testing.plan") or is_permitted(request.actor, "testing.sample")  # fmt: skip


def _covered(found: Coverage) -> dict[str, object]:
    share = found.share
    return {
        "share": f"{100 * share:.0f} %",
        "tone": "good" if share >= 0.999 else "warning" if share >= 0.5 else "danger",
        "missing": f"{found.lane_hours - found.covered_hours:.1f}",
    }


def _lanes(
    site: Site, standing: tuple[Shift, ...], names: Mapping[int, str]
) -> list[dict[str, object]]:
    own = [each for each in standing if each.site_id == site.id]
    by_lane = {lane: list(some) for lane, some in groupby(own, key=lambda each: each.lane)}
    return [
        {
            "lane": lane,
            "shifts": [
                {
                    "shift": each,
                    "name": names.get(each.staff, "—"),
                    "duty": named.duty(each.duty),
                    "time": f"{words.instant(each.from_at)[5:]} – {words.instant(each.to_at)[5:]}",
                }
                for each in by_lane.get(lane, [])
            ],
        }
        for lane in range(1, site.lanes + 1)
    ]


def _gaps(found: Coverage) -> list[tuple[int, str]]:
    return [
        (lane, f"{words.instant(start)[5:]} – {words.instant(end)[5:]}")
        for lane, start, end in found.gaps[:MOST_GAPS]
    ]


def _form(request: PortalRequest, round_: Round, site: Site) -> dict[str, object]:
    people: tuple[tuple[str, str], ...] = ()
    if is_permitted(request.actor, "registry.read"):
        page = registry.search_staff(
            organization_id=site.organization, on=legal_day(request.at), limit=MOST_PEOPLE, actor=request.actor
        )  # fmt: skip
        people = tuple((str(each.id), each.name) for each in page.rows)
    return {
        "duties": choices([(each.value, named.duty(each)) for each in Duty], current="sampler"),
        "staff": people,
        "teams": [(str(each.id), each.name) for each in _teams(request)],
        "opens": asking.local(round_.opens_at),
        "closes": asking.local(round_.closes_at),
    }


def _teams(request: PortalRequest) -> tuple[Team, ...]:
    if not is_permitted(request.actor, "teams.read"):
        return ()
    return teams.team_list(kind=SAMPLING, limit=100, actor=request.actor, at=request.at).rows


def _change(request: PortalRequest) -> None:
    if request.POST.get("do") == "end":
        actions.end_shift(
            shift_id=asking.number(request, "shift"), actor=request.actor, at=request.at
        )
        asking.written(request)
        return
    count = actions.staff_lane(
        site_id=asking.number(request, "site"),
        lane=asking.number(request, "lane", default=1),
        people=_people(request),
        from_at=asking.instant(request, "from"),
        to_at=asking.instant(request, "to"),
        actor=request.actor,
        at=request.at,
    )
    said = ngettext("%(n)s person was put into the lane.", "%(n)s people were put into the lane.", count)  # fmt: skip
    messages.success(request, said % {"n": count})


def _people(request: PortalRequest) -> dict[int, Duty]:
    """The members of a chosen team by their function, else the chosen people with one duty. Raises FieldUnreadable."""
    chosen = request.POST.get("team", "")
    for team in _teams(request):
        if str(team.id) == chosen:
            return {each.staff: _duty_of(each.function) for each in team.members}
    said = request.POST.get("duty", "")
    duty = next((each for each in Duty if each.value == said), None)
    numbers = [each for each in request.POST.getlist("staff") if each.isdecimal()]
    if duty is None or not numbers:
        raise asking.FieldUnreadable(field=_("People"), value="—")
    return {int(each): duty for each in numbers}


def _duty_of(function: str) -> Duty:
    return Duty.REGISTRAR if function == REGISTRAR else Duty.SAMPLER
