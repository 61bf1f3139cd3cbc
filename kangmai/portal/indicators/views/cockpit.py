"""The home of the commission officer: all figures of an area, what moved, who is behind, one of them drawn."""

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.analytics import actions, queries, rules
from kangmai.analytics.rules import Indicator, period_before, year_before
from kangmai.analytics.types import By
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.indicators import (
    asking,
    charts,
    city_tables,
    comparing,
    exports,
    finding,
    headlines,
    presenters,
)
from kangmai.portal.indicators.asking import Asked
from kangmai.portal.indicators.views.indicator import chart_files
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in

CHOSEN = "ht_control_rate"
PAGE = 40
BEHIND_SHOWN = 8


@require_safe
@signed_in
def cockpit(request: PortalRequest) -> HttpResponse:
    """Show the figures of an area: what moved, who is behind, one of them on the map, over time and fairly compared."""
    asked = asking.asked(request.GET, actor=request.actor, at=request.at)
    every = headlines.in_force(asked, request.at)
    counted = [each for each in every if each.counts(asked.period)]
    chosen = _chosen(counted, request.GET.get("indicator", ""))
    shown = [each for each in counted if not each.is_listed_only or each is chosen]
    drawn = [each for each in counted if each.counted and (each.is_followed or each is chosen)]
    context = {
        "crumbs": trail(Crumb(_("Figures"))),
        "asked": asked,
        "area_name": presenters.area_name(asked.area),
        "period_name": asking.named(asked.period),
        "period_text": asking.written(asked.period),
        "areas": _areas(asked, request.actor),
        "periods": choices(
            ((asking.written(p), asking.named(p)) for p in asking.periods(request.at, None)),
            current=asking.written(asked.period),
        ),
        "drawn": finding.by_group(drawn, current=chosen.id if chosen else ""),
        "tiles": [_tile(each, asked, request.actor, is_chosen=each is chosen) for each in shown],
        "quality": comparing.quality(counted, asked, request.actor, request.at),
        "city_files": {
            what: [(kind.upper(), asked.address("cockpit-export", what=what, kind=kind, by="")) for kind in exports.TYPES]
            for what in city_tables.TABLES
        },
        "list_address": asked.address("indicators"),
        **_movements(asked, request.actor),
        **_behind(asked, request.actor),
        **_lake(request),
    }  # fmt: skip
    if chosen is not None:
        context |= _chosen_context(chosen, asked, request.actor)
    return render(request, "indicators/cockpit.html", context)


def _movements(asked: Asked, actor: Actor) -> dict[str, object]:
    """What moved this week, for those who see the area's figures as they are."""
    if not is_permitted(actor, rules.READ, asked.area):
        return {}
    found = queries.movements(area=asked.area, actor=actor)
    return {
        "may_explain": True,
        "moved": comparing.moved(found[: comparing.MOVED_SHOWN], asked),
        "moved_more": max(0, len(found) - comparing.MOVED_SHOWN),
    }


def _behind(asked: Asked, actor: Actor) -> dict[str, object]:
    """Which targets are missed, the furthest first, and in which parts of the area."""
    found = queries.behind(period=asked.period, area=asked.area, actor=actor)
    groups = comparing.behind_by_indicator(found, asked)
    return {
        "behind": groups[:BEHIND_SHOWN],
        "behind_more": max(0, len(groups) - BEHIND_SHOWN),
        "behind_count": len(groups),
    }


@require_safe
@signed_in
def export_city(request: PortalRequest) -> HttpResponse:
    """Give what moved, who is behind, or how far the data can be trusted, as CSV or XLSX."""
    kind, what = request.GET.get("kind", "csv"), request.GET.get("what", "")
    if kind not in exports.TYPES or what not in city_tables.TABLES:
        raise Http404
    asked = asking.asked(request.GET, actor=request.actor, at=request.at)
    every = headlines.in_force(asked, request.at)
    lines = city_tables.TABLES[what](every, asked, request.actor, request.at)
    return exports.answer(lines, name=f"{what}-{asked.area}", kind=kind)


@require_safe
@signed_in
def indicators(request: PortalRequest) -> HttpResponse:
    """List indicators by group with their values, also those that are not available; found by name, group and source."""
    asked = asking.asked(request.GET, actor=request.actor, at=request.at)
    every = headlines.in_force(asked, request.at)
    possible = [each for each in every if each.counts(asked.period)]
    found = finding.found(possible, request.GET)
    some, cursor = finding.page(found, request.GET.get("after", ""), limit=PAGE)
    context = {
        "crumbs": trail(Crumb(_("Figures"), asked.address("cockpit")), Crumb(_("All indicators"))),
        "asked": asked,
        "area_name": presenters.area_name(asked.area),
        "period_name": asking.named(asked.period),
        "period_text": asking.written(asked.period),
        "text": request.GET.get("text", "")[:40],
        "groups": finding.group_choices(possible, request.GET),
        "origins": finding.origin_choices(request.GET),
        "count": len(found),
        "total": len(possible),
        "sections": [
            (title, [_tile(each, asked, request.actor) for each in rules_of])
            for title, rules_of in finding.sections(some)
        ],
        "pager": pager(request.GET, cursor=cursor),
        **_lake(request),
    }
    return render(request, "indicators/list.html", context)


@require_POST
@signed_in
def refresh(request: PortalRequest) -> HttpResponse:
    """Ask for the data to be brought up to date."""
    actions.request_sync(actor=request.actor, at=request.at)
    return redirect("cockpit")


def _chosen(counted: list[Indicator], id: str) -> Indicator | None:
    by_id = {each.id: each for each in counted if each.counted}
    return by_id.get(id) or by_id.get(CHOSEN) or next(iter(by_id.values()), None)


def _areas(asked: Asked, actor: Actor) -> list[tuple[str, str]]:
    """The way up, as names and addresses."""
    return [
        (presenters.area_name(code), asked.address("cockpit", area=code, by=""))
        for code in asking.way_up(asked, actor)
    ]


def _tile(
    rule: Indicator, asked: Asked, actor: Actor, *, is_chosen: bool = False
) -> presenters.Tile:
    now = queries.compute(indicator=rule.id, period=asked.period, area=asked.area, actor=actor)
    then = partial(queries.find_earlier, indicator=rule.id, area=asked.area, actor=actor)
    month = None if now.is_running else period_before(asked.period)
    return presenters.tile(
        rule,
        now,
        then(period=year_before(asked.period)),
        then(period=month) if month else None,
        asked.address("indicator", rule.id, by=""),
        is_chosen=is_chosen,
    )


def _chosen_context(rule: Indicator, asked: Asked, actor: Actor) -> dict[str, object]:
    """The map or table of the chosen indicator, its trend, and who is behind the target."""
    by = next(
        (each for each in asking.levels(asked.area, rule) if each is not By.INSTITUTION), None
    )
    found = queries.compute(
        indicator=rule.id, period=asked.period, area=asked.area, by=by, actor=actor
    )
    results = comparing.series(rule, asked, actor)
    return {
        "rule": rule,
        "chosen_title": presenters.said(rule.title),
        "chosen_address": asked.address("indicator", rule.id, by=""),
        "unit": presenters.said(rule.unit),
        "level": presenters.level_word(by) if by else "",
        "parts": presenters.parts(found, rule, asked),
        "target": presenters.target_of(rule, asked.period, asked.area),
        "map": charts.county_map(found, rule, asked),
        "trend": charts.trend(results, rule, asked),
        "smalls": comparing.smalls(results, rule, asked),
        "level_card": comparing.levels(rule, asked, actor),
        "funnel": comparing.funnel(rule, asked, actor),
        "chart_files": chart_files(asked, rule),
        "exports": [
            (kind.upper(), asked.address("indicator-export", rule.id, kind=kind))
            for kind in exports.TYPES
        ],
        "may_open_rows": bool(rule.opens) and is_permitted(actor, rules.ROWS, asked.area),
    }


def _lake(request: PortalRequest) -> dict[str, object]:
    """The strip of data: up to when, and how far a run is."""
    progress = actions.progress()
    return {
        "cutoff": words.instant(queries.cutoff()),
        "has_lake": queries.cutoff() is not None,
        "may_refresh": is_permitted(request.actor, rules.MANAGE),
        "running": progress if progress.get("begun_at") and not progress.get("ended_at") and not progress.get("failed") else None,
        "is_waiting": actions.is_asked_for(),
        "failed": progress.get("failed", ""),
        "mended": progress.get("mended", 0),
    }  # fmt: skip
