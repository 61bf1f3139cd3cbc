"""People by pass, by document and by card, and the devices that speak for themselves."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.orders.queries import emergency_door, living, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import codes, models
from kangmai.epidemic.venues.errors import DeviceRefused, PersonUnknown
from kangmai.epidemic.venues.reach import DECIDE, REGISTER, TRACE, inside
from kangmai.epidemic.venues.reading import device_of, document_hash, person_of
from kangmai.epidemic.venues.types import Device, Person, PersonKey
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.kernel.deeds import write_down
from kangmai.kernel.ids import ResidentId

CARD = "01"


@emergency_door(Purpose.REGISTRATION)
def own_code(*, pass_number: int, at: datetime) -> Person:
    """The person whose phone shows this pass.

    Raises:
        NoOrderInForce, PersonUnknown: not registered, or the order is over.
    """
    row = models.Person.objects.filter(pass_number=pass_number).first()
    if row is None or row.order_id not in living(at=at):
        raise PersonUnknown()
    return person_of(row)


@emergency_door(Purpose.REGISTRATION)
def family_of(*, pass_number: int, at: datetime) -> tuple[Person, ...]:
    """Those whose pass the same phone shows, in the order of registration.

    Raises:
        NoOrderInForce
    """
    rows = models.Person.objects.filter(guardian__pass_number=pass_number).order_by("id")
    return tuple(map(person_of, rows))


@emergency_door(Purpose.REGISTRATION)
@writes_refusals("venues.person_refused")
def find_person(*, pass_text: str, actor: Actor, at: datetime) -> Person:
    """A registered person of the actor's area by pass; audited.

    Raises:
        NoOrderInForce, NotPermitted, CodeIncorrect, PersonUnknown.
    """
    permission = next(
        (each for each in (REGISTER, TRACE, DECIDE) if is_permitted(actor, each)), REGISTER
    )
    require(actor, permission)
    number = codes.pass_number(pass_text)
    row = models.Person.objects.filter(inside(actor, permission), pass_number=number).first()
    if row is None:
        raise PersonUnknown()
    write_down("venues.person_read", "EmergencyPerson", row.id, actor=actor, at=at)
    return person_of(row)


@emergency_door(Purpose.REGISTRATION)
def persons(*, after: int = 0, limit: int = 50, actor: Actor, at: datetime) -> list[Person]:
    """People registered in the actor's area, newest first, below key `after`; audited.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, REGISTER)
    rows = models.Person.objects.filter(inside(actor, REGISTER)).order_by("-id")
    if after:
        rows = rows.filter(id__lt=after)
    found = [person_of(row) for row in rows[:limit]]
    write_down("venues.persons_listed", "EmergencyPerson", "", actor=actor, at=at)
    return found


def persons_in(*, keys: Collection[PersonKey], at: datetime) -> dict[PersonKey, Person]:
    """People by key for a page whose own query has checked and logged the right to see them.

    Raises:
        NoOrderInForce: no order is in force for any purpose.
    """
    alive = living(at=at)
    if not alive:
        raise NoOrderInForce(purpose="", place="")
    rows = models.Person.objects.filter(id__in=keys, order_id__in=alive)
    return {PersonKey(row.id): person_of(row) for row in rows}


def persons_with_passes(*, passes: Collection[str], at: datetime) -> dict[str, Person]:
    """People by the pass that they showed to somebody who scans it; what is no pass, or ended, is left out.

    Raises:
        NoOrderInForce: no order is in force for any purpose.
    """
    alive = living(at=at)
    if not alive:
        raise NoOrderInForce(purpose="", place="")
    numbers = {text: codes.pass_number(text) for text in passes if codes.is_pass(text)}
    rows = models.Person.objects.filter(pass_number__in=numbers.values(), order_id__in=alive)
    found = {row.pass_number: person_of(row) for row in rows}
    return {text: found[number] for text, number in numbers.items() if number in found}


@emergency_door(Purpose.TRACING)
def persons_of_residents(
    *, residents: Collection[ResidentId], at: datetime
) -> dict[ResidentId, tuple[PersonKey, ...]]:
    """Under which keys residents are registered, by each id that was asked for.

    Raises:
        NoOrderInForce
    """
    rows = models.Person.objects.filter(resident_id__in=residents, order_id__in=living(at=at))
    found: dict[ResidentId, tuple[PersonKey, ...]] = {}
    for id, resident in rows.order_by("id").values_list("id", "resident_id"):
        key = ResidentId(resident)
        found[key] = (*found.get(key, ()), PersonKey(id))
    return found


@emergency_door(Purpose.TRACING)
def sharing_a_phone(*, keys: Collection[PersonKey], at: datetime) -> tuple[PersonKey, ...]:
    """The others whose passes stand on the same phones as those of some people: families, mostly.

    Raises:
        NoOrderInForce
    """
    alive = living(at=at)
    heads = set(keys) | {
        guardian
        for guardian in models.Person.objects.filter(id__in=keys).values_list("guardian_id", flat=True)
        if guardian is not None
    }  # fmt: skip
    rows = models.Person.objects.filter(
        Q(id__in=heads) | Q(guardian_id__in=heads), order_id__in=alive
    )
    found = rows.order_by("id").values_list("id", flat=True)
    return tuple(PersonKey(id) for id in found if id not in set(keys))


@emergency_door(Purpose.SCANNING)
def pass_of_document(*, kind: str, number: str, at: datetime) -> int:
    """The pass of whoever holds a document that a reader read; 0 where nobody is registered under it.

    Raises:
        NoOrderInForce
    """
    return _newest_pass(at, document_hash=document_hash(kind, "".join(number.upper().split())))


@emergency_door(Purpose.SCANNING)
def pass_of_card(*, index_number: str, at: datetime) -> int:
    """The pass of the resident whose card was read, registered under any number of his; 0 where he is not.

    Raises:
        NoOrderInForce
    """
    resident = identity.residents_numbered([index_number]).get(index_number)
    if resident is None:
        return 0
    return _newest_pass(at, resident_id__in=identity.same_resident_ids(resident))


def _newest_pass(at: datetime, **condition: object) -> int:
    rows = models.Person.objects.filter(order_id__in=living(at=at), **condition)
    return rows.order_by("-id").values_list("pass_number", flat=True).first() or 0


_DEVICE = "SELECT * FROM venues_device WHERE token_hash = %s AND revoked_at IS NULL"


@emergency_door(Purpose.SCANNING)
def device_with(*, token: str, at: datetime) -> Device:
    """The device that holds a token.

    Raises:
        NoOrderInForce
        DeviceRefused: none, or its right was taken away.
    """
    hashed = hashlib.sha256(token.encode()).digest()
    row = next(iter(models.Device.objects.raw(_DEVICE, [hashed])), None)
    if row is None or row.order_id not in living(at=at):
        raise DeviceRefused()
    return device_of(row)


@emergency_door(Purpose.SCANNING)
def key_of_pass(*, pass_number: int, at: datetime) -> PersonKey:
    """The key of whoever holds a pass, for a companion whose phone scans. Raises NoOrderInForce, PersonUnknown."""
    row = models.Person.objects.filter(pass_number=pass_number, order_id__in=living(at=at)).first()
    if row is None:
        raise PersonUnknown()
    return PersonKey(row.id)
