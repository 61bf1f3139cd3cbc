"""The tasks of a grid worker on his phone, and one of them at the door."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kangmai.epidemic.grid import queries as grid
from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Phase, Purpose
from kangmai.epidemic.tasks import actions, queries, rules
from kangmai.epidemic.tasks.types import WAITING, Finish, Measured, Show, TaskLine
from kangmai.epidemic.tracing import rules as following
from kangmai.epidemic.tracing.types import Half
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.grid import asking, wording
from kangmai.portal.orders.gate import awake
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import Choice, choices
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.tracing import wording as traced
from kangmai.portal.venues.wording import order_line
from kangmai.standards.calendars import legal_day

GIVE, DO, COUNT = "tasks.give", "tasks.do", "tasks.count"
REGISTER, CELLS = "venues.register", "venues.cells"


@require_safe
@signed_in
@awake(Purpose.QUARANTINE)
def tasks(request: PortalRequest) -> HttpResponse:
    """Show tasks, what is due first first."""
    actor, at = request.actor, request.at
    if is_permitted(actor, COUNT) and not (is_permitted(actor, DO) or is_permitted(actor, GIVE)):
        return redirect("grid-board")
    counts = queries.waiting(actor=actor, at=at)
    show = _chosen(request, counts)
    kind = request.GET.get("kind", "")
    within = request.GET.get("area", "")
    found = queries.tasks(
        show=show, area=within, kind=kind, after=request.GET.get("after", ""), actor=actor, at=at
    )
    by_village = queries.waiting_by_village(actor=actor, at=at)
    cells = {each.task.cell for each in found.rows}
    names = wording.cells(cells)
    may_give = is_permitted(actor, GIVE)
    workers = grid.workers_over(codes=cells, at=at) if may_give and show is Show.LATE else {}
    known = rules.rule(on=legal_day(at)).kinds
    context = {
        "crumbs": trail(Crumb(_("Tasks of the grid"))),
        "order": order_line(Purpose.QUARANTINE, at),
        "shows": [
            (each.value, wording.show(each), words.count(counts[each]) if each in counts else "", each is show)
            for each in Show
        ],
        "show": show.value,
        "area": within,
        "villages": _villages(by_village, within) if len(by_village) > 1 or within else (),
        "kinds": choices(
            [("", _("all")), *((id, wording.named(each.title, id)) for id, each in known.items())], current=kind
        ),
        "rows": [
            {**_row(each, names, request), "workers": workers.get(each.task.cell, ())} for each in found.rows
        ],
        "shows_workers": may_give and show is Show.LATE,
        "may_give": may_give,
        "may_register": is_permitted(actor, REGISTER) and _is_registering(at),
        "may_enrol": is_permitted(actor, CELLS) and _is_registering(at),
        "may_count": is_permitted(actor, COUNT) or is_permitted(actor, GIVE),
        "pager": pager(request.GET, cursor=found.next or None),
    }  # fmt: skip
    return render(request, "grid/tasks.html", context)


def _chosen(request: PortalRequest, counts: dict[Show, int]) -> Show:
    """The list that was asked for; else what is due today, or all that waits where nothing is."""
    default = Show.TODAY if counts[Show.TODAY] else Show.OPEN
    return next((each for each in Show if each.value == request.GET.get("show")), default)


def _is_registering(at: datetime) -> bool:
    """Whether people are registered somewhere just now."""
    return any(
        each.phase(at) is Phase.IN_FORCE and Purpose.REGISTRATION in each.purposes
        for each in orders.public_orders(at=at)
    )


def _villages(counts: dict[str, int], chosen: str) -> tuple[Choice, ...]:
    """The villages in which tasks wait, and the one that was chosen, with how many."""
    codes = sorted({*counts, *([chosen] if chosen else [])})
    names = wording.cells(set(codes))
    rows = [(code, f"{names[code]} ({counts.get(code, 0)})") for code in codes]
    return choices([("", _("all")), *rows], current=chosen)


def _row(line: TaskLine, names: dict[str, str], request: PortalRequest) -> dict[str, object]:
    task = line.task
    return {
        "task": task,
        "kind": wording.kind(task.kind, request.at),
        "name": line.whom.name,
        "phone": line.whom.phone,
        "address": line.whom.address,
        "cell": names.get(task.cell, task.cell),
        "due": wording.due(task.due_at, request.at),
        "state": wording.result(task, request.at),
        "done": words.instant(task.done_at) if task.done_at else "",
    }


@require_safe
@signed_in
@awake(Purpose.QUARANTINE)
def task(request: PortalRequest, task_id: UUID) -> HttpResponse:
    """Show one task: who, where, what is asked, and the form of its result."""
    actor, at = request.actor, request.at
    line = queries.get_task(task_id, actor=actor, at=at)
    found = line.task
    rule = rules.rule(on=legal_day(at))
    kind = rule.kinds[found.kind]
    symptoms = following.rule(on=legal_day(at)).symptoms
    context = {
        "crumbs": trail(Crumb(_("Tasks of the grid"), reverse("grid")), Crumb(wording.kind(found.kind, at))),
        "order": order_line(Purpose.QUARANTINE, at),
        "row": _row(line, wording.cells({found.cell}), request),
        "task": found,
        "given": words.instant(found.created_at),
        "results": [(each.id, wording.named(each.title, each.id), each.is_abnormal) for each in kind.results.values()],
        "measures": kind.measures,
        "counts": kind.counts,
        "symptoms": [(id, wording.named(each, id)) for id, each in symptoms.items()],
        "halves": choices([(each.value, traced.half(each)) for each in Half], current=rules.half_of(at).value),
        "may_do": is_permitted(actor, DO) and found.state in WAITING,
        "may_cancel": is_permitted(actor, GIVE) and found.state in WAITING,
        "most_photos": rule.most_photos,
    }  # fmt: skip
    return render(request, "grid/task.html", context)


@require_POST
@signed_in
@awake(Purpose.QUARANTINE)
def change_task(request: PortalRequest, task_id: UUID) -> HttpResponse:
    """Start, finish or take back a task; after it is done the list waits with the next."""
    given = request.POST
    try:
        whose: dict[str, Any] = {
            "task_id": task_id, "expected_version": asking.number(request, "version"), "actor": request.actor,
            "at": request.at,
        }  # fmt: skip
        match given.get("do"):
            case "start":
                actions.start(**whose)
                asking.written(request)
                return redirect("grid-task", task_id)
            case "finish":
                actions.finish(said=_finish(request), **whose)
            case "cancel":
                actions.cancel(reason=given.get("reason", ""), **whose)
            case other:
                raise asking.unreadable("do", str(other))
        asking.written(request)
        return redirect("grid")
    except KangmaiError as error:
        asking.complain(request, error)
    return redirect("grid-task", task_id)


def _finish(request: PortalRequest) -> Finish:
    given = request.POST
    half = Half.EVENING if given.get("half") == Half.EVENING.value else Half.MORNING
    temperature = asking.decimal(request, "temperature")
    measured = Measured(half, temperature, tuple(given.getlist("symptom"))) if temperature is not None else None  # fmt: skip
    amount = asking.number(request, "amount") if given.get("amount", "").strip() else None
    photos = tuple(each.read() for each in request.FILES.getlist("photo") if each.size)
    return Finish(given.get("result", ""), given.get("remark", ""), amount, measured, photos)


@require_safe
@signed_in
@awake(Purpose.QUARANTINE)
def picture(request: PortalRequest, photo_id: UUID) -> HttpResponse:
    """A photo of a task, for who may see the task."""
    content = queries.photo(photo_id, actor=request.actor, at=request.at)
    return HttpResponse(content, content_type="image/jpeg", headers={"Cache-Control": "no-store"})
