"""Draw grids and micro-grids."""

from datetime import datetime

from django.db import transaction

from kangmai.epidemic.grid import events, models, rules
from kangmai.epidemic.grid.errors import (
    CellClosed,
    CellInUse,
    CellUnknown,
    CodeUnknown,
    NameMissing,
)
from kangmai.epidemic.grid.reach import MANAGE, cell_locked, require_at
from kangmai.epidemic.grid.reading import cell_of
from kangmai.epidemic.grid.types import GRID_DIGITS, VILLAGE_DIGITS, Cell
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import announce, require_version, write_down


def found_cell(*, parent: str, name: str, actor: Actor, at: datetime) -> Cell:
    """Draw the next grid of a village, or the next micro-grid of a grid; of one name there is one below a parent.

    Raises:
        NotPermitted, CodeUnknown, CellUnknown, CellClosed, NameMissing, NoMoreCells.
    """
    require_at(actor, MANAGE, parent)
    if len(parent) not in (VILLAGE_DIGITS, GRID_DIGITS):
        raise CodeUnknown(code=parent[:16])
    title = name.strip()[:80]
    if not title:
        raise NameMissing()
    with transaction.atomic():
        _hold(parent)
        if len(parent) == GRID_DIGITS:
            _require_open(parent)
        below = models.Cell.objects.filter(code__regex=rf"^{parent}[0-9][0-9]$")
        same = below.filter(name=title, is_closed=False).first()
        if same is not None:
            return cell_of(same)
        code = rules.next_code(parent, list(below.values_list("code", flat=True)))
        row = models.Cell.objects.create(code=code, name=title)
        write_down("grid.cell_founded", "GridCell", code, actor=actor, at=at)
        announce(events.CELL_FOUNDED, code, at=at)
    return cell_of(row)


def _hold(parent: str) -> None:
    """One at a time below a parent: two that draw at once would take one number."""
    with unit_of_work() as database:
        database.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"grid.{parent}"])


def _require_open(code: str) -> None:
    row = models.Cell.objects.filter(code=code).first()
    if row is None:
        raise CellUnknown()
    if row.is_closed:
        raise CellClosed()


def rename_cell(*, code: str, name: str, expected_version: int, actor: Actor, at: datetime) -> Cell:
    """Call a cell something else. Raises NotPermitted, CellUnknown, NameMissing, ChangedMeanwhile, CellClosed."""
    if not name.strip():
        raise NameMissing()
    with transaction.atomic():
        row = cell_locked(code, actor=actor)
        require_version(row.version, expected_version)
        if row.is_closed:
            raise CellClosed()
        row.name, row.version = name.strip()[:80], row.version + 1
        row.save(update_fields=["name", "version"])
        write_down("grid.cell_renamed", "GridCell", code, actor=actor, at=at)
    return cell_of(row)


def close_cell(*, code: str, expected_version: int, actor: Actor, at: datetime) -> Cell:
    """Close a cell to which no household and no open micro-grid belongs any more.

    Raises:
        NotPermitted, CellUnknown, ChangedMeanwhile, CellClosed, CellInUse.
    """
    with transaction.atomic():
        row = cell_locked(code, actor=actor)
        require_version(row.version, expected_version)
        if row.is_closed:
            raise CellClosed()
        homes = row.homes.count()
        cells = models.Cell.objects.filter(code__regex=rf"^{code}[0-9][0-9]$", is_closed=False).count()  # fmt: skip
        if homes or cells:
            raise CellInUse(homes=homes, cells=cells)
        row.is_closed, row.version = True, row.version + 1
        row.save(update_fields=["is_closed", "version"])
        write_down("grid.cell_closed", "GridCell", code, actor=actor, at=at)
        announce(events.CELL_CLOSED, code, at=at)
    return cell_of(row)
