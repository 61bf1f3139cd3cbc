"""Appoint and dismiss those who look after a cell."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.access import queries as access
from kangmai.epidemic.grid import models, rules
from kangmai.epidemic.grid.errors import (
    CellClosed,
    LoginUnknown,
    NameMissing,
    RoleUnknown,
    WorkerUnknown,
)
from kangmai.epidemic.grid.reach import MANAGE, cell_locked, require_at
from kangmai.epidemic.grid.reading import worker_of
from kangmai.epidemic.grid.types import Worker
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import write_down
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day


def appoint(
    *, cell: str, role: str, name: str, phone: str = "", login: str = "", actor: Actor, at: datetime
) -> Worker:
    """Put somebody in charge of a cell from today; the same name in the same role again changes phone and account.

    Args:
        login: the account with which he sees the tasks of the cell; empty if he does not log in.

    Raises:
        NotPermitted, CodeUnknown, CellUnknown, CellClosed, RoleUnknown, NameMissing, LoginUnknown.
    """
    today = legal_day(at)
    if role not in rules.rule(on=today).roles:
        raise RoleUnknown(role=role[:24])
    if not name.strip():
        raise NameMissing()
    account = access.find_account_id(login=login.strip()) if login.strip() else None
    if login.strip() and account is None:
        raise LoginUnknown(login=login.strip()[:40])
    with transaction.atomic():
        row = cell_locked(cell, actor=actor)
        if row.is_closed:
            raise CellClosed()
        worker, _is_new = models.Worker.objects.update_or_create(
            cell=row, role=role, name=name.strip()[:40], until_on=None,
            defaults={"phone": phone.strip()[:20], "account_id": account},
            create_defaults={"id": uuid7(), "phone": phone.strip()[:20], "account_id": account, "from_on": today},
        )  # fmt: skip
        write_down("grid.worker_appointed", "GridCell", cell, reason=role, actor=actor, at=at)
    return worker_of(worker)


def dismiss(*, worker_id: UUID, actor: Actor, at: datetime) -> Worker:
    """End somebody's charge of a cell today; he sees its tasks no more. Raises NotPermitted, WorkerUnknown."""
    with transaction.atomic():
        row = models.Worker.objects.select_for_update().filter(id=worker_id).first()
        if row is None:
            raise WorkerUnknown()
        require_at(actor, MANAGE, row.cell_id)
        if row.until_on is None:
            row.until_on = legal_day(at)
            row.save(update_fields=["until_on"])
            write_down("grid.worker_dismissed", "GridCell", row.cell_id, reason=row.role, actor=actor, at=at)  # fmt: skip
    return worker_of(row)
