"""The ledger: sums by system, rows with filters, and the same as CSV."""

import csv
import datetime
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.handover import queries
from kangmai.handover.types import State, Way
from kangmai.kernel.actor import is_permitted
from kangmai.portal.handover import rows
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.standards.calendars import LEGAL_TIME

PAGE, EXPORT = 50, 5000
INCOMPLETE = "incomplete"
SUMMED = datetime.timedelta(days=366)


@require_safe
@signed_in
def ledger(request: PortalRequest) -> HttpResponse:
    """Show the sums of a year and one page of rows."""
    actor, at = request.actor, request.at
    chosen = _filters(request)
    found = queries.worklist(**chosen, after=request.GET.get("after", ""), limit=PAGE, actor=actor)
    systems = rows.titles(at)
    ways = {each.id: each.ways for each in queries.systems_in_force(at=at)}
    may_send = is_permitted(actor, "handover.send")
    context = {
        "crumbs": trail(Crumb(_("Handover"))),
        "sums": rows.sums(queries.summary(since=at - SUMMED, actor=actor), systems),
        "rows": rows.rows(found.rows, actor=actor, at=at),
        "systems": choices([("", _("all systems")), *systems.items()], current=chosen["system"]),
        "targets": systems.items(),
        "states": choices(_states(), current=request.GET.get("state", "")),
        "pager": pager(request.GET, cursor=found.next or None),
        "query": request.GET.urlencode(),
        "may_send": may_send,
        "may_type": may_send and any(Way.HAND in each for each in ways.values()),
        "key": uuid4().hex,
    }
    return render(request, "handover/ledger.html", context)


@require_safe
@signed_in
def as_csv(request: PortalRequest) -> HttpResponse:
    """The filtered rows as CSV: states and numbers, no content."""
    found = queries.worklist(**_filters(request), limit=EXPORT, actor=request.actor)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="handover.csv"'
    writer = csv.writer(answer)
    writer.writerow(
        ["reference", "system", "subject", "organization", "place", "state", "way", "missing",
         "receipt", "prepared", "sent", "received"]
    )  # fmt: skip
    for each in found.rows:
        writer.writerow(
            [each.reference, each.system, each.subject.kind, each.organization, each.place_code, each.state.value,
             each.way.value if each.way else "", "、".join(each.faults), each.receipt_number,
             *map(_instant, (each.prepared_at, each.sent_at, each.received_at))]
        )  # fmt: skip
    return answer


def _filters(request: HttpRequest) -> dict[str, Any]:
    state = request.GET.get("state", "")
    return {
        "system": request.GET.get("system", ""),
        "state": next((each for each in State if each.value == state), None),
        "only_incomplete": state == INCOMPLETE,
    }


def _states() -> list[tuple[str, str]]:
    return [
        ("", _("all states")),
        *((each.value, rows.state_words(each)) for each in State),
        (INCOMPLETE, _("incomplete")),
    ]


def _instant(at: datetime.datetime | None) -> str:
    return f"{at.astimezone(LEGAL_TIME):%Y-%m-%d %H:%M:%S}" if at else ""
