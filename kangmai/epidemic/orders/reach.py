"""Who may read, propose, sign and end which order."""

from uuid import UUID

from kangmai.epidemic.orders import models
from kangmai.epidemic.orders.errors import OrderChanged, OrderUnknown
from kangmai.kernel.actor import Actor, require

READ = "orders.read"
PROPOSE = "orders.propose"
SIGN = "orders.sign"
END = "orders.end"


def require_over(actor: Actor, permission: str, areas: tuple[str, ...]) -> None:
    """Let pass who holds a permission in every area of an order.

    Raises:
        NotPermitted
    """
    require(actor, permission)
    for area in areas:
        require(actor, permission, area)


def locked(order_id: UUID, expected_version: int, permission: str, actor: Actor) -> models.Order:
    """One order, locked until the transaction ends.

    Raises:
        NotPermitted, OrderUnknown, OrderChanged.
    """
    require(actor, permission)
    row = models.Order.objects.select_for_update().filter(id=order_id).first()
    if row is None:
        raise OrderUnknown()
    require_over(actor, permission, tuple(row.areas))
    if row.version != expected_version:
        raise OrderChanged(current=row.version, expected=expected_version)
    return row
