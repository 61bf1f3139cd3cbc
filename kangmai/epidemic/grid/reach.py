"""Who sees and shapes which part of the grid: by the places of a role, and each worker his own cells."""

from kangmai.epidemic.grid import models
from kangmai.epidemic.grid.errors import CellUnknown, CodeUnknown
from kangmai.epidemic.grid.rules import is_cell
from kangmai.epidemic.grid.types import VILLAGE_DIGITS
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted, require
from kangmai.standards.divisions import find_division

READ = "grid.read"
MANAGE = "grid.manage"


def require_at(actor: Actor, permission: str, code: str) -> None:
    """Let pass who holds a permission at a division or cell. Raises NotPermitted, CodeUnknown, CellUnknown."""
    require(actor, permission)
    if not code.isascii() or not code.isdecimal():
        raise CodeUnknown(code=code[:16])
    place = code[:VILLAGE_DIGITS] if is_cell(code) else code
    if find_division(place) is None:
        raise CodeUnknown(code=code[:16])
    if not is_permitted(actor, permission, place):
        raise CellUnknown() if is_cell(code) else NotPermitted(permission=permission)


def cell_locked(code: str, *, actor: Actor) -> models.Cell:
    """A cell that an actor may shape, locked. Raises NotPermitted, CodeUnknown, CellUnknown."""
    require_at(actor, MANAGE, code)
    row = models.Cell.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise CellUnknown()
    return row
