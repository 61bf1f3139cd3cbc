"""Tables that can be taken in: their templates, a trial, an import."""

from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.errors import Incorrect, NotFound
from kangmai.kernel.ids import OrganizationId
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.records import actions, queries
from kangmai.records.types import TableReport
from kangmai.registry import queries as registry

PERMISSION = "records.intake"
MOST_BYTES = 21 * 2**20
"""No more of an upload is read; the room refuses less than that already."""
MOST_ROWS = 3000
"""What a page can wait for; larger files are for the command."""
SHOWN_FAULTS = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@signed_in
def tables(request: PortalRequest) -> HttpResponse:
    """Show what tables there are, and the form for a file."""
    require(request.actor, PERMISSION)
    return render(request, "intake/tables.html", _context(request))


@require_safe
@signed_in
def template(request: PortalRequest, table: str) -> HttpResponse:
    """Hand out the empty table."""
    require(request.actor, PERMISSION)
    name, content = queries.intake_template(table, language=get_language() or "zh")
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


@require_POST
@signed_in
def take(request: PortalRequest) -> HttpResponse:
    """Try or import a file, and show what its rows came to."""
    require(request.actor, PERMISSION)
    uploaded = request.FILES.get("file")
    if uploaded is None:
        messages.error(request, _("Choose a file."))
        return redirect("intake")
    try:
        report = actions.import_table(
            request.POST.get("table", ""),
            uploaded.read(MOST_BYTES),
            organization=_organization(request.actor),
            is_trial=request.POST.get("do") != "import",
            most_rows=MOST_ROWS,
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, NotFound) as error:
        messages.error(request, words_of(error))
        return redirect("intake")
    return render(request, "intake/report.html", {**_context(request), **_shown(report)})


def _organization(actor: Actor) -> OrganizationId | None:
    """The institution in which the actor's roles are exercised."""
    return next((grant.organization for grant in actor.grants if grant.organization), None)


def _context(request: PortalRequest) -> dict[str, object]:
    organization = _organization(request.actor)
    names = registry.names_by_id(ids=[organization] if organization else [], language=language())
    return {
        "crumbs": trail(Crumb(_("Tables"))),
        "tables": [
            {
                "id": each.id,
                "title": each.title[language()],
                "columns": len(each.columns),
                "required": words.joined(c.title for c in each.columns if c.is_required),
                "is_verified": each.is_verified,
                "is_current": each.id == _wanted(request),
            }
            for each in queries.intake_tables()
        ],
        "organization": names.get(organization or 0, ""),
        "most_rows": MOST_ROWS,
    }


def _wanted(request: HttpRequest) -> str:
    return request.POST.get("table", "") or request.GET.get("table", "")


def _shown(report: TableReport) -> dict[str, object]:
    return {
        "report": report,
        "good": report.rows - report.rejected,
        "faults": [
            {
                "line": f.line,
                "column": f.column,
                "text": f.text(language()),
                "is_warning": f.is_warning,
            }
            for f in report.faults[:SHOWN_FAULTS]
        ],
        "more": max(0, len(report.faults) - SHOWN_FAULTS),
    }
