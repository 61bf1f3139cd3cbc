"""Workbooks of the actor's places, their sheets as tables, and which bindings do not hold."""

from contextlib import suppress
from uuid import UUID

from kangmai.governance.reporting import models
from kangmai.governance.reporting.errors import WorkbookUnknown
from kangmai.governance.reporting.reach import DRAFT, rows_of
from kangmai.governance.reporting.types import BindingFault, SheetShown, Workbook
from kangmai.governance.reporting.workbook.sheets import shown
from kangmai.governance.reporting.workbooks import faults_of, workbook_of
from kangmai.kernel.actor import Actor

PAGE = 30


def workbooks(
    *, after: str = "", limit: int = PAGE, actor: Actor
) -> tuple[tuple[Workbook, ...], str]:
    """Workbooks, the newest first, and the cursor of the next page. Raises NotPermitted."""
    rows = rows_of(models.Workbook, actor, DRAFT).defer("content").order_by("-id")
    with suppress(ValueError):  # a cursor that nobody gave shows the first page
        rows = rows.filter(id__lt=UUID(after)) if after else rows
    found = list(rows[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return tuple(map(workbook_of, found[:limit])), following


def _row(workbook_id: UUID, actor: Actor) -> models.Workbook:
    row = rows_of(models.Workbook, actor, DRAFT).filter(id=workbook_id).first()
    if row is None:
        raise WorkbookUnknown()
    return row


def get_workbook(*, workbook_id: UUID, actor: Actor) -> Workbook:
    """One workbook. Raises NotPermitted, WorkbookUnknown."""
    return workbook_of(_row(workbook_id, actor))


def sheet(*, workbook_id: UUID, name: str, actor: Actor) -> SheetShown:
    """A sheet of a workbook as a table. Raises NotPermitted, WorkbookUnknown, BindingCellUnknown."""
    row = _row(workbook_id, actor)
    return shown(bytes(row.content), row.name, name)


def faults(*, workbook_id: UUID, actor: Actor) -> tuple[BindingFault, ...]:
    """Which bindings do not hold, cell by cell. Raises NotPermitted, WorkbookUnknown."""
    row = _row(workbook_id, actor)
    return faults_of(row, workbook_of(row).bindings)
