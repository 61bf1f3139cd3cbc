"""The year's table of institutions against the least, and the list of what was done; both as files."""

import io
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.activities import wording
from kangmai.portal.messages.presenters import language
from kangmai.portal.points import asking
from kangmai.portal.programmes.reach import institution_names
from kangmai.portal.programmes.views.files import KINDS, csv_of
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import Choice, choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.activities import queries
from kangmai.programmes.activities.errors import FormatUnknown
from kangmai.programmes.activities.types import (
    Activity,
    ActivityRule,
    Done,
    Lead,
    Page,
    Show,
    Standing,
)
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

PAGE, STEP, MOST = 40, 500, 10_000
YEARS = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """What was done of a kind, against its least."""

    title: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Row:
    """An institution in the year's table."""

    id: int
    name: str
    place: str
    cells: list[Cell]
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class Line:
    """An activity in a list."""

    id: str
    day: str
    kind: str
    title: str
    venue: str
    institution: str
    people: str
    pieces: str
    lead: str
    tone: str
    is_withdrawn: bool


def rule_of(request: PortalRequest, on: date) -> ActivityRule:
    """The activities an address asks for, else the first."""
    known = queries.activity_rules(on=on)
    return known.get(request.GET.get("rule", "")) or known["health_education"]


def rule_choices(current: str, on: date) -> tuple[Choice, ...]:
    """All sorts of activities."""
    known = queries.activity_rules(on=on).values()
    return choices(((e.id, e.title.in_language(language())) for e in known), current=current)


def _year(request: PortalRequest, on: date) -> int:
    text = request.GET.get("year", "")
    found = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else on.year
    return found if on.year - YEARS < found <= on.year else on.year


def _show(request: PortalRequest) -> Show:
    return next((each for each in Show if each == request.GET.get("show")), Show.ALL)


def _filters(request: PortalRequest, rule: ActivityRule, on: date) -> dict[str, Any]:
    """What both pages let choose, and the files they lead to."""
    year, chosen = _year(request, on), asking.known_area(request.GET.get("area", ""))
    return {
        "rule": rule,
        "title": rule.title.in_language(language()),
        "lead": rule.lead.in_language(language()),
        "rules": rule_choices(rule.id, on),
        "years": choices(((str(y), str(y)) for y in range(on.year, on.year - YEARS, -1)), current=str(year)),
        "year": year,
        "areas": _areas(request.actor, chosen),
        "area": chosen,
        "may_write": is_permitted(request.actor, "activities.write"),
    }  # fmt: skip


def _areas(actor: Actor, current: str) -> tuple[Choice, ...]:
    return asking.areas(actor, current=current, permission="activities.read")


@require_safe
@signed_in
def year(request: PortalRequest) -> HttpResponse:
    """Show how far each institution is with the least of a year."""
    on = legal_day(request.at)
    rule = rule_of(request, on)
    found = _standings(request, rule, on)
    after = asking.number(request.GET.get("after", "")) or 0
    shown = found[after : after + PAGE]
    context = {
        "crumbs": trail(Crumb(_("Activities"))),
        **_filters(request, rule, on),
        "shows": choices([(each, wording.show(each)) for each in Show], current=_show(request)),
        "columns": [each.title.in_language(language()) for each in rule.kinds.values()],
        "rows": _rows(shown, rule),
        "has_least": bool(rule.least),
        "tiles": _tiles(found, rule),
        "is_narrowed": _show(request) is not Show.ALL or bool(request.GET.get("area")),
        "files": _files(request, "activities-year-file"),
        "pager": pager(request.GET, cursor=str(after + PAGE) if len(found) > after + PAGE else None),
    }  # fmt: skip
    return render(request, "activities/year.html", context)


def _standings(request: PortalRequest, rule: ActivityRule, on: date) -> tuple[Standing, ...]:
    return queries.standings(
        rule,
        year=_year(request, on),
        area=asking.known_area(request.GET.get("area", "")),
        show=_show(request),
        on=on,
        actor=request.actor,
    )


def _tiles(found: tuple[Standing, ...], rule: ActivityRule) -> list[tuple[str, str, str]]:
    """How many institutions are shown and complete; how often each kind was done, for how many people."""
    complete = sum(each.is_complete for each in found)
    tiles = [(_("Institutions"), words.count(len(found)), "")]
    if rule.least:
        tiles[0] = (
            _("Institutions"),
            words.count(len(found)),
            _("%(n)s have the year's least") % {"n": complete},
        )
    for kind in rule.kinds.values():
        some = [each for one in found for each in one.done if each.kind == kind.id]
        people = sum(each.people for each in some)
        said = _("%(n)s people") % {"n": words.count(people)} if kind.asks_people else ""
        tiles.append((kind.title.in_language(language()), words.count(sum(e.times for e in some)), said))  # fmt: skip
    return tiles


def _rows(found: tuple[Standing, ...], rule: ActivityRule) -> list[Row]:
    names = institution_names(each.organization for each in found)
    return [_row(each, names.get(each.organization, each.name), rule) for each in found]


def _row(each: Standing, name: str, rule: ActivityRule) -> Row:
    state, tone = (pgettext("activities", "on the way"), "info") if rule.least else ("", "")
    if rule.least and each.is_complete:
        state, tone = _("reached"), "good"
    elif each.is_behind:
        state, tone = pgettext("activities", "behind"), "warning"
    cells = [_cell(done, rule) for done in each.done]
    return Row(each.organization, name, area.path(each.place_code), cells, state, tone)


def _cell(done: Done, rule: ActivityRule) -> Cell:
    title = rule.kinds[done.kind].title.in_language(language())
    if not done.least:
        return Cell(title, str(done.done), "")
    return Cell(title, f"{done.done} / {done.least}", "good" if done.is_complete else "warning")


@require_safe
@signed_in
def year_file(request: PortalRequest, format: str) -> HttpResponse:
    """The year's table as a file."""
    on = legal_day(request.at)
    rule = rule_of(request, on)
    rows = _rows(_standings(request, rule, on), rule)
    columns = [_("Institution"), _("Division"), *(e.title.in_language(language()) for e in rule.kinds.values()), _("State")]  # fmt: skip
    table = [[r.name, r.place, *(c.text for c in r.cells), r.state] for r in rows]
    title = f"{rule.title.in_language(language())} {_year(request, on)}"
    return _file(f"{rule.id}-{_year(request, on)}", title, columns, table, format, on)


@require_safe
@signed_in
def done(request: PortalRequest) -> HttpResponse:
    """Show what was done, the newest first."""
    on = legal_day(request.at)
    rule = rule_of(request, on)
    found = _page(request, rule, on, after=request.GET.get("after", ""), limit=PAGE)
    kinds = [("", _("everything")), *((e.id, e.title.in_language(language())) for e in rule.kinds.values())]  # fmt: skip
    leads = [("", _("everything")), *((e.value, wording.lead(e)[0]) for e in Lead if e is not Lead.NONE)]  # fmt: skip
    institution = asking.number(request.GET.get("institution", ""))
    names = registry.names_by_id(ids=[institution] if institution else [], language=language())
    context = {
        "crumbs": trail(
            Crumb(_("Activities"), f"{reverse('activities')}?rule={rule.id}"),
            Crumb(pgettext("activities", "What was done")),
        ),
        **_filters(request, rule, on),
        "kinds": choices(kinds, current=request.GET.get("kind", "")),
        "leads": choices(leads, current=request.GET.get("lead", "")) if _finds(rule) else (),
        "institution": institution or "",
        "institution_name": names.get(institution or 0, ""),
        "lines": _lines(found.rows, rule),
        "files": _files(request, "activities-file"),
        "pager": pager(request.GET, cursor=found.next or None),
    }
    return render(request, "activities/done.html", context)


def _finds(rule: ActivityRule) -> bool:
    return any(each.finds for each in rule.kinds.values())


def _page(request: PortalRequest, rule: ActivityRule, on: date, *, after: str, limit: int) -> Page:
    return queries.activity_list(
        rule=rule.id,
        year=_year(request, on),
        kind=request.GET.get("kind", "")[:40],
        lead=next((each for each in Lead if each == request.GET.get("lead")), None),
        organization=asking.number(request.GET.get("institution", "")),
        area=asking.known_area(request.GET.get("area", "")),
        after=after,
        limit=limit,
        actor=request.actor,
    )


def _lines(rows: tuple[Activity, ...], rule: ActivityRule) -> list[Line]:
    names = registry.names_by_id(ids={each.organization for each in rows}, language=language())
    return [_line(each, rule, names) for each in rows]


def _line(each: Activity, rule: ActivityRule, names: dict[int, str]) -> Line:
    kind = rule.kinds.get(each.kind)
    lead, tone = wording.lead(each.lead)
    return Line(
        id=str(each.id),
        day=words.day(each.on),
        kind=kind.title.in_language(language()) if kind else each.kind,
        title=each.title,
        venue=each.venue,
        institution=names.get(each.organization, "—"),
        people="" if each.people is None else words.count(each.people),
        pieces="" if each.pieces is None else words.count(each.pieces),
        lead=lead,
        tone=tone,
        is_withdrawn=bool(each.withdrawn_reason),
    )


@require_safe
@signed_in
def done_file(request: PortalRequest, format: str) -> HttpResponse:
    """What was done as a file, at most `MOST` lines, without what was withdrawn."""
    on = legal_day(request.at)
    rule = rule_of(request, on)
    table: list[list[str]] = []
    after = ""
    while len(table) < MOST:
        page = _page(request, rule, on, after=after, limit=STEP)
        standing = tuple(each for each in page.rows if not each.withdrawn_reason)
        table += [
            [e.day, e.kind, e.title, e.venue, e.institution, e.people, e.pieces, e.lead]
            for e in _lines(standing, rule)
        ]
        after = page.next
        if not after:
            break
    columns = [_("Day"), _("Kind"), pgettext("activities", "Topic"), pgettext("activities", "Where"), _("Institution"), _("People"), _("Copies"), pgettext("activities", "Lead")]  # fmt: skip
    title = f"{rule.title.in_language(language())} {_year(request, on)}"
    return _file(f"{rule.id}-list-{on}", title, columns, table, format, on)


def _files(request: PortalRequest, name: str) -> list[tuple[str, str]]:
    query = request.GET.urlencode()
    return [(each.upper(), f"{reverse(name, args=[each])}?{query}") for each in ("xlsx", "csv")]


def _file(
    name: str, title: str, columns: list[str], table: list[list[str]], format: str, on: date
) -> HttpResponse:
    if format not in ("csv", "xlsx"):
        raise FormatUnknown(format=format[:8])
    if format == "csv":
        content = csv_of(columns, table)
    else:
        data = {
            "title": title,
            "institution": "",
            "printed_on": words.day(on),
            "columns": columns,
            "rows": table,
        }
        content = documents.render("list", data, format=Format.XLSX, language=language(), on=on)
    return FileResponse(
        io.BytesIO(content),
        content_type=KINDS[format],
        filename=f"{name}.{format}",
        as_attachment=True,
    )
