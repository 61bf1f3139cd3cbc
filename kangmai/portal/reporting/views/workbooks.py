"""Spreadsheets of the level above: upload one, bind its cells, fill it and take it back."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.analytics import queries as analytics
from kangmai.governance.reporting import actions, queries, rules
from kangmai.governance.reporting.errors import WorkbookUnreadable
from kangmai.governance.reporting.types import Binding, Part, When, Workbook
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.words import Words
from kangmai.portal.indicators import asking, finding, presenters
from kangmai.portal.reporting import wording
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.supplies.asking import complain, key, number, written
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import city, city_code_of
from kangmai.standards.periods import parse_period

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST = 5 * 2**20


def _crumbs(*more: Crumb) -> tuple[Crumb, ...]:
    here = Crumb(_("Tables of the level above"), reverse("workbooks") if more else "")
    return trail(Crumb(_("Statistical reports"), reverse("reports")), here, *more)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def workbooks(request: PortalRequest) -> HttpResponse:
    """Show the workbooks; a POST takes one in."""
    actor = request.actor
    if request.method == "POST":
        try:
            made = _uploaded(request)
        except KangmaiError as error:
            complain(request, error)
            return redirect("workbooks")
        written(request)
        return redirect("workbook", made.id)
    found, following = queries.workbooks(after=request.GET.get("after", ""), actor=actor)
    context = {
        "crumbs": _crumbs(),
        "kinds": wording.kinds(actor, "workbooks"),
        "rows": [
            {
                "id": each.id,
                "name": each.name,
                "area": presenters.area_name(each.area),
                "bound": len(each.bindings),
                "by": each.uploaded_by_name,
                "at": words.instant(each.uploaded_at),
                "is_invented": each.is_invented,
            }
            for each in found
        ],
        "pager": pager(request.GET, cursor=following or None),
        "key": uuid4(),
    }
    return render(request, "reporting/workbooks.html", context)


def _uploaded(request: PortalRequest) -> Workbook:
    file = request.FILES.get("file")
    if file is None or file.size is None or file.size > LARGEST:
        raise WorkbookUnreadable(
            name=file.name if file else "—",
            reason=Words("超过 5 MB", "it is larger than 5 MB")
            if file
            else Words("没有文件", "there is no file"),
        )
    return actions.upload(
        name=str(file.name), content=file.read(), area=asking.first_area(request.actor), key=key(request),
        actor=request.actor, at=request.at,
    )  # fmt: skip


@require_safe
@signed_in
def workbook(request: PortalRequest, workbook_id: UUID) -> HttpResponse:
    """Show a workbook with its sheets and what goes into which cell."""
    actor = request.actor
    of = queries.get_workbook(workbook_id=workbook_id, actor=actor)
    name = request.GET.get("sheet", "")
    sheet = queries.sheet(workbook_id=of.id, name=name if name in of.sheets else of.sheets[0], actor=actor)  # fmt: skip
    faults = {each.place: words_of(each.error) for each in queries.faults(workbook_id=of.id, actor=actor)}  # fmt: skip
    own = asking.first_area(actor)
    home = city_code_of(own)
    areas = [own, *(each.code for each in city(home).children(own))] if home else [own]
    every = analytics.indicators(on=legal_day(request.at))
    titles = {each.id: presenters.said(each.title) for each in every}
    periods = asking.periods(request.at, None)
    bound = {each.cell: each for each in of.bindings if each.sheet == sheet.name}
    context = {
        "crumbs": _crumbs(Crumb(of.name)),
        "of": of,
        "sheet": sheet,
        "sheets": choices([(each, each) for each in of.sheets], current=sheet.name),
        "grid": [
            (row, [(each, bound.get(each.name), f"?{urlencode({'sheet': sheet.name, 'cell': each.name})}#bind") for each in cells])
            for row, cells in sheet.rows
        ],
        "cell": request.GET.get("cell", "")[:10],
        "bindings": [_line(each, faults.get(each.place, ""), titles) for each in of.bindings],
        "groups": finding.by_group(every, current=""),
        "areas": choices([(code, presenters.area_name(code)) for code in areas], current=own),
        "parts": choices(_parts(), current="value"),
        "whens": choices(_whens(), current="now"),
        "periods": choices([(asking.written(e), asking.named(e)) for e in periods], current=""),
    }  # fmt: skip
    return render(request, "reporting/workbook.html", context)


def _parts() -> list[tuple[str, str]]:
    return [
        (Part.VALUE.value, _("Value")),
        (Part.NUMERATOR.value, _("Numerator")),
        (Part.DENOMINATOR.value, _("Denominator")),
    ]


def _whens() -> list[tuple[str, str]]:
    return [
        (When.NOW.value, _("the period")),
        (When.YEAR_BEFORE.value, _("the year before")),
        (When.PERIOD_BEFORE.value, _("the period before")),
    ]


def _line(of: Binding, fault: str, titles: dict[str, str]) -> dict[str, Any]:
    return {
        "place": of.place,
        "indicator": titles.get(of.indicator, of.indicator),
        "area": presenters.area_name(of.area),
        "part": dict(_parts())[of.part.value],
        "when": dict(_whens())[of.when.value],
        "fault": fault,
    }


@require_POST
@signed_in
def change(request: PortalRequest, workbook_id: UUID) -> HttpResponse:
    """Bind one cell or several, or let one go; refused bindings are named cell by cell."""
    given = request.POST
    query = urlencode({"sheet": given.get("sheet", "")})
    back = f"{reverse('workbook', args=[workbook_id])}?{query}"
    try:
        who: dict[str, Any] = {
            "workbook_id": workbook_id,
            "expected_version": number(given.get("version", ""), "version"),
            "actor": request.actor,
            "at": request.at,
        }
        if given.get("do") == "unbind":
            actions.unbind(place=given.get("place", ""), **who)
            written(request)
            return redirect(back)
        lines = given.get("lines", "") or ",".join(
            [f"{given.get('sheet', '')}!{given.get('cell', '')}", *(given.get(n, "") for n in ("indicator", "area", "part", "when"))]
        )  # fmt: skip
        _workbook, faults = actions.bind(bindings=rules.read_bindings(lines), **who)
        for each in faults:
            said = words_of(each.error)
            messages.error(request, said if each.place in said else f"{each.place}: {said}")
        if not faults:
            written(request)
    except KangmaiError as error:
        complain(request, error)
    return redirect(back)


@require_safe
@signed_in
def file(request: PortalRequest, workbook_id: UUID) -> HttpResponse:
    """Give the workbook filled for a period, or say which cells stay empty."""
    try:
        period = parse_period(request.GET.get("period", ""))
        name, content = actions.fill(
            workbook_id=workbook_id, period=period, actor=request.actor, at=request.at
        )
    except KangmaiError as error:
        complain(request, error)
        return redirect("workbook", workbook_id)
    answer = HttpResponse(content, content_type=XLSX)
    stem = name.removesuffix(".xlsx")
    answer["Content-Disposition"] = content_disposition_header(
        True, f"{stem}-{asking.written(period).replace('/', '_')}.xlsx"
    )
    return answer
