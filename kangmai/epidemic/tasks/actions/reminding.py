"""The clock of tasks: who looks after a cell is reminded before and after the hour, who gave a task when it stays undone.

A task belongs to a cell and not to an institution, and its hour is set with it: therefore a clock of its own and no
legal deadline. Each step is told once for each task, many tasks in one message; by hours of `task_rule`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.grid import queries as grid
from kangmai.epidemic.orders.queries import awake
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tasks import models, rules
from kangmai.epidemic.tasks.types import WAITING, Told
from kangmai.kernel.actor import operator
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, to_account
from kangmai.standards.calendars import legal_day

CLOCK = operator("tasks.clock")
MOST = 5_000
PAGE = "/emergency-mode/grid/"


def remind(*, at: datetime) -> int:
    """Tell of tasks whose hour is near or over; for the worker, every few minutes. Returns how many messages are new.

    While no quarantine is ordered nobody is told of anything.
    """
    orders = [each.id for each in awake(Purpose.QUARANTINE, at=at)]
    if not orders:
        return 0
    clock = rules.rule(on=legal_day(at)).clock
    return (
        _step(Told.SOON, orders, at + timedelta(minutes=clock.soon_minutes), at)
        + _step(Told.LATE, orders, at, at)
        + _step(Told.GIVER, orders, at - timedelta(minutes=clock.giver_minutes), at)
    )


def _step(step: Told, orders: Sequence[UUID], before: datetime, at: datetime) -> int:
    """Tell of the tasks that are due before an instant and were not told of in this step."""
    with transaction.atomic():
        found = models.Task.objects.select_for_update(skip_locked=True).filter(
            order_id__in=orders,
            state__in=[each.value for each in WAITING],
            due_at__lte=before,
            told__lt=step.value,
        )
        rows = list(found.order_by("due_at", "id")[:MOST])
        accounts = _givers(rows) if step is Told.GIVER else _workers(rows, at)
        models.Task.objects.filter(id__in=[row.id for row in rows]).update(told=step.value)
        drafts = [_draft(step, account, count, at) for account, count in sorted(accounts.items())]
        return messages.notify(drafts, actor=CLOCK, at=at)


def _workers(rows: Sequence[models.Task], at: datetime) -> Counter[int]:
    """Accounts of those who look after the cells, with how many tasks each."""
    over = grid.workers_over(codes={row.cell for row in rows}, at=at)
    return Counter(
        account
        for row in rows
        for account in {each.account for each in over.get(row.cell, ()) if each.account is not None}
    )


def _givers(rows: Iterable[models.Task]) -> Counter[int]:
    return Counter(row.created_by for row in rows if row.created_by)


def _draft(step: Told, account: int, count: int, at: datetime) -> Draft:
    show = "today" if step is Told.SOON else "late"
    return Draft(
        template=f"grid_tasks_{step.name.lower()}",
        to=to_account(account),
        parameters={"count": count},
        link=f"{PAGE}?show={show}",
        subject=("grid_tasks", step.name.lower()),
        key=f"grid:{step.name}:{account}:{at.isoformat()}",
    )
