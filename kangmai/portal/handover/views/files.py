"""Files that go up, rows typed by hand, and files of receipts that come back."""

from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kangmai.handover import actions, queries
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.handover import rows
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in

MOST_BYTES = 32 * 2**20
"""No more of an upload is read; the room refuses less than that already."""


@require_POST
@signed_in
def send(request: PortalRequest) -> HttpResponse:
    """Make a file of what waits, and lead to it."""
    try:
        batch = actions.send_file(
            system=request.POST.get("system", ""),
            key=request.POST.get("key", "")[:64],
            actor=request.actor,
            at=request.at,
        )
    except (Conflict, Incorrect) as error:
        messages.error(request, words_of(error))
        return redirect("handover")
    text = ngettext("%(n)s row is in the file.", "%(n)s rows are in the file.", batch.rows)
    messages.success(request, text % {"n": batch.rows})
    return redirect("handover-files")


@require_safe
@signed_in
def files(request: PortalRequest) -> HttpResponse:
    """Show the newest files."""
    systems = rows.titles(request.at)
    found = queries.batches(actor=request.actor)
    context = {
        "crumbs": trail(Crumb(_("Handover"), "/handover/"), Crumb(_("Files"))),
        "rows": [
            {
                "id": each.id,
                "name": each.file_name,
                "system": systems.get(each.system, each.system),
                "rows": each.rows,
                "when": words.instant(each.created_at),
            }
            for each in found
        ],
    }
    return render(request, "handover/files.html", context)


@require_safe
@signed_in
def file(request: PortalRequest, batch_id: UUID) -> HttpResponse:
    """Hand out one file as it was made."""
    found = queries.batch_file(batch_id, actor=request.actor, at=request.at)
    answer = HttpResponse(found.content, content_type=found.media_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    return answer


@require_POST
@signed_in
def by_hand(request: PortalRequest) -> HttpResponse:
    """Mark the rows ticked as typed into the other system."""
    pairs = [each.partition(":") for each in request.POST.getlist("entry")]
    try:
        entries = [(UUID(id), int(version)) for id, _colon, version in pairs]
        count = actions.mark_sent_by_hand(entries=entries, actor=request.actor, at=request.at)
    except ValueError:
        messages.error(request, _("The list was not read. Open it again."))
    except (Conflict, Incorrect) as error:
        messages.error(request, words_of(error))
    else:
        text = ngettext("%(n)s row was marked.", "%(n)s rows were marked.", count)
        messages.success(request, text % {"n": count})
    return redirect("handover")


@require_POST
@signed_in
def receipts(request: PortalRequest) -> HttpResponse:
    """Try or read a file of receipts, and show what each line came to."""
    uploaded = request.FILES.get("file")
    if uploaded is None:
        messages.error(request, _("Choose a file."))
        return redirect("handover")
    is_trial = request.POST.get("do") != "read"
    take_up = actions.try_receipts if is_trial else actions.read_receipts
    try:
        report = take_up(
            system=request.POST.get("system", ""),
            file=uploaded.read(MOST_BYTES),
            actor=request.actor,
            at=request.at,
        )
    except (Conflict, Incorrect) as error:
        messages.error(request, words_of(error))
        return redirect("handover")
    context = {
        "crumbs": trail(Crumb(_("Handover"), "/handover/"), Crumb(_("Receipts"))),
        "report": report,
        "is_trial": is_trial,
        "faults": [(f.line, f.zh if language() == "zh" else f.en) for f in report.faults],
    }
    return render(request, "handover/receipts.html", context)
