"""The sleeping installation refuses every door of emergency mode: this walks them all."""

import inspect

import pytest

from kangmai.epidemic.orders import queries
from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.orders.types import Purpose
from tests.epidemic.orders.factories import AT, order_in_force

pytestmark = pytest.mark.usefixtures("database")


def knock(door):
    """Call a door with an instant and nothing else that means anything."""
    names = inspect.signature(door.function).parameters
    return door.function(**{name: AT if name == "at" else None for name in names})


@pytest.mark.parametrize("door", queries.doors(), ids=lambda door: door.name)
def test_every_door_is_shut_while_no_order_is_in_force(door):
    with pytest.raises(NoOrderInForce):
        knock(door)


@pytest.mark.parametrize("door", queries.doors(), ids=lambda door: door.name)
def test_an_order_for_another_purpose_opens_nothing(door):
    others = [purpose for purpose in Purpose if purpose is not door.purpose]
    order_in_force(*others)
    with pytest.raises(NoOrderInForce):
        knock(door)
