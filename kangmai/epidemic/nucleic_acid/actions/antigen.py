"""Antigen tests that residents report of themselves, or workers of somebody."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.nucleic_acid import events, models, people
from kangmai.epidemic.nucleic_acid.actions.booking import own_resident
from kangmai.epidemic.nucleic_acid.errors import (
    NOW,
    TESTED,
    TOO_LONG_AGO,
    PassUnknown,
    SiteUnknown,
    TimesOutOfOrder,
    TooManyTests,
)
from kangmai.epidemic.nucleic_acid.reach import FOLLOW, SAMPLE
from kangmai.epidemic.nucleic_acid.types import Antigen, Channel, PersonId
from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.epidemic.venues import queries as venues
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, operator, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import announce, write_down
from kangmai.kernel.ids import ResidentId, uuid7
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, to_permission

OLDEST, DAY = timedelta(days=7), timedelta(days=1)
MOST_A_DAY = 6
"""Tests that one pass may report in a day: nobody takes more, and each positive one sets people in motion."""
PUBLIC = operator("nucleic_acid.public", permissions=())
"""Somebody at his phone, known by his pass alone."""


@emergency_door(Purpose.TESTING)
def report_antigen(
    *,
    key: UUID,
    result: Antigen,
    taken_at: datetime,
    brand: str = "",
    number: str = "",
    actor: Actor,
    at: datetime,
) -> models.AntigenTest:
    """Write down an antigen test; the same key again gives the first one. A positive one is announced at once.

    Args:
        number: whose it is, by a worker; else the resident's own.

    Raises:
        NoOrderInForce, NotPermitted, TimesOutOfOrder (in the future, or older than a week).
        SiteUnknown: nobody in the worker's places has the number.
    """
    _require_recent(taken_at, at)
    person, channel = _person(number, actor, at)
    place = identity.places_of([ResidentId(person)])[ResidentId(person)]
    order = in_force(Purpose.TESTING, place=place, at=at)
    with transaction.atomic():
        return _keep(order, person, place, channel, key=key, result=result, taken_at=taken_at, brand=brand, actor=actor, at=at)  # fmt: skip


@emergency_door(Purpose.TESTING)
def report_antigen_by_pass(
    *,
    pass_code: str,
    key: UUID,
    result: Antigen,
    taken_at: datetime,
    brand: str = "",
    at: datetime,
) -> models.AntigenTest:
    """Write down an antigen test of who holds a pass, as his own phone reports it; the same key again changes nothing.

    Who is not in the index is kept as an attendee of the order, as at the sampling table.

    Raises:
        NoOrderInForce, TimesOutOfOrder.
        PassUnknown: nobody holds it, or it ended.
        TooManyTests: more than a phone may report in a day.
    """
    _require_recent(taken_at, at)
    holder = venues.persons_with_passes(passes=[pass_code], at=at).get(pass_code)
    if holder is None:
        raise PassUnknown()
    place = holder.facts.place_code
    order = in_force(Purpose.TESTING, place=place, at=at)
    with transaction.atomic():
        with unit_of_work() as database:
            person = people.holder(database, pass_code, order_id=order.id, place_code=place, at=at)
        before = models.AntigenTest.objects.filter(
            person_id=person, channel=Channel.OWN.value, reported_at__gt=at - DAY
        ).exclude(key=key)
        if before.count() >= MOST_A_DAY:
            raise TooManyTests(most=MOST_A_DAY)
        return _keep(order, person, place, Channel.OWN, key=key, result=result, taken_at=taken_at, brand=brand, actor=PUBLIC, at=at)  # fmt: skip


def _require_recent(taken_at: datetime, at: datetime) -> None:
    if taken_at > at + timedelta(minutes=5):
        raise TimesOutOfOrder(later=NOW, earlier=TESTED)
    if taken_at < at - OLDEST:
        raise TimesOutOfOrder(later=TESTED, earlier=TOO_LONG_AGO)


def _keep(
    order: Order,
    person: PersonId,
    place: str,
    channel: Channel,
    *,
    key: UUID,
    result: Antigen,
    taken_at: datetime,
    brand: str,
    actor: Actor,
    at: datetime,
) -> models.AntigenTest:
    row, is_new = models.AntigenTest.objects.get_or_create(
        key=key,
        defaults={
            "id": uuid7(), "order_id": order.id, "person_id": person, "place_code": place, "result": result.value,
            "brand": brand.strip()[:64], "taken_at": taken_at, "reported_at": at, "channel": channel.value,
            "account_id": actor.account,
        },
    )  # fmt: skip
    if is_new:
        _write_down(row, actor=actor, at=at)
    return row


def _person(number: str, actor: Actor, at: datetime) -> tuple[PersonId, Channel]:
    if not number:
        return PersonId(own_resident(actor)), Channel.OWN
    require(actor, SAMPLE)
    known = people.residents({number})
    if number not in known or not identity.may_see(ResidentId(known[number]), actor=actor):
        raise SiteUnknown()
    return PersonId(known[number]), Channel.WORKER


def _write_down(row: models.AntigenTest, *, actor: Actor, at: datetime) -> None:
    with unit_of_work() as database:
        write_down(
            "nucleic_acid.antigen", "AntigenTest", row.id, database=database, actor=actor, at=at
        )
        if row.result == Antigen.POSITIVE.value:
            data = {"order": str(row.order_id), "place": row.place_code}
            announce(events.ANTIGEN_POSITIVE, row.id, data, database=database, at=at)
            _tell(row, actor=actor, at=at)


def _tell(row: models.AntigenTest, *, actor: Actor, at: datetime) -> None:
    """Tell those who follow positives where the person lives; the message names nobody."""
    draft = Draft(
        template="positive_antigen",
        to=to_permission(FOLLOW, row.place_code),
        parameters={"place": row.place_code},
        link="/emergency-mode/testing/antigen/",
        subject=("antigen", str(row.id)),
        key=f"antigen:{row.id}",
    )
    messages.notify([draft], actor=actor, at=at)
