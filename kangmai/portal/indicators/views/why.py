"""Why a figure moved: the part each area had in it, by its own change and by its weight."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.analytics import queries
from kangmai.analytics.rules import period_before, week_and_before, year_before
from kangmai.portal.indicators import asking, chart_tables, comparing, exports, presenters
from kangmai.portal.indicators.asking import Asked
from kangmai.portal.indicators.views.indicator import frame, question
from kangmai.portal.shell.breadcrumbs import Crumb
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.standards.calendars import legal_day
from kangmai.standards.periods import Period

YEAR, BEFORE, WEEK = "year", "before", "week"


@require_safe
@signed_in
def why(request: PortalRequest, indicator_id: str) -> HttpResponse:
    """Show how a figure moved since a year, a period or a week before, and which areas moved it; as a file if asked."""
    rule, asked = question(request, indicator_id)
    against, now, before = _times(request, asked)
    moved = queries.movement(
        indicator=rule.id, now=now, before=before, area=asked.area, actor=request.actor
    )
    rows = [comparing.cause(each, rule, asked) for each in moved.causes]
    unit = presenters.difference_unit(rule)
    kind = request.GET.get("kind", "")
    if kind in exports.TYPES:
        facts = [*chart_tables.facts(rule, asked), (_("From"), asking.named(before)), (_("To"), asking.named(now))]  # fmt: skip
        names: exports.Line = [_("Area"), _("Before"), _("Now"), f"{_('Own change')} ({unit})", f"{_('Weight')} ({unit})", f"{_('Both')} ({unit})"]  # fmt: skip
        cells = [(r.name, r.before, r.now, r.rate, r.mix, r.both) for r in rows]
        lines = exports.plain(presenters.said(rule.title), facts, names, cells)
        return exports.answer(lines, name=f"{rule.id}-why-{asked.area}", kind=kind)
    address = {"against": against, "by": ""}
    context = {
        **frame(request, rule, asked, Crumb(_("Why it moved"))),
        "against": against,
        "choices": choices(
            ((YEAR, _("since a year before")), (BEFORE, _("since the period before")), (WEEK, _("in the latest week"))),
            current=against,
        ),
        "period_text": asking.written(asked.period),
        "now": presenters.shown(moved.now.total, name=asking.named(now), rule=rule),
        "before": presenters.shown(moved.before.total, name=asking.named(before), rule=rule),
        "change": presenters.change(moved.now.total, moved.before.total, rule),
        "rate": f"{moved.rate:+,}" if moved.rate is not None else "",
        "mix": f"{moved.mix:+,}" if moved.mix is not None else "",
        "difference_unit": unit,
        "rows": rows,
        "reason": presenters.said(moved.now.reason) or presenters.said(moved.before.reason),
        "files": [(each.upper(), asked.address("indicator-why", rule.id, kind=each, **address)) for each in exports.TYPES],
    }  # fmt: skip
    return render(request, "indicators/why.html", context)


def _times(request: PortalRequest, asked: Asked) -> tuple[str, Period, Period]:
    """What is compared with what, and its name."""
    against = request.GET.get("against", YEAR)
    if against == WEEK:
        return WEEK, *week_and_before(legal_day(queries.cutoff() or request.at))
    before = period_before(asked.period) if against == BEFORE else None
    if before is not None:
        return BEFORE, asked.period, before
    return YEAR, asked.period, year_before(asked.period)
