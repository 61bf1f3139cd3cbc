"""Orders, and the two who sign them."""

from datetime import UTC, datetime, timedelta

from kangmai.epidemic.orders import actions
from kangmai.epidemic.orders.types import Draft, Order, Purpose
from kangmai.kernel.actor import Actor, DataScope, Grant, subtree
from kangmai.kernel.actor import Purpose as Use
from kangmai.kernel.ids import AccountId, OrganizationId

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CITY = "441200"
PERMISSIONS = frozenset({"orders.read", "orders.propose", "orders.sign", "orders.end"})


def in_role(
    role: str, account: int, *, place: str = CITY, permissions: frozenset[str] = PERMISSIONS
) -> Actor:
    """Somebody in one role, with a reach."""
    reach = (subtree(place),)
    grant = Grant(role, OrganizationId(account), reach, permissions)
    return Actor(AccountId(account), role, (grant,), Use.OPERATIONS, DataScope(places=reach))


OFFICER = in_role("commission_officer", 101)
DISEASE_CONTROL = in_role("cdc_epidemiologist", 102)


def draft(*purposes: Purpose, at: datetime = AT, days: float = 7, **more: object) -> Draft:
    """An order that may be proposed at `at`."""
    values: dict[str, object] = {
        "title": "城东应急处置",
        "disease": "covid_19",
        "purposes": frozenset(purposes or (Purpose.SCANNING,)),
        "areas": (CITY,),
        "starts_at": at,
        "ends_at": at + timedelta(days=days),
        "edition": "v9",
        "basis": "市指挥部决定第 3 号",
    }
    return Draft(**{**values, **more})  # type: ignore[arg-type]


def order_in_force(
    *purposes: Purpose,
    area: str = CITY,
    at: datetime = AT,
    days: float = 7,
    is_drill: bool = False,
    key: str = "",
    **more: object,
) -> Order:
    """An order that begins at `at`, signed by two people in two roles."""
    wanted = draft(*purposes, at=at, days=days, areas=(area,), is_drill=is_drill, **more)
    order = actions.propose(
        draft=wanted, key=key or f"{area}:{is_drill}:{at}", actor=OFFICER, at=at
    )
    order = actions.sign(order_id=order.id, expected_version=order.version, actor=OFFICER, at=at)
    return actions.sign(
        order_id=order.id, expected_version=order.version, actor=DISEASE_CONTROL, at=at
    )
