"""Tables of tasks; every one hangs on the order under which it was filled. Remarks and photos are sealed."""

from enum import Enum

from django.db import models
from django.db.models import Q

from kangmai.epidemic.tasks.types import NeedSource, NeedState, TaskState


def _known(name: str, column: str, values: type[Enum]) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{column}__in": [each.value for each in values]}), name=name
    )


def _code(length: int, **more: object) -> models.CharField:
    return models.CharField(max_length=length, db_collation="C", **more)


class Need(models.Model):
    """Somebody needs help; why stands in `kind`, which only those see who may."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    resident_id = models.BigIntegerField(null=True)
    kind = _code(24)
    service = _code(24)
    label = models.PositiveSmallIntegerField(default=0)
    cell = _code(16)
    source = _code(6)
    state = _code(9)
    every_days = models.PositiveSmallIntegerField()
    next_on = models.DateField(null=True)
    served_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    decided_by = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("tasks_need_state_known", "state", NeedState),
            _known("tasks_need_source_known", "source", NeedSource),
            models.UniqueConstraint(fields=("order_id", "resident_id", "kind"), name="tasks_need_once"),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(next_on__isnull=False), name="tasks_need_confirmed_has_a_day"
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=("state", "cell", "id"), name="tasks_need_cell"),)


class Task(models.Model):
    """Something to be done at a door, or in a cell."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    mark = _code(100, null=True, unique=True)
    """What the task is, so that it is given once: a form's key with its number, or what it follows from; it names whom
    it is about, and so is cleared when the order is over."""
    kind = _code(24)
    cell = _code(16)
    resident_id = models.BigIntegerField(null=True)
    contact_id = models.UUIDField(null=True)
    need = models.ForeignKey(Need, null=True, on_delete=models.SET_NULL, related_name="tasks")
    note = models.CharField(max_length=200, null=True)
    """What is asked; ids and goods, nobody's name."""
    due_at = models.DateTimeField()
    state = _code(9, default=TaskState.OPEN.value)
    result = _code(24, blank=True, default="")
    is_abnormal = models.BooleanField(default=False)
    amount = models.PositiveIntegerField(null=True)
    remark = models.BinaryField(null=True)
    remark_key = models.PositiveSmallIntegerField(null=True)
    created_by = models.BigIntegerField()
    created_at = models.DateTimeField()
    done_by = models.BigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)
    told = models.PositiveSmallIntegerField(default=0, db_default=0)
    """How far its clock went (`Told`)."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (
            _known("tasks_task_state_known", "state", TaskState),
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(done_at__isnull=False) & ~Q(result="")),
                name="tasks_task_done_has_a_result",
            ),
        )
        indexes = (
            models.Index(fields=("cell", "due_at", "id"), condition=Q(state__in=("open", "started")), name="tasks_task_waiting"),
            models.Index(fields=("due_at",), condition=Q(state__in=("open", "started"), told__lt=3), name="tasks_task_clock"),
            models.Index(fields=("cell", "-done_at", "-id"), condition=Q(state="done"), name="tasks_task_done"),
            models.Index(fields=("order_id",), name="tasks_task_order"),
            models.Index(fields=("resident_id",), condition=Q(resident_id__isnull=False), name="tasks_task_resident"),
        )  # fmt: skip


class Photo(models.Model):
    """A photo of what was found, made small and without where and by what it was taken; sealed."""

    id = models.UUIDField(primary_key=True)
    order_id = models.UUIDField()
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="photos")
    content = models.BinaryField()
    content_key = models.PositiveSmallIntegerField()
    taken_at = models.DateTimeField()
    account_id = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=("order_id",), name="tasks_photo_order"),)
