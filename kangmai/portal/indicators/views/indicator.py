"""One figure: by county, town, village or institution, over time, its answer card, its rows, its files."""

from collections.abc import Iterable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.analytics import actions, queries, rules
from kangmai.analytics.errors import IndicatorUnknown, RowsNotTraceable
from kangmai.analytics.rules import Goal, Indicator, period_before, year_before
from kangmai.analytics.types import By, Card, Elsewhere, Figure, Form, Result
from kangmai.kernel.actor import NotPermitted, is_permitted
from kangmai.portal.indicators import (
    asking,
    behind,
    chart_tables,
    charts,
    comparing,
    exports,
    presenters,
)
from kangmai.portal.indicators.asking import Asked
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day
from kangmai.standards.periods import Period, parse_period

PAGE = 50


def question(request: PortalRequest, id: str) -> tuple[Indicator, Asked]:
    """The rule in force at the end of the period asked for, and the question."""
    latest = rules.find_indicator(id, on=legal_day(request.at))
    if latest is None:
        raise IndicatorUnknown(indicator=id[:40], on=legal_day(request.at))
    text = request.GET.get("period", "") or request.POST.get("period", "")
    rule = rules.get_indicator(id, period=parse_period(text)) if text else latest
    query = request.POST if request.method == "POST" else request.GET
    return rule, asking.asked(query, actor=request.actor, at=request.at, indicator=rule)


def frame(request: PortalRequest, rule: Indicator, asked: Asked, *more: Crumb) -> dict[str, object]:
    """What every page of a figure shows: the way here, its name, area and period."""
    title = presenters.said(rule.title)
    crumbs = [Crumb(_("Figures"), asked.address("cockpit", by=""))]
    crumbs.append(Crumb(title, asked.address("indicator", rule.id) if more else ""))
    return {
        "crumbs": trail(*crumbs, *more),
        "rule": rule,
        "title": title,
        "unit": presenters.said(rule.unit),
        "asked": asked,
        "area_name": presenters.area_name(asked.area),
        "period_name": asking.named(asked.period),
        "page_address": asked.address("indicator", rule.id),
        "card_address": asked.address("indicator-card", rule.id),
        "rows_address": asked.address("indicator-rows", rule.id),
    }


@require_safe
@signed_in
def indicator(request: PortalRequest, indicator_id: str) -> HttpResponse:
    """Show a figure of an area with its parts, a map and a trend."""
    rule, asked = question(request, indicator_id)
    found = queries.compute(
        indicator=rule.id, period=asked.period, area=asked.area, by=asked.by, actor=request.actor
    )
    results = comparing.series(rule, asked, request.actor)
    context = {
        **frame(request, rule, asked),
        "areas": [
            (presenters.area_name(code), asked.address("indicator", rule.id, area=code, by=""))
            for code in asking.way_up(asked, request.actor)
        ],
        "periods": choices(
            ((asking.written(p), asking.named(p)) for p in _periods(request, rule, asked)),
            current=asking.written(asked.period),
        ),
        "levels": choices(
            ((each.value, presenters.level_word(each)) for each in asking.levels(asked.area, rule)),
            current=asked.by or "",
        ),
        "level": presenters.level_word(asked.by) if asked.by else "",
        "total": presenters.shown(
            found.total,
            name="",
            rule=rule,
            target=presenters.target_of(rule, asked.period, asked.area),
        ),
        "reason": presenters.said(found.reason),
        "supplier": presenters.said(rule.supplier),
        "target": presenters.target_of(rule, asked.period, asked.area),
        "parts": presenters.parts(
            found, rule, asked, may_open_rows=_may_open_rows(request, rule, asked)
        ),
        "comparisons": _compared(request, rule, asked, found),
        "may_explain": is_permitted(request.actor, rules.READ, asked.area),
        "map": charts.county_map(found, rule, asked),
        "trend": charts.trend(results, rule, asked),
        "smalls": comparing.smalls(results, rule, asked),
        "level_card": comparing.levels(rule, asked, request.actor),
        "funnel": comparing.funnel(rule, asked, request.actor)
        if asked.by is By.INSTITUTION
        else None,
        "chart_files": chart_files(asked, rule),
        "cutoff": words.instant(found.cutoff),
        "is_running": found.is_running,
        "exports": [
            (kind.upper(), asked.address("indicator-export", rule.id, kind=kind))
            for kind in exports.TYPES
        ],
        "may_open_rows": _may_open_rows(request, rule, asked),
    }
    return render(request, "indicators/indicator.html", context)


def _periods(request: PortalRequest, rule: Indicator, asked: Asked) -> Iterable[Period]:
    """Periods to choose from, the one asked for among them."""
    return dict.fromkeys([*asking.periods(request.at, rule), asked.period])


def _compared(
    request: PortalRequest, rule: Indicator, asked: Asked, found: Result
) -> list[dict[str, object]]:
    """The figure a year and a period before."""
    before = None if found.is_running else period_before(asked.period)
    asked_for = [(_("A year before"), "year", year_before(asked.period))]
    if before is not None:
        asked_for.append((_("The period before"), "before", before))
    some = []
    for label, against, period in asked_for:
        earlier = queries.find_earlier(
            indicator=rule.id, period=period, area=asked.area, actor=request.actor
        )
        if earlier is not None:
            some.append(_comparison(label, against, earlier, found.total, rule, asked))
    return some


def _comparison(
    label: str, against: str, earlier: Result, now: Figure, rule: Indicator, asked: Asked
) -> dict[str, object]:
    return {
        "label": label,
        "period": asking.named(earlier.period),
        "figure": presenters.shown(earlier.total, name="", rule=rule),
        "change": presenters.change(now, earlier.total, rule),
        "is_other_rule": earlier.rule != rule.rule,
        "why": asked.address("indicator-why", rule.id, against=against, by=""),
    }


def chart_files(asked: Asked, rule: Indicator) -> dict[str, list[tuple[str, str]]]:
    """Where the table of each chart is to be had."""
    return {
        chart: [(kind.upper(), asked.address("indicator-export", rule.id, chart=chart, kind=kind)) for kind in exports.TYPES]
        for chart in chart_tables.TABLES
    }  # fmt: skip


def _may_open_rows(request: PortalRequest, rule: Indicator, asked: Asked) -> bool:
    return bool(rule.opens) and is_permitted(request.actor, rules.ROWS, asked.area)


@require_safe
@signed_in
def card(request: PortalRequest, indicator_id: str) -> HttpResponse:
    """Show the answer card (口径卡) of a figure."""
    rule, asked = question(request, indicator_id)
    found = queries.card(
        indicator=rule.id, period=asked.period, area=asked.area, by=asked.by, actor=request.actor
    )
    context = {
        **frame(request, rule, asked, Crumb(_("Answer card"))),
        "facts": _facts(found, rule),
        "total": presenters.shown(
            found.result.total, name="", rule=rule, target=found.goal.value if found.goal else None
        ),
        "comparisons": _comparisons(found, rule, asked),
        "may_explain": is_permitted(request.actor, rules.READ, asked.area),
        "former": _former(found, rule),
        "is_running": found.result.is_running,
        "is_thin": presenters.is_thin(found.result.total, rule),
        "goal": _goal(found.goal),
        "elsewhere": _elsewhere(found.elsewhere),
        "reason": presenters.said(found.result.reason),
        "parts": presenters.parts(
            found.result, rule, asked, may_open_rows=_may_open_rows(request, rule, asked)
        ),
        "level": presenters.level_word(asked.by) if asked.by else "",
        "frozen": [
            {
                "figure": presenters.shown(each.result.total, name="", rule=rule),
                "at": words.instant(each.frozen_at),
                "by": each.frozen_by_name,
                "note": each.note,
                "is_same": each.result.total == found.result.total,
                "change": presenters.change(found.result.total, each.result.total, rule),
                "address": reverse("indicator-frozen", args=[each.id]),
                "cutoff": words.instant(each.result.cutoff),
            }
            for each in found.freezes
        ],
        "received": [
            {
                "value": f"{each.figure.value:,}",
                "fraction": presenters.fraction(each.figure.numerator, each.figure.denominator),
                "supplier": each.figure.supplier,
                "document": each.figure.document,
                "received_on": each.figure.received_on.isoformat(),
                "at": words.instant(each.recorded_at),
                "by": each.recorded_by_name,
            }
            for each in found.received
        ],
        "supplier": presenters.said(rule.supplier),
        "may_take_in": rule.form is Form.OUTSIDE
        and is_permitted(request.actor, rules.INTAKE, asked.area),
        "may_open_rows": _may_open_rows(request, rule, asked),
        "may_freeze": found.result.total.value is not None
        and is_permitted(request.actor, rules.FREEZE, asked.area)
        and is_permitted(request.actor, rules.READ, asked.area),
        "period_text": asking.written(asked.period),
    }
    return render(request, "indicators/card.html", context)


def _comparisons(found: Card, rule: Indicator, asked: Asked) -> list[dict[str, object]]:
    """The figure a year and a period before, with the differences and the ways to their causes."""
    earlier = [
        (_("A year before"), "year", found.earlier),
        (_("The period before"), "before", found.just_before),
    ]
    return [
        _comparison(label, against, result, found.result.total, rule, asked)
        for label, against, result in earlier
        if result is not None
    ]


def _former(found: Card, rule: Indicator) -> dict[str, object] | None:
    """What the rule of a year before would say."""
    former = found.former
    if former is None or rule.form is Form.OUTSIDE:
        return None
    total = former.result.total if former.result else None
    earlier = former.earlier.total if former.earlier else None
    return {
        "since": former.rule_from.isoformat() if former.rule_from else "",
        "is_same": former.is_same,
        "rule_from": rule.effective_from.isoformat(),
        "figure": presenters.shown(total, name="", rule=rule) if total else None,
        "change": presenters.change(found.result.total, total, rule),
        "numerator": presenters.said(former.numerator),
        "denominator": presenters.said(former.denominator),
        "earlier": presenters.shown(earlier, name="", rule=rule) if earlier else None,
        "since_then": presenters.change(found.result.total, earlier, rule),
    }


def _goal(of: Goal | None) -> dict[str, str] | None:
    """The target as the card tells it: its number, whose it is, since when, in which document."""
    if of is None:
        return None
    return {
        "value": f"{of.value:,}",
        "area": presenters.area_name(of.area) if of.area else "",
        "since": of.start.isoformat(),
        "until": of.end.isoformat() if of.end else "",
        "source": of.source,
        "is_verified": "1" if of.is_verified else "",
    }


def _elsewhere(some: Iterable[Elsewhere]) -> list[dict[str, str]]:
    """The reporting rules that were applied, in words."""
    ids = {int(each.organization) for each in some if each.organization}
    names = registry.names_by_id(ids=ids, language=get_language() or "zh") if ids else {}
    return [
        {
            "name": names.get(int(each.organization or 0)) or presenters.area_name(each.lies_in),
            "lies_in": presenters.area_name(each.lies_in) if each.organization else "",
            "reports_to": presenters.area_name(each.reports_to),
            "since": each.start.isoformat(),
        }
        for each in some
    ]


def _facts(found: Card, rule: Indicator) -> list[tuple[str, str]]:
    """What there is to say of how the figure was made, as names and texts."""
    result = found.result
    rounding = {
        "half_up": _("half up"),
        "half_even": _("half to even"),
        "down": _("downwards"),
    }[rule.rounding]
    facts = [
        (_("Confidence interval, 95 in 100"), presenters.interval(result.total, rule)),
        (_("Numerator"), presenters.said(rule.numerator)),
        (_("Denominator"), presenters.said(rule.denominator)),
        (_("Base"), presenters.said(rule.base)),
        (_("Explanation"), presenters.said(rule.note)),
        (_("Rounding"), ngettext("%(digits)s decimal, %(mode)s", "%(digits)s decimals, %(mode)s", rule.digits) % {"digits": rule.digits, "mode": rounding}),
        (_("Rule"), _("%(id)s, in force from %(day)s, version %(rule)s") % {"id": rule.id, "day": rule.effective_from, "rule": rule.rule}),
        (_("Source"), rule.source),
        (_("Data up to"), words.instant(result.cutoff)),
        (_("State of the data"), result.manifest[:12]),
        (_("Completeness"), presenters.completeness(result.total, rule)),
        (_("Data could come from"), presenters.said(rule.supplier)),
    ]  # fmt: skip
    return [(name, text) for name, text in facts if text and text != "—"]


@require_safe
@signed_in
def rows(request: PortalRequest, indicator_id: str) -> HttpResponse:
    """Show the rows behind a figure, each as the room that owns it lets this actor see it."""
    rule, asked = question(request, indicator_id)
    if not rule.opens:
        raise RowsNotTraceable(indicator=rule.id)
    which = request.GET.get("which", "")
    institution = request.GET.get("institution", "")[:20]
    ids = queries.rows_behind(
        indicator=rule.id,
        period=asked.period,
        area=asked.area,
        institution=institution,
        in_part={"in": True, "out": False}.get(which) if rule.denominator else None,
        after=request.GET.get("after", "")[:64],
        limit=PAGE + 1,
        actor=request.actor,
    )
    refused = False
    try:
        found = behind.rows(rule.opens, ids[:PAGE], actor=request.actor, at=request.at)
    except NotPermitted:
        found, refused = [], True
    context = {
        **frame(request, rule, asked, Crumb(_("Rows behind"))),
        "rows": found,
        "institution": institution,
        "institution_name": _institution_name(institution),
        "refused": refused,
        "unseen": len(ids[:PAGE]) - len(found),
        "choices": choices(
            (("", _("all")), ("in", _("in the numerator")), ("out", _("not in the numerator"))),
            current=which,
        )
        if rule.counted and rule.counted.part
        else (),
        "pager": pager(request.GET, cursor=ids[PAGE - 1] if len(ids) > PAGE else None),
    }
    return render(request, "indicators/rows.html", context)


def _institution_name(id: str) -> str:
    """The name of the institution whose rows are shown, "" where those of all are."""
    if not (id.isascii() and id.isdecimal()):
        return ""
    return registry.names_by_id(ids={int(id)}, language=get_language() or "zh").get(int(id), "")


@require_safe
@signed_in
def export(request: PortalRequest, indicator_id: str) -> HttpResponse:
    """Give a figure with its parts, or the table of one of its charts, as CSV or XLSX."""
    kind, chart = request.GET.get("kind", "csv"), request.GET.get("chart", "")
    if kind not in exports.TYPES or (chart and chart not in chart_tables.TABLES):
        raise Http404
    rule, asked = question(request, indicator_id)
    if chart:
        lines = chart_tables.TABLES[chart](rule, asked, request.actor)
    else:
        found = queries.compute(
            indicator=rule.id,
            period=asked.period,
            area=asked.area,
            by=asked.by,
            actor=request.actor,
        )
        lines = exports.table(found, rule, asked)
    period = asking.written(asked.period).replace("/", "_")
    name = "-".join(filter(None, (rule.id, chart, asked.area, period)))
    return exports.answer(lines, name=name, kind=kind)


@require_POST
@signed_in
def freeze(request: PortalRequest, indicator_id: str) -> HttpResponse:
    """Keep the figure as it is now."""
    rule, asked = question(request, indicator_id)
    actions.freeze(
        indicator=rule.id,
        period=asked.period,
        area=asked.area,
        by=asked.by,
        note=request.POST.get("note", "").strip(),
        actor=request.actor,
        at=request.at,
    )
    return redirect(asked.address("indicator-card", rule.id))
