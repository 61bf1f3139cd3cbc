"""Line lists of neighbouring cities: the list of lists, a new one in or out, rows answered, tables to take along."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import actions, queries
from kangmai.epidemic.tracing.errors import FileUnreadable
from kangmai.epidemic.tracing.types import Direction, LineList, ListRow, RowState, TriedList
from kangmai.kernel.actor import require
from kangmai.kernel.errors import Conflict, Incorrect, KangmaiError, NotFound
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.tracing import asking, wording
from kangmai.portal.venues.wording import order_line
from kangmai.standards.identity_regions import region_name

MOST_SHOWN = 50
LARGEST_KEPT = 1_000_000


@require_safe
@signed_in
@awake(Purpose.TRACING)
def lists(request: PortalRequest) -> HttpResponse:
    """Show lists sent and received."""
    found = queries.line_lists(
        after=request.GET.get("after", ""), actor=request.actor, at=request.at
    )
    context = {
        "crumbs": trail(Crumb(_("Tracing"), reverse("tracing")), Crumb(_("Line lists"))),
        "order": order_line(Purpose.TRACING, request.at),
        "rows": [_row(each) for each in found.rows],
        "pager": pager(request.GET, cursor=found.next or None),
    }
    return render(request, "tracing/lists.html", context)


def _row(found: LineList) -> dict[str, object]:
    return {
        "list": found,
        "direction": wording.direction(found.direction),
        "other": _named(found),
        "made": words.instant(found.made_at),
        "states": [
            (wording.row_state(state), found.counts[state])
            for state in RowState
            if found.counts.get(state)
        ],
    }


def _named(found: LineList) -> str:
    """The other side by its name, which is that of its city or county."""
    name = region_name(found.other[:6].ljust(6, "0"), year=found.made_at.year)
    return f"{name} {found.other}" if name else found.other


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@awake(Purpose.TRACING)
def new_list(request: PortalRequest) -> HttpResponse:
    """Try a file that came, row by row, and take it; or send chosen contacts."""
    require(request.actor, "tracing.investigate")
    fault, tried = "", None
    if request.method == "POST":
        try:
            made, tried = _made(request)
            if made is not None:
                return redirect("tracing-list", made)
        except (Incorrect, NotFound, Conflict) as error:
            fault = words_of(error)
    chosen = request.GET.getlist("contact")[:500]
    context = {
        "crumbs": trail(Crumb(_("Tracing"), reverse("tracing")), Crumb(_("Line lists"), reverse("tracing-lists")), Crumb(_("New line list"))),
        "order": order_line(Purpose.TRACING, request.at),
        "fault": fault,
        "given": request.POST,
        "key": request.POST.get("key") or asking.fresh_key(),
        "chosen": request.POST.getlist("contact") or chosen,
        **(_tried(tried, request) if tried is not None else {}),
    }  # fmt: skip
    return render(request, "tracing/new_list.html", context, status=400 if fault else 200)


def _made(request: PortalRequest) -> tuple[UUID | None, TriedList | None]:
    given, actor, at = request.POST, request.actor, request.at
    if given.get("do") == "send":
        chosen = [asking.uuid(each, "contact") for each in given.getlist("contact")]
        made = actions.send_list(
            contacts=chosen, other=given.get("other", ""), reference=given.get("reference", ""),
            key=asking.key(request), actor=actor, at=at,
        )  # fmt: skip
        return made, None
    data = _file(request)
    if given.get("do") == "try":
        return None, actions.try_list(data=data, actor=actor, at=at)
    made, tried = actions.receive_list(
        data=data, other=given.get("other", ""), reference=given.get("reference", ""), key=asking.key(request),
        actor=actor, at=at,
    )  # fmt: skip
    left = tried.total - len(tried.rows)
    if left:
        messages.warning(request, ngettext("%(n)s row could not be read and was refused with the reason.", "%(n)s rows could not be read and were refused with their reasons.", left) % {"n": left})  # fmt: skip
    return made, tried


def _file(request: PortalRequest) -> bytes:
    """The file that was chosen, or the text of one that was tried before."""
    found = request.FILES.get("file")
    if found is not None:
        return bytes(found.read())
    if not request.POST.get("text"):
        raise FileUnreadable(reason=_("choose a file"))
    return request.POST["text"].encode()


def _tried(tried: TriedList, request: PortalRequest) -> dict[str, object]:
    found = request.FILES.get("file")
    if found is not None:
        found.seek(0)
    data = bytes(found.read()) if found is not None else request.POST.get("text", "").encode()
    return {
        "tried": tried,
        "text": _text(data) if len(data) <= LARGEST_KEPT else "",
        "faulty": tried.total - len(tried.rows),
        "faults": [
            (each.row, each.column, each.message.in_language(wording.language()))
            for each in tried.faults[:MOST_SHOWN]
        ],
        "shown": [
            (each.name, words.masked(each.phone, head=3, tail=4), area.path(each.place_code), wording.kind(each.kind))
            for each in list(tried.rows.values())[:MOST_SHOWN]
        ],
    }  # fmt: skip


def _text(data: bytes) -> str:
    """A file as the page keeps it, so that it need not be chosen again to be taken."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


@require_safe
@signed_in
@awake(Purpose.TRACING)
def line_list(request: PortalRequest, list_id: UUID) -> HttpResponse:
    """Show a list with its rows and their answers."""
    found, rows = queries.get_list(list_id, actor=request.actor, at=request.at)
    context = {
        "crumbs": trail(Crumb(_("Tracing"), reverse("tracing")), Crumb(_("Line lists"), reverse("tracing-lists")), Crumb(found.reference)),
        "order": order_line(Purpose.TRACING, request.at),
        "list": found,
        "row": _row(found),
        "is_in": found.direction is Direction.IN,
        "rows": [_line(each) for each in rows],
    }  # fmt: skip
    return render(request, "tracing/list.html", context)


def _line(row: ListRow) -> dict[str, object]:
    person = row.person
    return {
        "row": row,
        "state": wording.row_state(row.state),
        "is_waiting": row.state is RowState.WAITING,
        "person": person,
        "place": area.path(person.place_code) if person else "",
        "kind": wording.kind(person.kind) if person else None,
    }


@require_POST
@signed_in
@awake(Purpose.TRACING)
def change_list(request: PortalRequest, list_id: UUID) -> HttpResponse:
    """Accept or refuse a row that came, or take the answers of the other city."""
    given, actor, at = request.POST, request.actor, request.at
    try:
        row = {"row_id": asking.number(request, "row"), "expected_version": asking.version(request)}
        match given.get("do"):
            case "accept":
                actions.accept_row(**row, actor=actor, at=at)
            case "refuse":
                actions.refuse_row(**row, reason=given.get("reason", ""), actor=actor, at=at)
            case _reply:
                count, faults = actions.take_reply(list_id=list_id, data=_file(request), actor=actor, at=at)  # fmt: skip
                messages.success(request, ngettext("%(n)s answer was taken.", "%(n)s answers were taken.", count) % {"n": count})  # fmt: skip
                for fault in faults[:5]:
                    messages.warning(request, f"{fault.row}: {fault.column} {fault.message.in_language(wording.language())}")  # fmt: skip
                return redirect("tracing-list", list_id)
        asking.written(request)
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("tracing-list", list_id)


@require_safe
@signed_in
@awake(Purpose.TRACING)
def table(request: PortalRequest, list_id: UUID) -> HttpResponse:
    """The CSV of a list that is sent, or of our answers to one that came."""
    found, _rows = queries.get_list(list_id, actor=request.actor, at=request.at)
    read = queries.list_file if found.direction is Direction.OUT else queries.reply_file
    answer = HttpResponse(
        read(list_id, actor=request.actor, at=request.at), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{list_id}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer
