"""The duty officer's desk: what waits, by urgency, with its clocks; and the same as CSV."""

import csv
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.epidemic.surveillance import queries
from kangmai.epidemic.surveillance.types import Completeness, Show
from kangmai.kernel.actor import is_permitted
from kangmai.portal.shell import area
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.surveillance import rows, wording
from kangmai.standards.calendars import LEGAL_TIME, legal_day

PAGE, EXPORT = 30, 200
COUNTED = (Show.NEW, Show.OVERDUE, Show.OPEN, Show.EVENTS)


@require_safe
@signed_in
def desk(request: PortalRequest) -> HttpResponse:
    """Show what waits for the officer on duty."""
    actor, at = request.actor, request.at
    today = legal_day(at)
    chosen = _filters(request)
    after = request.GET.get("after", "")
    found = queries.desk(**chosen, after=after, limit=PAGE, actor=actor, at=at)
    counts = queries.counts(actor=actor, at=at)
    home = area.home_city(actor)
    counties = area.counties(home) if home else ()
    least = {each.id: each.least_completeness for each in queries.sources(on=today)}
    groups = [(g, wording.title(g, today)) for g in queries.groups_seen(actor=actor)]
    context = {
        "crumbs": trail(Crumb(_("Early warning"))),
        "tiles": [
            {
                "label": wording.show(show),
                "count": counts[show],
                "address": f"?show={show.value}",
                "is_current": chosen["show"] is show,
                "is_alarming": show in (Show.OVERDUE, Show.NEW) and counts[show] > 0,
            }
            for show in COUNTED
        ],
        "rows": rows.signals(found.rows, actor=actor, at=at),
        "shows": choices(
            ((each.value, wording.show(each)) for each in Show), current=chosen["show"].value
        ),
        "groups": choices([("", _("All conditions")), *groups], current=chosen["group"]),
        "areas": choices(
            [("", _("Whole area")), *((c.code, area.name(c)) for c in counties)],
            current=chosen["division"],
        ),
        "sources": [
            _source(each, least.get(each.source, 0.0), today)
            for each in queries.completeness(on=today, actor=actor)
        ],
        "pager": pager(request.GET, cursor=found.next or None),
        "query": request.GET.urlencode(),
        "may_report": is_permitted(actor, "signals.report"),
        "may_enter": is_permitted(actor, "signals.intake"),
    }
    return render(request, "surveillance/desk.html", context)


def _source(each: Completeness, least: float, today: date) -> dict[str, object]:
    """How whole a source is; of one that nobody speaks for nothing is said."""
    return {
        "title": wording.source(each.source, today),
        "share": "—" if each.share is None else f"{each.share:.0%}",
        "count": f"{each.reported} / {each.expected}" if each.expected else "—",
        "latest": each.latest.isoformat() if each.latest else "—",
        "is_low": each.share is not None and each.share < least,
    }


@require_safe
@signed_in
def as_csv(request: PortalRequest) -> HttpResponse:
    """The filtered signals as CSV: codes, numbers and states, nobody's name."""
    found = queries.desk(**_filters(request), limit=EXPORT, actor=request.actor, at=request.at)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="signals.csv"'
    writer = csv.writer(answer)
    writer.writerow(
        ["reference", "group", "condition", "area", "level", "state", "observed", "expected", "p", "first_day",
         "latest_day", "sources", "reason", "raised_at"]
    )  # fmt: skip
    for each in found.rows:
        writer.writerow(
            [each.reference, each.group, each.condition, each.area_code, each.level.value, each.state.value,
             f"{each.observed:g}", "" if each.expected is None else f"{each.expected:.3f}",
             "" if each.p is None else f"{each.p:.3g}", each.first_day, each.latest_day,
             " ".join(each.sources), each.reason.value if each.reason else "",
             f"{each.raised_at.astimezone(LEGAL_TIME):%Y-%m-%d %H:%M:%S}"]
        )  # fmt: skip
    return answer


def _filters(request: HttpRequest) -> dict[str, Any]:
    show = request.GET.get("show", "")
    return {
        "show": next((each for each in Show if each.value == show), Show.OPEN),
        "group": request.GET.get("group", ""),
        "division": request.GET.get("area", "") if request.GET.get("area", "").isdecimal() else "",
    }
