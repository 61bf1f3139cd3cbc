"""The command board, what is late, and who was not sampled yet."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.epidemic.nucleic_acid import queries
from kangmai.epidemic.nucleic_acid.types import Board, LateTube, Page, Round
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import Incorrect
from kangmai.portal.messages.presenters import language
from kangmai.portal.nucleic_acid import asking
from kangmai.portal.nucleic_acid import words as named
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import Pager, pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry

STAGES = ("open", "closed", "boxed", "travelling", "received", "tested", "retest")
RESULTS = ("negative", "suspect", "positive", "void")
HOURS = ("0", "2", "6", "24")


@require_safe
@signed_in
@awake(Purpose.TESTING)
def board(request: PortalRequest) -> HttpResponse:
    """Show how the round stands."""
    round_ = asking.chosen_round(request)
    rounds = queries.rounds(actor=request.actor, at=request.at)
    context: dict[str, object] = {
        "crumbs": trail(Crumb(_("Testing"))),
        "may_plan": is_permitted(request.actor, "testing.plan"),
        "may_drive": any(is_permitted(request.actor, each) for each in ("testing.sample", "testing.plan")),
        "may_bench": bool(queries.laboratories(request.actor)),
        "rounds": choices([(str(r.id), r.name) for r in rounds], current=str(round_.id) if round_ else ""),
    }  # fmt: skip
    if round_ is not None:
        context |= _round(request, round_)
    return render(request, "nucleic_acid/board.html", context)


def _round(request: PortalRequest, round_: Round) -> dict[str, object]:
    actor, at = request.actor, request.at
    found = queries.board(round_.id, actor=actor, at=at)
    lines = queries.site_lines(round_.id, actor=actor, at=at)
    state, tone = named.round_state(round_.state)
    page = "nucleic-acid-table" if is_permitted(actor, "testing.sample") else "nucleic-acid-boxes"
    return {
        "round": round_,
        "order": asking.order_words(round_),
        "round_state": state,
        "round_tone": tone,
        "opens": words.instant(round_.opens_at),
        "closes": words.instant(round_.closes_at),
        "board": found,
        "people": words.count(found.people),
        "target": words.count(round_.target_people),
        "share": _share(found.people, round_.target_people),
        "backlog": words.count(found.backlog),
        "hours_left": f"{found.hours_left:.1f}" if found.hours_left is not None else "",
        "oldest": words.instant(found.oldest_unpublished_at),
        "stages": _stages(found, STAGES),
        "results": _stages(found, RESULTS),
        "lines": [
            {
                "line": each,
                "queue": each.site.queue_people,
                "queue_at": words.instant(each.site.queue_at),
                "place": area.path(each.site.place_code),
                "address": reverse(page, args=[each.site.id]),
            }
            for each in lines
        ],
    }


def _stages(found: Board, stages: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(named.stage(each), words.count(found.by_stage.get(each, 0))) for each in stages]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""


@require_safe
@signed_in
@awake(Purpose.TESTING)
def late(request: PortalRequest) -> HttpResponse:
    """Show the tubes whose result is late or soon will be."""
    round_ = asking.chosen_round(request)
    within = request.GET.get("within", "2")
    within = within if within in HOURS else "2"
    found: Page[LateTube] = Page((), "")
    if round_ is not None:
        found = queries.late_tubes(
            round_.id, within_hours=float(within), after=request.GET.get("after", ""), limit=50,
            actor=request.actor, at=request.at,
        )  # fmt: skip
    sites = _site_names(request, round_)
    labs = {each.laboratory for each in found.rows if each.laboratory}
    laboratories = registry.names_by_id(ids=labs, language=language())
    context = {
        "crumbs": trail(Crumb(_("Testing"), reverse("nucleic-acid")), Crumb(_("Late results"))),
        "round": round_,
        "hours": choices([(h, _hours(h)) for h in HOURS], current=within),
        "rows": [
            {
                "tube": each,
                "stage": named.stage(each.stage),
                "site": sites.get(each.site_id, "—"),
                "laboratory": laboratories.get(each.laboratory or 0, "—"),
                "due": words.instant(each.due_at),
                "is_late": each.due_at < request.at,
                "left": _left(each.due_at - request.at),
            }
            for each in found.rows
        ],
        "pager": pager(request.GET, cursor=found.next or None),
    }
    return render(request, "nucleic_acid/late.html", context)


def _left(span: timedelta) -> str:
    """How long a result is late, or how long is left, in hours and minutes."""
    hours, minutes = divmod(int(abs(span).total_seconds()) // 60, 60)
    time = f"{hours}:{minutes:02}"
    if span < timedelta(0):
        return _("late by %(span)s") % {"span": time}
    return _("%(span)s left") % {"span": time}


def _hours(hours: str) -> str:
    if hours == "0":
        return _("late now")
    return _("late within %(hours)s hours") % {"hours": hours}


def _site_names(request: PortalRequest, round_: Round | None) -> dict[int, str]:
    if round_ is None:
        return {}
    found = queries.sites(round_.id, actor=request.actor, at=request.at)
    return {each.id: each.name for each in found}


@require_safe
@signed_in
@awake(Purpose.TESTING)
def unsampled(request: PortalRequest) -> HttpResponse:
    """Show by village who was not sampled, and the names of one village."""
    round_ = asking.chosen_round(request)
    place = request.GET.get("area", "").strip()
    context: dict[str, object] = {
        "crumbs": trail(Crumb(_("Testing"), reverse("nucleic-acid")), Crumb(_("Not sampled yet"))),
        "round": round_,
        "area": place,
        "pager": Pager(),
    }
    if round_ is not None and place:
        try:
            context |= _missing(request, round_, place)
        except Incorrect as error:
            context["fault"] = words_of(error)
    return render(request, "nucleic_acid/unsampled.html", context)


def _missing(request: PortalRequest, round_: Round, place: str) -> dict[str, object]:
    actor, at = request.actor, request.at
    lines = queries.unsampled_by_place(round_.id, area=place, actor=actor, at=at)
    found: dict[str, object] = {
        "lines": [
            {"line": each, "name": area.path(each.place_code), "share": _share(each.sampled, each.residents)}
            for each in lines
        ]
    }  # fmt: skip
    if is_permitted(actor, "identity.search"):
        after = request.GET.get("after", "")
        people = queries.unsampled_people(
            round_.id, area=place, after=int(after) if after.isdecimal() else 0, limit=50, actor=actor, at=at,
        )  # fmt: skip
        found["people"] = [
            {
                "name": each.demographics.name,
                "phone": next(iter(each.demographics.phones), ""),
                "address": each.demographics.address,
                "place": area.path(each.demographics.place_code),
            }
            for each in people.rows
        ]
        found["pager"] = pager(request.GET, cursor=people.next or None)
    return found
