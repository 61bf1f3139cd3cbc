"""The list of service points of a kind, with its figures by county, and as a file."""

import io
from dataclasses import dataclass
from datetime import date

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.kernel.actor import is_permitted
from kangmai.portal.messages.presenters import language
from kangmai.portal.points import asking, counting, wording
from kangmai.portal.programmes.views.files import KINDS, csv_of
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.points import queries
from kangmai.programmes.points.errors import FormatUnknown
from kangmai.programmes.points.types import Kind, Page, Point, Show
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

PAGE, STEP, MOST = 40, 200, 5000


@dataclass(frozen=True, slots=True)
class Line:
    """A point in a list."""

    id: str
    name: str
    place: str
    partner: str
    state: str
    tone: str
    size: str
    lacks: tuple[str, ...]
    is_able: bool
    to_mend: int
    since: str
    due: str
    due_tone: str
    is_invented: bool


@require_safe
@signed_in
def points(request: PortalRequest) -> HttpResponse:
    """Show one page of the points of a kind."""
    actor, on = request.actor, legal_day(request.at)
    known = asking.kind_of(request, on)
    found = _page(request, known, after=request.GET.get("after", ""), limit=PAGE)
    show, chosen = asking.show_of(request), asking.known_area(request.GET.get("area", ""))
    title = known.title.in_language(language())
    context = {
        "crumbs": trail(Crumb(_("Service points"))),
        "kind": known,
        "title": title,
        "groups": asking.kind_groups(known.id, on),
        "shows": choices([(each, wording.show(each)) for each in Show], current=show),
        "areas": asking.areas(actor, current=chosen),
        "text": request.GET.get("text", "")[:60],
        "lines": lines(found.rows, known, on=on),
        "has_size": bool(known.size),
        "size_title": counting.size_title(known),
        "has_partner": known.partner is not None,
        "is_narrowed": bool(chosen or request.GET.get("text") or show is not Show.OPEN),
        "figures": counting.board(known, on=on, actor=actor),
        "may_enter": is_permitted(actor, "points.enter"),
        "files": [
            (name.upper(), f"{reverse('points-file', args=[name])}?{request.GET.urlencode()}")
            for name in ("xlsx", "csv")
        ],
        "pager": pager(request.GET, cursor=found.next or None),
    }
    return render(request, "points/list.html", context)


def _page(request: PortalRequest, known: Kind, *, after: str, limit: int) -> Page:
    return queries.point_list(
        kind=known.id,
        show=asking.show_of(request),
        area=asking.known_area(request.GET.get("area", "")),
        text=request.GET.get("text", ""),
        after=after,
        limit=limit,
        actor=request.actor,
        at=request.at,
    )


def lines(rows: tuple[Point, ...], known: Kind, *, on: date) -> list[Line]:
    """Points in words."""
    partners = registry.names_by_id(
        ids={each.partner for each in rows if each.partner}, language=language()
    )
    return [_line(each, known, partners, on) for each in rows]


def _line(point: Point, known: Kind, partners: dict[int, str], on: date) -> Line:
    state, tone = wording.state(point, known)
    due = min((each for each in (point.review_on, point.ends_on) if each), default=None)
    return Line(
        id=str(point.id),
        name=point.name,
        place=area.path(point.place_code),
        partner=partners.get(point.partner or 0, ""),
        state=state,
        tone=tone,
        size=wording.size(point, known),
        lacks=tuple(wording.lacks(point, known)),
        is_able=point.is_able,
        to_mend=point.open_findings,
        since=words.day(point.confirmed_on),
        due=words.day(due),
        due_tone="" if due is None or due > on + queries.SOON else "danger" if due < on else "warning",
        is_invented=point.is_invented,
    )  # fmt: skip


@require_safe
@signed_in
def points_file(request: PortalRequest, format: str) -> HttpResponse:
    """The points of a filter as a file, at most `MOST` lines, with everything that is kept of them."""
    if format not in ("csv", "xlsx"):
        raise FormatUnknown(format=format[:8])
    on = legal_day(request.at)
    known = asking.kind_of(request, on)
    table = _table(request, known, on)
    if format == "csv":
        content = csv_of(_columns(known), table)
    else:
        data = {
            "title": f"{known.title.in_language(language())} · {wording.show(asking.show_of(request))}",
            "institution": "",
            "printed_on": words.day(on),
            "columns": _columns(known),
            "rows": table,
        }
        content = documents.render("list", data, format=Format.XLSX, language=language(), on=on)
    name = f"{known.id}-{on}.{format}"
    return FileResponse(
        io.BytesIO(content), content_type=KINDS[format], filename=name, as_attachment=True
    )


def _table(request: PortalRequest, known: Kind, on: date) -> list[list[str]]:
    table: list[list[str]] = []
    after = ""
    while len(table) < MOST:
        page = _page(request, known, after=after, limit=STEP)
        for point, line in zip(page.rows, lines(page.rows, known, on=on), strict=True):
            values = [wording.value_of(each, point.values) for each in known.fields.values()]
            table.append(
                [line.name, line.place, line.partner, line.state, line.since, line.due, str(line.to_mend),
                 words.clauses(line.lacks), *values]
            )  # fmt: skip
        after = page.next
        if not after:
            break
    return table


def _columns(known: Kind) -> list[str]:
    return [
        pgettext("points", "Name"), _("Division"), _("Partner"), _("State"), _("Confirmed on"), _("Review or end"),
        _("Findings to mend"), _("Lacks"), *(each.title.in_language(language()) for each in known.fields.values()),
    ]  # fmt: skip
