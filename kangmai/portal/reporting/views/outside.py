"""Figures that were counted elsewhere: who could supply which, the table to take in, what was received."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.analytics import actions, queries, rules
from kangmai.analytics.errors import OutsideTableUnfit
from kangmai.analytics.rules import Fault, Indicator
from kangmai.analytics.types import Outside, Received
from kangmai.kernel.actor import require
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.words import Words
from kangmai.portal.indicators import asking, presenters
from kangmai.portal.indicators.asking import Asked
from kangmai.portal.reporting import wording
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies.asking import complain
from kangmai.standards.calendars import legal_day

LARGEST = 2 * 2**20
TOO_LARGE = Words("超过 2 MB", "it is larger than 2 MB")
NO_FILE = Words("没有选择文件", "no file was chosen")
EXAMPLE = ("县域住院率（县域内住院率）", "441202", "2025", "", "9320", "10000", "市医疗保障局", "肇医保函〔2026〕1号", "2026-02-01")  # fmt: skip


def _told(new: int, known: int) -> str:
    """How many figures were written down, and how many stood there already."""
    said = []
    if new or not known:
        said.append(ngettext("%(n)s figure was taken in.", "%(n)s figures were taken in.", new) % {"n": new})  # fmt: skip
    if known:
        said.append(ngettext("%(n)s figure was known already.", "%(n)s figures were known already.", known) % {"n": known})  # fmt: skip
    return " ".join(said)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def outside(request: PortalRequest) -> HttpResponse:
    """Show what only others can supply and what they did; a POST takes a table in, whole or not at all."""
    actor = request.actor
    area = asking.first_area(actor)
    require(actor, rules.INTAKE, area)
    faults: list[Fault] = []
    if request.method == "POST":
        try:
            figures, faults = _read(request)
            if not faults:
                taken = actions.record_outside(figures=figures, actor=actor, at=request.at)
                new = sum(each.recorded_at == request.at for each in taken)
                messages.success(request, _told(new, len(taken) - new))
                return redirect("figures-outside")
        except KangmaiError as error:
            complain(request, error)
            return redirect("figures-outside")
    found, following = queries.received(area=area, after=request.GET.get("after", ""), actor=actor)
    every = queries.indicators(on=legal_day(request.at))
    titles = {each.id: presenters.said(each.title) for each in every}
    context = {
        "crumbs": trail(
            Crumb(_("Statistical reports"), reverse("reports")), Crumb(_("Figures from outside"))
        ),
        "kinds": wording.kinds(actor, "figures-outside"),
        "faults": [(each.line, words_of(each.error)) for each in faults],
        "columns": words.joined(rules.OUTSIDE_COLUMNS.values()),
        "needed": _needed(rules.needed(every)),
        "rows": [_row(each, titles) for each in found],
        "pager": pager(request.GET, cursor=following or None),
    }
    return render(request, "reporting/outside.html", context, status=400 if faults else 200)


def _read(request: PortalRequest) -> tuple[list[Outside], list[Fault]]:
    file = request.FILES.get("file")
    if file is None or file.size is None or file.size > LARGEST:
        raise OutsideTableUnfit(reason=TOO_LARGE if file else NO_FILE)
    return rules.read_outside(file.read(), on=legal_day(request.at))


def _needed(every: Iterable[Indicator]) -> list[tuple[str, str, list[str]]]:
    """Who could supply, what they would have to give, and for which indicators."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in every:
        key = presenters.said(each.supplier), presenters.said(each.missing)
        found.setdefault(key, []).append(presenters.said(each.title))
    return [(*key, some) for key, some in found.items()]


def _row(of: Received, titles: dict[str, str]) -> dict[str, Any]:
    figure = of.figure
    return {
        "title": titles.get(figure.indicator, figure.indicator),
        "area": presenters.area_name(figure.area),
        "period": asking.named(figure.period),
        "value": f"{figure.value:f}",
        "fraction": f"{figure.numerator:,} / {figure.denominator:,}" if figure.numerator is not None else "",
        "supplier": figure.supplier,
        "document": figure.document,
        "received_on": figure.received_on.isoformat(),
        "recorded": f"{words.instant(of.recorded_at)} {of.recorded_by_name}",
        "address": Asked(figure.area, figure.period, None).address("indicator-card", figure.indicator),
    }  # fmt: skip


@require_safe
@signed_in
def example(request: PortalRequest) -> HttpResponse:
    """Give the table to fill in, with one line as an example."""
    require(request.actor, rules.INTAKE)
    lines = [",".join(rules.OUTSIDE_COLUMNS.values()), ",".join(EXAMPLE)]
    answer = HttpResponse(
        ("\ufeff" + "\r\n".join(lines) + "\r\n").encode(), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="figures-from-outside.csv"'
    return answer
