"""The list of findings as a table for a spreadsheet."""

import io

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.portal.messages.presenters import language
from kangmai.portal.programmes.views.files import KINDS, csv_of
from kangmai.portal.shell import words
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.watchdog import wording
from kangmai.portal.watchdog.lines import Line, lines
from kangmai.portal.watchdog.views import show_of
from kangmai.programmes.watchdog import queries
from kangmai.programmes.watchdog.errors import FormatUnknown
from kangmai.standards.calendars import legal_day

STEP, MOST = 200, 2000


@require_safe
@signed_in
def findings_file(request: PortalRequest, format: str) -> HttpResponse:
    """The findings of a filter as a file, at most `MOST` lines."""
    if format not in ("csv", "xlsx"):
        raise FormatUnknown(format=format)
    table = [_cells(line) for line in _lines(request)]
    on = legal_day(request.at)
    if format == "csv":
        content = csv_of(_columns(), table)
    else:
        data = {
            "title": f"{_('Data checks')} · {wording.show(show_of(request))}",
            "institution": "",
            "printed_on": words.day(on),
            "columns": _columns(),
            "rows": table,
        }
        content = documents.render("list", data, format=Format.XLSX, language=language(), on=on)
    name = f"data-checks-{on}.{format}"
    return FileResponse(
        io.BytesIO(content), content_type=KINDS[format], filename=name, as_attachment=True
    )


def _lines(request: PortalRequest) -> list[Line]:
    found: list[Line] = []
    after = ""
    while len(found) < MOST:
        page = queries.findings(
            show=show_of(request),
            detector=request.GET.get("detector", ""),
            after=after,
            limit=STEP,
            actor=request.actor,
            at=request.at,
        )
        found += lines(page.rows, at=request.at)
        after = page.next
        if not after:
            break
    return found


def _columns() -> list[str]:
    return [
        _("Finding"),
        pgettext("watchdog", "What was found"),
        _("Programme"),
        _("Institution"),
        _("About whom"),
        pgettext("watchdog", "Days"),
        pgettext("watchdog", "Visits"),
        _("State"),
        _("Answer until"),
    ]


def _cells(line: Line) -> list[str]:
    return [
        line.title, line.sentence, line.programme, line.institution, line.who, line.days, str(line.rows),
        line.state, line.until,
    ]  # fmt: skip
