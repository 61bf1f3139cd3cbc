"""The city at a glance: a map of counties, a calendar of days, what is counted where."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.epidemic.surveillance import queries
from kangmai.epidemic.surveillance.types import Show
from kangmai.portal.shell import area
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.surveillance import charts, rows, wording
from kangmai.standards.calendars import is_working_day, legal_day
from kangmai.standards.geography import boundaries_json

DAYS, CALENDAR_DAYS = 14, 35
HEATS = 4
COUNTY, TOWN = 6, 9


@require_safe
@signed_in
def city(request: PortalRequest) -> HttpResponse:
    """Show map, calendar and towns for one group of conditions."""
    actor, at = request.actor, request.at
    today = legal_day(at)
    seen = queries.conditions_seen(on=today, days=CALENDAR_DAYS, actor=actor)
    group = request.GET.get("group", "") or (seen[0][0] if seen else "")
    asked: dict[str, Any] = {"group": group, "on": today, "actor": actor}
    by_county = queries.by_area(days=DAYS, digits=COUNTY, **asked) if group else {}
    by_town = queries.by_area(days=DAYS, digits=TOWN, **asked) if group else {}
    by_day = queries.by_day(days=CALENDAR_DAYS, **asked) if group else {}
    spell = [today - timedelta(days=back) for back in reversed(range(CALENDAR_DAYS))]
    open_ones = queries.desk(show=Show.OPEN, group=group, limit=20, actor=actor, at=at).rows
    context = {
        "crumbs": trail(Crumb(_("Early warning"), "/signals/"), Crumb(_("City"))),
        "groups": choices(
            [(g, wording.bracketed(wording.title(g, today), n)) for g, n in seen], current=group
        ),
        "title": wording.title(group, today) if group else "",
        "map": _map(request, by_county) if group else None,
        "days": DAYS,
        "towns": sorted(
            ((area.path(code), n) for code, n in by_town.items()), key=lambda t: (-t[1], t[0])
        )[:30],
        "bars": charts.bars({day: by_day.get(day, 0) for day in spell}),
        "weekdays": [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")],
        "weeks": _weeks(spell, by_day),
        "rows": rows.signals(open_ones, actor=actor, at=at),
    }
    return render(request, "surveillance/city.html", context)


def _weeks(spell: list[date], by_day: Mapping[date, int]) -> list[list[dict[str, Any] | None]]:
    """The days as a calendar from Monday to Sunday, shaded in four steps; None outside the spell."""
    most = max(by_day.values(), default=0)
    cells: list[dict[str, Any] | None] = [None] * spell[0].weekday()
    for day in spell:
        count = by_day.get(day, 0)
        is_named = day == spell[0] or day.day == 1
        cells.append(
            {
                "label": f"{day:%m-%d}" if is_named else str(day.day),
                "count": count,
                "heat": -(-count * HEATS // most) if most else 0,
                "is_off": not is_working_day(day),
            }
        )
    cells += [None] * (-len(cells) % 7)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def _map(request: PortalRequest, counts: dict[str, int]) -> dict[str, Any] | None:
    home = area.home_city(request.actor)
    if home is None:
        return None
    boundaries = json.loads(boundaries_json(home.code))
    return {
        "name": _("Cases of the last %(n)s days") % {"n": DAYS},
        "unit": _("cases"),
        "boundaries": boundaries,
        "attribution": boundaries.get("attribution", ""),
        "areas": [
            {
                "code": each.code,
                "name": area.name(each),
                "value": counts.get(each.code, 0),
                "link": f"/signals/?area={each.code}",
            }
            for each in area.counties(home)
        ],
    }
