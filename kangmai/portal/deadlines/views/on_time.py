"""How many deadlines were met on time in a period."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kangmai.deadlines import queries
from kangmai.deadlines.types import By, Share
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day, start_of_day
from kangmai.standards.periods import parse_period


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    label: str
    due: int
    on_time: int
    late: int
    missed: int
    percent: str


@require_safe
@signed_in
def on_time(request: PortalRequest) -> HttpResponse:
    """Show the shares of a month, by deadline unless asked otherwise."""
    month = request.GET.get("period", "").strip() or f"{legal_day(request.at):%Y-%m}"
    by = next((each for each in By if each == request.GET.get("by")), By.DEFINITION)
    definition = request.GET.get("deadline", "")
    period = parse_period(month)
    shares = queries.on_time_shares(
        due_from=start_of_day(period.start),
        due_to=start_of_day(period.end),
        by=by,
        definition=definition,
        actor=request.actor,
        at=request.at,
    )
    titles = {rule.id: rule.title[language()] for rule in queries.rules_in_use()}
    labels = _labels(shares, by, titles)
    context = {
        "crumbs": trail(Crumb(_("Deadlines"), "/deadlines/"), Crumb(_("Done on time"))),
        "period": month,
        "bys": choices(_bys(), current=by),
        "kinds": choices([("", _("all deadlines")), *titles.items()], current=definition),
        "rows": [_row(each, labels.get(each.key, each.key)) for each in shares],
    }
    return render(request, "deadlines/on_time.html", context)


def _bys() -> list[tuple[str, str]]:
    return [
        (By.DEFINITION, _("by deadline")),
        (By.COUNTY, _("by county")),
        (By.TOWN, _("by town")),
        (By.OWNER, _("by institution")),
    ]


def _labels(shares: tuple[Share, ...], by: By, titles: dict[str, str]) -> dict[str, str]:
    match by:
        case By.DEFINITION:
            return titles
        case By.OWNER:
            ids = {int(each.key) for each in shares}
            found = registry.names_by_id(ids=ids, language=language())
            return {str(id): name for id, name in found.items()}
        case _:
            return {each.key: area.path(each.key) for each in shares}


def _row(share: Share, label: str) -> Row:
    percent = "—" if share.percent is None else f"{share.percent:.1f}%"
    return Row(label, share.due, share.on_time, share.late, share.missed, percent)
