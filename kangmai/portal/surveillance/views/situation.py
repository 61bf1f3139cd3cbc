"""The situation report of an event, written from its data: as a document to work on, as a page to read and print."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.epidemic.surveillance import queries
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.shell.security import ALONE
from kangmai.portal.surveillance import situations, wording
from kangmai.standards.calendars import legal_day

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
@signed_in
def situation_docx(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """The report as a document."""
    reference, content = _made(request, outbreak_id, Format.DOCX)
    answer = HttpResponse(content, content_type=DOCX)
    answer["Content-Disposition"] = f'attachment; filename="{reference}.docx"'
    return answer


@require_safe
@signed_in
def situation_html(request: PortalRequest, outbreak_id: UUID) -> HttpResponse:
    """The report as a page that stands alone."""
    reference, content = _made(request, outbreak_id, Format.HTML)
    answer = HttpResponse(content, content_type="text/html; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="{reference}.html"'
    answer["Content-Security-Policy"] = ALONE
    return answer


def _made(request: PortalRequest, outbreak_id: UUID, format: Format) -> tuple[str, bytes]:
    found = queries.get_outbreak(outbreak_id, actor=request.actor)
    content = documents.render(
        "situation_report",
        situations.document(found, actor=request.actor, at=request.at),
        format=format,
        language=wording.language(),
        on=legal_day(request.at),
    )
    return found.reference, content
