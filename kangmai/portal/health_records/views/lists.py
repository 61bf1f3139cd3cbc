"""Health records that lie dead, and how many of each village are used; the list as a file."""

import io

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, require
from kangmai.portal.health_records import wording
from kangmai.portal.messages.presenters import language
from kangmai.portal.programmes import reach
from kangmai.portal.programmes.views.files import KINDS, FormatUnknown, csv_of
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.health_records import queries
from kangmai.programmes.health_records.types import Page, Show, Tally
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import Level, find_division

PAGE, STEP, MOST = 25, 200, 2000
COUNTED = (Level.TOWN, Level.VILLAGE)
"""Where every record is looked at for the rate; above, the yearly figure says it."""


@require_safe
@signed_in
def dead_records(request: PortalRequest) -> HttpResponse:
    """Show a page of the dead records, and the rate of use of each village."""
    reach.require_staff(request.actor)
    require(request.actor, "identity.search")
    on, shown, place = legal_day(request.at), _show(request), _place(request)
    found = _page(request, after=request.GET.get("after", ""), limit=PAGE)
    rule = queries.record_rule(on=on)
    tallies = _tallies(place, request)
    context = {
        "crumbs": trail(Crumb(_("Health records"))),
        "rule": wording.rule(rule),
        "is_verified": rule.is_verified,
        "shows": choices([(each.value, wording.show(each)) for each in Show], current=shown.value),
        "places": choices(reach.places(request.actor), current=place),
        "lines": _lines(found, request),
        "tallies": [(area.name_of(each.place_code), each) for each in tallies],
        "total": _total(tallies),
        "figure": reverse("indicator", args=["record_use_rate"]),
        "files": [
            (
                label,
                icon,
                f"{reverse('health-records-file', args=[kind])}?{request.GET.urlencode()}",
            )
            for label, icon, kind in (
                (_("Print"), "print", "pdf"),
                ("XLSX", "document", "xlsx"),
                ("CSV", "document", "csv"),
            )
        ],
        "pager": pager(request.GET, cursor=found.after or None),
    }
    return render(request, "health_records/list.html", context)


def _show(request: PortalRequest) -> Show:
    said = request.GET.get("show", "")
    return Show(said) if said in [each.value for each in Show] else Show.ALL


def _place(request: PortalRequest) -> str:
    said = request.GET.get("place", "")
    return said if find_division(said) else ""


def _page(request: PortalRequest, *, after: str, limit: int) -> Page:
    return queries.dead_records(
        show=_show(request),
        place=_place(request),
        after=after,
        limit=limit,
        on=legal_day(request.at),
        actor=request.actor,
    )


def _lines(found: Page, request: PortalRequest) -> list[wording.Line]:
    people = identity.residents_by_id(
        [each.resident for each in found.rows], actor=request.actor, at=request.at
    )
    return wording.lines(found.rows, people, on=legal_day(request.at))


def _tallies(place: str, request: PortalRequest) -> list[Tally]:
    """The villages of the town that is looked at: the one chosen, else the one the actor answers for."""
    counted = find_division(place) if place else reach.home(request.actor)
    if counted is None or counted.level not in COUNTED:
        return []
    return queries.tallies(place=counted.code, on=legal_day(request.at), actor=request.actor)


def _total(tallies: list[Tally]) -> Tally | None:
    if not tallies:
        return None
    sums = (sum(getattr(each, name) for each in tallies) for name in ("records", "used", "blank", "stale"))  # fmt: skip
    return Tally("", *sums)


@require_safe
@signed_in
def dead_records_file(request: PortalRequest, format: str) -> HttpResponse:
    """The list of a filter as a file, at most `MOST` lines."""
    reach.require_staff(request.actor)
    require(request.actor, "identity.search")
    if format not in KINDS:
        raise FormatUnknown(format=format[:8])
    on, table = legal_day(request.at), _table(request)
    content = csv_of(_columns(), table) if format == "csv" else _document(request, table, format)
    return FileResponse(
        io.BytesIO(content),
        content_type=KINDS[format],
        filename=f"health-records-{on}.{format}",
        as_attachment=format != "pdf",
    )


def _table(request: PortalRequest) -> list[list[str]]:
    table: list[list[str]] = []
    after = ""
    while len(table) < MOST:
        found = _page(request, after=after, limit=STEP)
        table += [_cells(each) for each in _lines(found, request)]
        after = found.after
        if not after:
            break
    return table[:MOST]


def _columns() -> list[str]:
    return [
        _("Record number"), _("Name"), _("Age"), _("Division"), _("Why it lies dead"), _("Written on"),
        _("Looked through on"), _("Latest service"), _("Index number"),
    ]  # fmt: skip


def _cells(line: wording.Line) -> list[str]:
    why = words.clauses(said for _tone, said in line.reasons)
    return [
        line.number, line.name, line.sex_age, line.place, why, line.written_on, line.updated_on,
        line.used_on, line.index_number,
    ]  # fmt: skip


def _document(request: PortalRequest, table: list[list[str]], format: str) -> bytes:
    on = legal_day(request.at)
    data = {
        "title": f"{_('Health records')} · {wording.show(_show(request))}",
        "institution": _own_name(request.actor),
        "printed_on": words.day(on),
        "columns": _columns(),
        "rows": table,
    }
    kind = Format.PDF if format == "pdf" else Format.XLSX
    return documents.render("list", data, format=kind, language=language(), on=on)


def _own_name(actor: Actor) -> str:
    return next(iter(reach.institution_names(reach.institutions(actor)[:1]).values()), "")
