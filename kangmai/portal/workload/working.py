"""My work and pay: a quarter's items, what they count for, and the visits behind each."""

import io
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.kernel.actor import require
from kangmai.portal.programmes import reach, visits
from kangmai.portal.programmes.wording import language
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.paging import Pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.workload import queries, rules
from kangmai.programmes.workload.types import Line, Quarter, Statement
from kangmai.standards.calendars import legal_day

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
QUARTERS = 8
PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """Which work is looked at, as an address says it."""

    quarter: Quarter
    organization: int
    is_mine: bool

    @property
    def query(self) -> str:
        """The address after the question mark."""
        given = {"quarter": self.quarter.text, "organization": str(self.organization)}
        return urlencode(given | ({"whose": "mine"} if self.is_mine else {}))


@dataclass(frozen=True, slots=True)
class Row:
    """An item in words."""

    title: str
    code: str
    points_each: str
    done: str
    counted: str
    over: str
    not_counted: str
    late: str
    points: str
    address: str


def _asked(request: PortalRequest) -> Asked:
    require(request.actor, "workload.own")
    on = legal_day(request.at)
    present = Quarter(on.year, (on.month - 1) // 3 + 1)
    text = request.GET.get("quarter", "")
    quarter = rules.read_quarter(text) if text else present
    own = reach.institutions(request.actor)
    wanted = request.GET.get("organization", "")
    organization = int(wanted) if wanted.isdecimal() and len(wanted) < 19 else (own or (0,))[0]
    return Asked(quarter, organization, request.GET.get("whose") == "mine")


def _statement(request: PortalRequest, asked: Asked) -> Statement:
    return queries.statement(
        asked.quarter,
        organization=asked.organization,
        account=int(request.actor.account) if asked.is_mine else None,
        actor=request.actor,
        at=request.at,
    )


@require_safe
@signed_in
def work(request: PortalRequest) -> HttpResponse:
    """Show a quarter's work and what it comes to."""
    asked = _asked(request)
    found = _statement(request, asked)
    on = legal_day(request.at)
    quarter, listed = Quarter(on.year, (on.month - 1) // 3 + 1), []
    for _number in range(QUARTERS):
        listed.append((quarter.text, words_of(quarter)))
        quarter = quarter.before()
    teams = reach.institution_names(reach.institutions(request.actor))
    context = {
        "crumbs": trail(Crumb(_("My work and pay"))),
        "rows": [_row(each, asked) for each in found.lines],
        "sums": _sums(found),
        "quarters": choices(listed, current=asked.quarter.text),
        "teams": choices(((str(id), name) for id, name in teams.items()), current=str(asked.organization))
        if len(teams) > 1
        else (),
        "is_mine": asked.is_mine,
        "everybody": f"{reverse('work')}?{replace(asked, is_mine=False).query}",
        "mine": f"{reverse('work')}?{replace(asked, is_mine=True).query}",
        "file": f"{reverse('work-file')}?{asked.query}",
        "quarter": words_of(asked.quarter),
        "organization": asked.organization,
        "rule": found.rule,
    }  # fmt: skip
    return render(request, "workload/work.html", context)


def words_of(quarter: Quarter) -> str:
    """A quarter as people say it."""
    return _("%(year)s, quarter %(number)s") % {"year": quarter.year, "number": quarter.number}


def _row(line: Line, asked: Asked) -> Row:
    return Row(
        title=line.item.title.in_language(language()),
        code=line.item.code,
        points_each=plain(line.item.points),
        done=words.count(line.done),
        counted=words.count(line.counted),
        over=words.count(line.over) if line.over else "",
        not_counted=words.count(line.not_counted) if line.not_counted else "",
        late=words.count(line.late) if line.late else "",
        points=plain(line.points),
        address=f"{reverse('work-behind', args=[line.item.id])}?{asked.query}",
    )


def plain(number: Decimal) -> str:
    """A number without zeros behind its last digit."""
    return f"{number.normalize():,f}"


def yuan(amount: Decimal) -> str:
    """An amount of money."""
    return f"{amount:,.2f}"


def _sums(found: Statement) -> dict[str, Any]:
    """What the points come to, in words; parts that are not known are empty."""
    share = found.share_untrue
    said: dict[str, Any] = {
        "points": plain(found.points),
        "share": "" if share is None else f"{share * 100:.2f} %",
        "is_checked": share is not None,
        "amount": "",
    }
    if found.fund is None or found.pay is None:
        return said
    return said | {
        "residents": words.count(found.residents or 0),
        "each": plain(found.fund.yuan_per_resident),
        "fund": yuan(found.fund.yuan),
        "is_provisional": found.fund.is_provisional,
        "town_points": plain(found.town_points or Decimal(0)),
        "paid_points": plain(found.pay.paid_points),
        "worth": "" if found.pay.worth is None else f"{found.pay.worth:.4f}",
        "amount": "" if found.pay.amount is None else yuan(found.pay.amount),
    }


@require_safe
@signed_in
def behind(request: PortalRequest, item: str) -> HttpResponse:
    """Show the visits behind an item, those that do not count as well."""
    asked = _asked(request)
    try:
        after: UUID | None = UUID(request.GET.get("after", ""))
    except ValueError:
        after = None
    page = queries.visits_behind(
        asked.quarter,
        item=item,
        organization=asked.organization,
        account=int(request.actor.account) if asked.is_mine else None,
        after=after,
        limit=PAGE,
        actor=request.actor,
        at=request.at,
    )
    on = legal_day(request.at)
    title = queries.rule(on=on).items[item].title.in_language(language())
    here = f"{reverse('work-behind', args=[item])}?{asked.query}"
    context = {
        "crumbs": trail(
            Crumb(_("My work and pay"), f"{reverse('work')}?{asked.query}"), Crumb(title)
        ),
        "title": title,
        "quarter": words_of(asked.quarter),
        "lines": visits.lines(page.visits, on=on, teams={}, ledger={}),
        "pager": Pager(here if after else "", f"{here}&after={page.after}" if page.after else ""),
    }
    return render(request, "workload/behind.html", context)


@require_safe
@signed_in
def work_file(request: PortalRequest) -> HttpResponse:
    """A quarter's work as a table for a spreadsheet."""
    asked = _asked(request)
    found = _statement(request, asked)
    on = legal_day(request.at)
    names = reach.institution_names([asked.organization])
    data = {
        "title": f"{_('My work and pay')} · {words_of(asked.quarter)}",
        "institution": names.get(asked.organization, ""),
        "printed_on": words.day(on),
        "columns": _columns(),
        "rows": [_cells(_row(each, asked)) for each in found.lines] + _foot(_sums(found)),
    }
    content = documents.render("list", data, format=Format.XLSX, language=language(), on=on)
    name = f"work-{asked.quarter.text}.xlsx"
    return FileResponse(
        io.BytesIO(content), content_type=SPREADSHEET, filename=name, as_attachment=True
    )


def _columns() -> list[str]:
    return [
        pgettext("work", "Item"), pgettext("work", "Code"), _("Points each"), _("Done"), pgettext("work", "Counted"),
        _("More than count in a year"), _("Not counted"), _("Entered late"), _("Points"),
    ]  # fmt: skip


def _cells(row: Row) -> list[str]:
    return [
        row.title, row.code, row.points_each, row.done, row.counted, row.over, row.not_counted, row.late,
        row.points,
    ]  # fmt: skip


def _foot(sums: dict[str, Any]) -> list[list[str]]:
    """The sums below the items, each in the first and last column."""
    named = [
        (_("All points"), sums["points"]),
        (_("Found untrue by the yearly check"), sums["share"]),
        (_("Points that are paid"), sums.get("paid_points", "")),
        (_("Fund of the town's villages, yuan (to be verified)"), sums.get("fund", "")),
        (_("Points of the town's villages"), sums.get("town_points", "")),
        (_("A point, yuan"), sums.get("worth", "")),
        (_("Amount, yuan (to be verified)"), sums["amount"]),
    ]
    return [[name, *[""] * 7, value] for name, value in named if value]
