"""Cards of invented residents, and the desks that issue and read them."""

import datetime
from typing import Any
from uuid import UUID

from kangmai.identity.cards import actions
from kangmai.identity.cards.types import Card, Scene, Shown, Used
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose
from kangmai.kernel.ids import AccountId, uuid7
from tests.factories.actors import actor
from tests.factories.people import AT

DESK = actor(
    places=("441202",),
    organizations=(7,),
    permissions=("cards.manage", "cards.verify", "cards.count"),
)
HOSPITAL = actor(organizations=(71,), permissions=("cards.verify",))
OTHER_TOWN = actor(
    places=("441203",),
    organizations=(9,),
    permissions=("cards.manage", "cards.verify", "cards.count"),
)
PIN = "402917"


def himself(resident: Resident, *, role: str = "resident") -> Actor:
    """A resident at his phone, or family acting for him."""
    grant = Grant(role, None, (), frozenset({"own.card", "own.family", "own.record"}))
    scope = DataScope(residents=frozenset({resident.id}))
    return Actor(AccountId(40), "own", (grant,), Purpose.RESIDENT, scope)


def later(seconds: float) -> datetime.datetime:
    """Some time after the usual moment of the tests."""
    return AT + datetime.timedelta(seconds=seconds)


def issue(resident: Resident, *, by: Actor = DESK, pin: str = "", key: UUID | None = None) -> Card:
    """A card issued at the desk."""
    return actions.issue_card(resident.id, pin=pin, key=key or uuid7(), actor=by, at=AT)


def shown(resident: Resident, *, at: datetime.datetime = AT) -> Shown:
    """The code on his phone."""
    return actions.show_code(resident.id, actor=himself(resident), at=at)


def use(text: str, *, by: Actor = HOSPITAL, at: datetime.datetime = AT, **more: Any) -> Used:
    """The hospital reads a code."""
    return actions.use_card(text, scene=Scene.REGISTRATION, actor=by, at=at, **more)
