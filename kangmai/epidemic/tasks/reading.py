"""From rows to values, and what was sealed."""

from uuid import UUID

from kangmai.epidemic.tasks import models
from kangmai.epidemic.tasks.types import Need, NeedSource, NeedState, Task, TaskState
from kangmai.kernel import sealing
from kangmai.kernel.ids import ResidentId


def close(table: str, id: UUID, content: bytes) -> tuple[int, bytes]:
    """Key version and sealed bytes."""
    return sealing.seal(content, bound_to=f"tasks.{table}|{id}".encode())


def opened(table: str, id: UUID, key: int | None, content: bytes | None) -> bytes:
    """What was sealed; nothing once it was erased."""
    if key is None or content is None:
        return b""
    return sealing.unseal(key, bytes(content), bound_to=f"tasks.{table}|{id}".encode())


def task_of(row: models.Task, photos: tuple[UUID, ...] = ()) -> Task:
    """A task."""
    return Task(
        id=row.id,
        order_id=row.order_id,
        kind=row.kind,
        cell=row.cell,
        resident=None if row.resident_id is None else ResidentId(row.resident_id),
        contact_id=row.contact_id,
        need_id=row.need_id,
        note=row.note or "",
        due_at=row.due_at,
        state=TaskState(row.state),
        result=row.result,
        is_abnormal=row.is_abnormal,
        amount=row.amount,
        remark=opened("task", row.id, row.remark_key, row.remark).decode(),
        photos=photos,
        created_at=row.created_at,
        done_at=row.done_at,
        version=row.version,
    )


def need_of(row: models.Need, *, with_reason: bool) -> Need:
    """A need, with why or without."""
    return Need(
        row.id, row.order_id, None if row.resident_id is None else ResidentId(row.resident_id),
        row.kind if with_reason else "", row.service, row.cell, NeedSource(row.source), NeedState(row.state),
        row.every_days, row.next_on, row.served_at, row.created_at, row.version,
    )  # fmt: skip
