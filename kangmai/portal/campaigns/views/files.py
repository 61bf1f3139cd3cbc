"""The people of a campaign as a table for a spreadsheet."""

import io
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.portal.campaigns import wording
from kangmai.portal.campaigns.views.people import lines, read_filter
from kangmai.portal.messages.presenters import language
from kangmai.portal.programmes.views.files import KINDS, FormatUnknown, csv_of
from kangmai.portal.shell import words
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.programmes.campaigns import queries
from kangmai.standards.calendars import legal_day

MOST = 5000


@require_safe
@signed_in
def people_file(request: PortalRequest, campaign_id: UUID, format: str) -> HttpResponse:
    """The people of a filter as a file, at most `MOST`."""
    if format not in ("csv", "xlsx"):
        raise FormatUnknown(format=format)
    found = queries.get_campaign(campaign_id, actor=request.actor)
    asked, on = read_filter(request.GET), legal_day(request.at)
    rows = queries.targets(found.id, filter=asked, limit=MOST, on=on, actor=request.actor)
    table = [_cells(each) for each in lines(rows, found, request)]
    if format == "csv":
        content = csv_of(_columns(), table)
    else:
        data = {
            "title": f"{found.title} · {wording.show(asked.show)}",
            "institution": "",
            "printed_on": words.day(on),
            "columns": _columns(),
            "rows": table,
        }
        content = documents.render("list", data, format=Format.XLSX, language=language(), on=on)
    name = f"campaign-{on}.{format}"
    return FileResponse(io.BytesIO(content), content_type=KINDS[format], filename=name, as_attachment=True)  # fmt: skip


def _columns() -> list[str]:
    return [
        _("Name"), _("Index number"), _("Age"), _("Division"), _("School"), pgettext("campaign", "Class"), _("Dose"), pgettext("campaign", "Answer"),
        _("Answered on"), _("Reason"), _("Sessions missed"),
    ]  # fmt: skip


def _cells(row: dict[str, object]) -> list[str]:
    need, consent = row["need"], row["consent"]
    assert isinstance(need, tuple) and isinstance(consent, tuple)
    return [
        str(row["name"]), str(row["number"]), str(row["age"]), str(row["place"]), str(row["school"]), str(row["seat"]),
        f"{need[0]} {row['need_line']}".strip(), str(consent[0]), str(row["consent_on"]), str(row["refusal"]),
        str(row["missed"]),
    ]  # fmt: skip
