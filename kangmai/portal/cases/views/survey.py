"""漏报: the record compared with the cards."""

import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.epidemic.cases import queries
from kangmai.epidemic.cases.types import Missed, Survey
from kangmai.kernel.actor import Actor
from kangmai.kernel.errors import Incorrect
from kangmai.portal.cases import wording
from kangmai.portal.cases.links import links
from kangmai.portal.cases.periods import DAY, period
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

SHOWN = 500
WEEK = 7


@require_safe
@signed_in
def missed(request: PortalRequest) -> HttpResponse:
    """Show the comparison of a period, the last week unless another is asked for."""
    actor, at = request.actor, request.at
    today = legal_day(at)
    context: dict[str, object] = {
        "crumbs": trail(
            Crumb(_("Case reports"), reverse("cases")), Crumb(_("Late and missed reports"))
        ),
        "links": links(actor, here="case-missed"),
        "period_from": today - (WEEK - 1) * DAY,
        "last": today,
    }
    try:
        first, end = period(request, today=today, days=WEEK)
        context |= {"period_from": first, "last": end - DAY}
        found = queries.survey(period_from=first, period_to=end, actor=actor, at=at)
    except Incorrect as error:
        context["problem"] = words_of(error)
        return render(request, "cases/missed.html", context, status=422)
    context |= {"survey": found, "sums": _sums(found), "rows": _rows(found, actor, at)}
    return render(request, "cases/missed.html", context)


def _sums(found: Survey) -> list[tuple[str, int, str]]:
    return [
        (wording.missed(each), found.sums.get(each, 0), wording.MISSED_TONES[each])
        for each in wording.MISSED_TONES
    ]


def _rows(found: Survey, actor: Actor, at: datetime.datetime) -> list[dict[str, object]]:
    """What asks for a look: everything that is not on time."""
    lines = [each for each in found.lines if each.standing is not Missed.ON_TIME][:SHOWN]
    ids = [each.card_id for each in lines if each.card_id]
    seen = queries.lines_by_id(ids, actor=actor, at=at)
    names = registry.names_by_id(
        ids={each.organization for each in lines}, language="zh" if wording.is_chinese() else "en"
    )
    return [
        {
            "disease": wording.disease(each.disease),
            "code": each.code,
            "day": each.recorded_on,
            "institution": names.get(each.organization, "—"),
            "number": each.number,
            "address": reverse("case", args=[each.card_id]) if each.card_id in seen else "",
            "state": wording.missed(each.standing),
            "tone": wording.MISSED_TONES[each.standing],
            "late": _("by %(hours)s h") % {"hours": each.hours_late} if each.hours_late else "",
        }
        for each in lines
    ]
