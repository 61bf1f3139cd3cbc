"""Stocks as a file: out for calculation, in as a count."""

import csv

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.epidemic.supplies import actions, queries, rules
from kangmai.epidemic.supplies.types import ImportReport
from kangmai.kernel.actor import require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies import asking
from kangmai.registry import queries as registry
from kangmai.registry import rules as tables
from kangmai.standards.calendars import legal_day

READ, KEEP = "supplies.read", "supplies.keep"
MOST_BYTES = 5 * 2**20
SHOWN_FAULTS = 200
HEADINGS = {
    "zh": ("机构代码", "机构", "物资", "物资名称", "单位", "批号", "有效期至", "数量"),
    "en": ("Institution code", "Institution", "Item", "Name of the item", "Unit", "Lot", "Expires on", "Quantity"),
}  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t")
"""What a spreadsheet would take for a formula."""


@require_safe
@signed_in
def as_csv(request: PortalRequest) -> HttpResponse:
    """Hand out every lot one sees in an area; the same file can be taken in again as a count."""
    actor = request.actor
    require(actor, READ)
    found = rules.rule(on=legal_day(request.at))
    lots = queries.export(area=request.GET.get("area", "") or asking.first_area(actor), actor=actor)
    known = registry.organizations_by_id(ids={id for id, _lot in lots}, actor=actor)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="supplies.csv"'
    writer = csv.writer(answer)
    writer.writerow(HEADINGS[language()])
    for id, lot in lots:
        item = found.items.get(lot.item)
        writer.writerow(
            [known[id].code, known[id].name, lot.item, item.title.in_language(language()) if item else "",
             item.unit.in_language(language()) if item else "", _plain(lot.lot), lot.expires_on or "", lot.quantity]
        )  # fmt: skip
    return answer


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def take(request: PortalRequest) -> HttpResponse:
    """Try or take in a file of counts."""
    require(request.actor, KEEP)
    context: dict[str, object] = {
        "crumbs": trail(Crumb(_("Supplies"), reverse("supplies")), Crumb(_("Count from a file"))),
        "columns": HEADINGS[language()],
        "reason": request.POST.get("reason", ""),
    }
    if request.method == "POST":
        uploaded = request.FILES.get("file")
        if uploaded is None:
            return redirect("supplies-import")
        try:
            report = actions.import_counts(
                tables.decode_table(uploaded.read(MOST_BYTES)), reason=request.POST.get("reason", ""),
                dry_run=request.POST.get("do") != "take", key=asking.key(request), actor=request.actor, at=request.at,
            )  # fmt: skip
            context |= _shown(report)
        except KangmaiError as error:
            context["fault"] = asking.refusal(error, at=request.at)
    return render(request, "supplies/import.html", context, status=400 if "fault" in context else 200)  # fmt: skip


def _shown(report: ImportReport) -> dict[str, object]:
    titles = dict(zip(("institution", "item", "lot", "expires_on", "quantity"), (
        _("Institution code"), _("Item"), _("Lot"), _("Expires on"), _("Quantity")), strict=True))  # fmt: skip
    return {
        "report": report,
        "faults": [
            (each.line, titles.get(each.column, ""), words_of(each.error))
            for each in report.errors[:SHOWN_FAULTS]
        ],
        "more": max(0, len(report.errors) - SHOWN_FAULTS),
    }
