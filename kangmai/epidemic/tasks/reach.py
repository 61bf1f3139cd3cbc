"""Who gives, sees and does which tasks: by the places of a role, and a grid worker those of his own cells.

A worker of a grid sees the tasks of its micro-grids; he of another grid, or of the next town, sees nothing.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from kangmai.epidemic.grid import queries as grid
from kangmai.epidemic.orders.queries import living
from kangmai.epidemic.tasks import models
from kangmai.epidemic.tasks.errors import AreaTooLarge, NeedUnknown, TaskUnknown
from kangmai.kernel.actor import (
    EVERYWHERE,
    Actor,
    Grant,
    Label,
    NotPermitted,
    PlaceRange,
    is_permitted,
    require,
)

GIVE = "tasks.give"
DO = "tasks.do"
COUNT = "tasks.count"
REASON = "needs.reason"
FOLLOW = "tracing.follow"
TOWN_DIGITS, VILLAGE_DIGITS = 9, 12


def lent(actor: Actor) -> Actor:
    """The same person with the right to check the contact at whose door he stands: for one call of tracing."""
    return replace(actor, grants=(*actor.grants, Grant("tasks", None, (EVERYWHERE,), frozenset({FOLLOW}))))  # fmt: skip


def within(place: PlaceRange) -> Q:
    """Rows whose cell lies in a range of places."""
    return Q(cell__gte=place.low, cell__lt=place.high)


def placed(actor: Actor, *permissions: str) -> Q:
    """Rows in the places where an actor holds one of some permissions."""
    found = Q(pk__in=[])
    for grant in actor.grants:
        if {*permissions, "*"} & grant.permissions:
            for place in grant.places:
                found |= within(place)
    return found


def tasks_of(actor: Actor, at: datetime) -> Q:
    """The condition for tasks under living orders that an actor sees."""
    found = placed(actor, GIVE, DO)
    if is_permitted(actor, DO):
        for cell in grid.own_cells(actor=actor, at=at):
            found |= Q(cell__startswith=cell)
    return Q(order_id__in=living(at=at)) & found


def needs_of(actor: Actor, at: datetime) -> Q:
    """The condition for needs under living orders that an actor sees; a sensitive one only with its label."""
    labels = [each.value for each in (actor.scope.labels or {Label.NORMAL})]
    return Q(order_id__in=living(at=at), label__in=labels) & placed(actor, GIVE)


def require_any(actor: Actor, *permissions: str) -> None:
    """Let pass who holds one of some permissions anywhere. Raises NotPermitted."""
    if not any(is_permitted(actor, each) for each in permissions):
        raise NotPermitted(permission=permissions[0])


def require_area(actor: Actor, permission: str, area: str) -> None:
    """Let pass who holds a permission in a town, village or cell. Raises NotPermitted, AreaTooLarge."""
    if not area.isascii() or not area.isdecimal() or len(area) not in (9, 12, 14, 16):
        raise AreaTooLarge(area=area[:16])
    require(actor, permission, area[:VILLAGE_DIGITS])


def knows_why(actor: Actor, cell: str) -> bool:
    """Whether an actor may see why somebody of a cell needs help."""
    return is_permitted(actor, REASON, cell[:VILLAGE_DIGITS])


def task_locked(task_id: UUID, *permissions: str, actor: Actor, at: datetime) -> models.Task:
    """A task that an actor sees, locked. Raises NotPermitted, TaskUnknown."""
    require_any(actor, *permissions)
    rows = models.Task.objects.select_for_update(of=("self",)).filter(tasks_of(actor, at))
    row = rows.filter(id=task_id).first()
    if row is None:
        raise TaskUnknown()
    return row


def need_locked(need_id: UUID, *, actor: Actor, at: datetime) -> models.Need:
    """A need that an actor decides about, locked. Raises NotPermitted, NeedUnknown."""
    require(actor, GIVE)
    rows = models.Need.objects.select_for_update().filter(needs_of(actor, at))
    row = rows.filter(id=need_id).first()
    if row is None:
        raise NeedUnknown()
    return row
