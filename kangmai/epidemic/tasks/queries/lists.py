"""Tasks on the phone of a grid worker and on the desk of who gives them, with whom they are about."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left

from kangmai.epidemic.orders.queries import emergency_door, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tasks import models, people
from kangmai.epidemic.tasks.errors import PhotoUnknown, TaskUnknown
from kangmai.epidemic.tasks.reach import DO, GIVE, require_any, tasks_of
from kangmai.epidemic.tasks.reading import opened, task_of
from kangmai.epidemic.tasks.types import WAITING, Page, Show, TaskLine, TaskState
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor
from kangmai.standards.calendars import LEGAL_TIME

LARGEST_PAGE = 100
VILLAGE = 12


@emergency_door(Purpose.QUARANTINE)
def tasks(
    *,
    show: Show = Show.TODAY,
    area: str = "",
    kind: str = "",
    after: str = "",
    limit: int = 30,
    actor: Actor,
    at: datetime,
) -> Page[TaskLine]:
    """Tasks that an actor sees, what is due first first (what is done: the latest first), a page at a time; written down.

    Args:
        area: a division or cell inside which they lie, or everywhere.
        after: the cursor that the page before gave.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require_any(actor, DO, GIVE)
    rows = models.Task.objects.filter(tasks_of(actor, at), _shown(show, at))
    if area:
        rows = rows.filter(cell__startswith=area)
    if kind:
        rows = rows.filter(kind=kind)
    is_past = show in (Show.DONE, Show.ABNORMAL)
    column = "done_at" if is_past else "due_at"
    rows = _behind(rows, column, after, is_past)
    limit = max(1, min(limit, LARGEST_PAGE))
    order = ("-done_at", "-id") if is_past else ("due_at", "id")
    found = list(rows.order_by(*order)[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    following = f"{getattr(last, column).isoformat()}|{last.id}" if last is not None else ""
    return Page(_lines(found[:limit], "listed", actor, at), following)


@emergency_door(Purpose.QUARANTINE)
def waiting_by_village(*, actor: Actor, at: datetime) -> dict[str, int]:
    """How many tasks that an actor sees wait in each village, by its code. Raises NoOrderInForce, NotPermitted."""
    require_any(actor, DO, GIVE)
    rows = models.Task.objects.filter(
        tasks_of(actor, at), state__in=[each.value for each in WAITING]
    )
    found = rows.annotate(village=Left("cell", VILLAGE)).values("village").order_by("village")
    return {each["village"]: each["n"] for each in found.annotate(n=Count("id"))}


def _behind(
    rows: QuerySet[models.Task], column: str, after: str, is_past: bool
) -> QuerySet[models.Task]:
    """What comes after a cursor; one that nobody gave shows the first page."""
    when, _bar, id = after.partition("|")
    try:
        seen, last = datetime.fromisoformat(when), UUID(id)
    except ValueError:
        return rows
    past = "lt" if is_past else "gt"
    return rows.filter(Q(**{f"{column}__{past}": seen}) | Q(**{column: seen, f"id__{past}": last}))


def _shown(show: Show, at: datetime) -> Q:
    waiting = Q(state__in=[each.value for each in WAITING])
    match show:
        case Show.TODAY:
            local = at.astimezone(LEGAL_TIME)
            tomorrow = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            return waiting & Q(due_at__lt=tomorrow)
        case Show.LATE:
            return waiting & Q(due_at__lt=at)
        case Show.OPEN:
            return waiting
        case Show.ABNORMAL:
            return Q(state=TaskState.DONE.value, is_abnormal=True)
        case Show.DONE:
            return Q(state=TaskState.DONE.value)


@emergency_door(Purpose.QUARANTINE)
def waiting(*, actor: Actor, at: datetime) -> dict[Show, int]:
    """How many tasks each list holds, counted up to 1,000. Raises NoOrderInForce, NotPermitted."""
    require_any(actor, DO, GIVE)
    rows = models.Task.objects.filter(tasks_of(actor, at))
    return {
        show: rows.filter(_shown(show, at))[:1000].count()
        for show in (Show.TODAY, Show.LATE, Show.OPEN, Show.ABNORMAL)
    }


@emergency_door(Purpose.QUARANTINE)
@writes_refusals("tasks.task_refused")
def get_task(task_id: UUID, *, actor: Actor, at: datetime) -> TaskLine:
    """One task; written down. Raises NoOrderInForce, NotPermitted, TaskUnknown."""
    require_any(actor, DO, GIVE)
    row = models.Task.objects.filter(tasks_of(actor, at), id=task_id).first()
    if row is None:
        raise TaskUnknown()
    return _lines([row], "read", actor, at)[0]


def _lines(
    rows: Sequence[models.Task], purpose: str, actor: Actor, at: datetime
) -> tuple[TaskLine, ...]:
    photos: dict[UUID, list[UUID]] = {}
    for task, id in models.Photo.objects.filter(task_id__in=[row.id for row in rows]).order_by("id").values_list("task_id", "id"):  # fmt: skip
        photos.setdefault(task, []).append(id)
    found = [task_of(row, tuple(photos.get(row.id, ()))) for row in rows]
    known = people.residents(
        {each.resident for each in found if each.resident is not None and each.contact_id is None},
        purpose=purpose, actor=actor, at=at,
    )  # fmt: skip
    contacts = people.contacts(
        {each.contact_id for each in found if each.contact_id is not None}, purpose=purpose, actor=actor, at=at
    )  # fmt: skip
    return tuple(
        TaskLine(
            each,
            contacts.get(each.contact_id, people.NOBODY) if each.contact_id is not None
            else known.get(each.resident, people.NOBODY) if each.resident is not None
            else people.NOBODY,
        )
        for each in found
    )  # fmt: skip


@emergency_door(Purpose.QUARANTINE)
@writes_refusals("tasks.task_refused")
def photo(photo_id: UUID, *, actor: Actor, at: datetime) -> bytes:
    """A photo of a task that the actor sees, as JPEG; written down. Raises NoOrderInForce, NotPermitted, PhotoUnknown."""
    require_any(actor, DO, GIVE)
    row = models.Photo.objects.filter(id=photo_id).first()
    seen = row is not None and models.Task.objects.filter(tasks_of(actor, at), id=row.task_id).exists()  # fmt: skip
    if row is None or not seen:
        raise PhotoUnknown()
    audit.record_later(audit.Entry(actor, at, "tasks.photo_seen", "GridTask", str(row.task_id)))
    return opened("photo", row.id, row.content_key, row.content)
