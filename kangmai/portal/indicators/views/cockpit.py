"""The home of the commission officer: all figures of an area, one of them as a map and over time."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.analytics import actions, queries, rules
from kangmai.analytics.rules import Indicator, kinds_of, year_before
from kangmai.analytics.types import By, Result
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.indicators import asking, charts, finding, presenters
from kangmai.portal.indicators.asking import Asked
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.standards.calendars import legal_day

CHOSEN = "ht_control_rate"
PAGE = 40


@require_safe
@signed_in
def cockpit(request: PortalRequest) -> HttpResponse:
    """Show the figures of an area."""
    asked = asking.asked(request.GET, actor=request.actor, at=request.at)
    every = _in_order(queries.indicators(on=min(legal_day(request.at), asked.period.latest_day)))
    counted = [each for each in every if kinds_of(asked.period) & set(each.periods)]
    chosen = _chosen(counted, request.GET.get("indicator", ""))
    context = {
        "crumbs": trail(Crumb(_("Figures"))),
        "asked": asked,
        "area_name": presenters.area_name(asked.area),
        "period_name": asking.named(asked.period),
        "areas": _areas(asked, request.actor),
        "periods": choices(
            ((asking.written(p), asking.named(p)) for p in asking.periods(request.at, None)),
            current=asking.written(asked.period),
        ),
        "tiles": [
            _tile(each, asked, request.actor, is_chosen=each is chosen)
            for each in counted
            if not each.is_listed_only or each is chosen
        ],
        "list_address": asked.address("indicators"),
        **_lake(request),
    }
    if chosen is not None:
        context |= _chosen_context(chosen, asked, request.actor)
    return render(request, "indicators/cockpit.html", context)


@require_safe
@signed_in
def indicators(request: PortalRequest) -> HttpResponse:
    """List indicators by group with their values, also those that are not available; found by name, group and source."""
    asked = asking.asked(request.GET, actor=request.actor, at=request.at)
    every = _in_order(queries.indicators(on=min(legal_day(request.at), asked.period.latest_day)))
    possible = [each for each in every if kinds_of(asked.period) & set(each.periods)]
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


def _in_order(found: tuple[Indicator, ...]) -> list[Indicator]:
    order = {each.id: n for n, each in enumerate(rules.groups())}
    return sorted(found, key=lambda each: (order[each.group], each.id))


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
    before = _before(rule, asked, actor) or now
    address = asked.address("indicator", rule.id, by="")
    return presenters.tile(rule, now, before, address, is_chosen=is_chosen)


def _before(rule: Indicator, asked: Asked, actor: Actor) -> Result | None:
    earlier = year_before(asked.period)
    if rules.find_indicator(rule.id, on=earlier.latest_day) is None:
        return None
    return queries.compute(indicator=rule.id, period=earlier, area=asked.area, actor=actor)


def _chosen_context(rule: Indicator, asked: Asked, actor: Actor) -> dict[str, object]:
    """The map or table of the chosen indicator, its trend, and who is behind the target."""
    by = next(
        (each for each in asking.levels(asked.area, rule) if each is not By.INSTITUTION), None
    )
    found = queries.compute(
        indicator=rule.id, period=asked.period, area=asked.area, by=by, actor=actor
    )
    parts = presenters.parts(found, rule, asked)
    return {
        "rule": rule,
        "chosen_title": presenters.said(rule.title),
        "chosen_address": asked.address("indicator", rule.id, by=""),
        "unit": presenters.said(rule.unit),
        "level": presenters.level_word(by) if by else "",
        "parts": parts,
        "behind": [each for each in parts if each.is_behind],
        "target": presenters.target_of(rule, asked.period, asked.area),
        "map": charts.county_map(found, rule, asked),
        "trend": charts.trend(rule, asked, actor),
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
    }  # fmt: skip
