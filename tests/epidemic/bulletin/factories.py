"""A day under an order: two tubes of five people, one of them published; a case with a close contact."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from kangmai.epidemic.bulletin import actions
from kangmai.epidemic.bulletin.types import Bulletin
from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.kernel.actor import Actor
from tests.epidemic.nucleic_acid import factories as testing
from tests.epidemic.orders.factories import AT, in_role, order_in_force
from tests.epidemic.tracing import factories as tracing

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
READ = frozenset({"bulletin.read"})
DRAFTER = in_role(
    "cdc_epidemiologist", 701, permissions=frozenset({"bulletin.read", "bulletin.draft"})
)
SIGNER = in_role(
    "commission_officer",
    702,
    permissions=frozenset({"bulletin.read", "bulletin.issue", "bulletin.release"}),
)
COUNTY = in_role(
    "cdc_epidemiologist",
    703,
    place="441202",
    permissions=frozenset({"bulletin.read", "bulletin.draft"}),
)
NEIGHBOUR = in_role("cdc_epidemiologist", 704, place="441203", permissions=READ)
NOON = AT + 4 * HOUR  # 14:00 legal time of the first day
NEXT_DAY = AT + 26 * HOUR  # 12:00 of the second


@dataclass(frozen=True)
class Scene:
    order: Order
    testing: testing.Town
    published: str
    waiting: str


def build() -> Scene:
    purposes = (Purpose.TESTING, Purpose.TRACING, Purpose.REGISTRATION, Purpose.SCANNING, Purpose.BULLETIN)  # fmt: skip
    order = order_in_force(*purposes, days=7)
    town = testing.build(order=order)
    numbers = [each.index_number for each in town.residents]
    first, second = testing.tube(numbers[:3]), testing.tube(numbers[3:5], minute=30)
    testing.take(town, first, second)
    testing.deliver(town, first.code)
    testing.test_tubes({first.code: testing.NEGATIVE})
    tracing.close_contact(tracing.case())
    return Scene(order, town, first.code, second.code)


def draft(scene: Scene, *, at=NOON, by: Actor = DRAFTER, **more: object) -> Bulletin:
    return actions.draft(order_id=scene.order.id, **{"key": uuid4(), "actor": by, "at": at, **more})


def issue(of: Bulletin, *, at=NOON, by: Actor = SIGNER) -> Bulletin:
    return actions.issue(bulletin_id=of.id, expected_version=of.version, actor=by, at=at)
