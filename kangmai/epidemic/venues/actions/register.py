"""Register people under an order: themselves, their family, the grid worker, the hotel, the port."""

from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.grid import queries as grid
from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.rules import is_division
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import codes, models, sealed
from kangmai.epidemic.venues.errors import (
    DocumentOfAnother,
    DocumentUnfit,
    FactsMissing,
    NotYourCell,
    PersonUnknown,
    PlaceUnknown,
)
from kangmai.epidemic.venues.reach import CELLS, REGISTER
from kangmai.epidemic.venues.reading import document_hash, person_of
from kangmai.epidemic.venues.types import Origin, Person, PersonFacts
from kangmai.identity import queries as identity
from kangmai.identity.rules import canonical_document
from kangmai.identity.types import IdentityDocument
from kangmai.kernel.actor import Actor, operator, require
from kangmai.kernel.deeds import write_down
from kangmai.kernel.errors import Incorrect
from kangmai.kernel.ids import ResidentId
from kangmai.kernel.words import Words, listed
from kangmai.standards.calendars import legal_day
from kangmai.standards.telephones import parse_telephone

PUBLIC = operator("venues.public", permissions=("venues.register",))
"""Somebody at the public page, whom nobody knows yet."""
CARD = "01"
VILLAGE_DIGITS = 12


@emergency_door(Purpose.REGISTRATION)
def register_self(*, facts: PersonFacts, at: datetime) -> Person:
    """Register oneself on a phone; who is registered already gets the same pass if name and phone agree.

    Raises:
        NoOrderInForce, FactsMissing, DocumentUnfit, PlaceUnknown, TelephoneIncorrect, PersonUnknown (the
        document is registered with another name or phone: go to the counter).
    """
    return _register(facts, Origin.SELF, None, PUBLIC, at)


@emergency_door(Purpose.REGISTRATION)
def register_family(*, guardian_pass: int, facts: PersonFacts, at: datetime) -> Person:
    """Register somebody without a phone, whose pass the guardian's phone shows.

    Raises:
        as `register_self`; PersonUnknown: the guardian is not registered.
    """
    guardian = models.Person.objects.filter(pass_number=guardian_pass).first()
    if guardian is None:
        raise PersonUnknown()
    return _register(facts, Origin.FAMILY, guardian, PUBLIC, at)


@emergency_door(Purpose.REGISTRATION)
def register_person(*, facts: PersonFacts, origin: Origin, actor: Actor, at: datetime) -> Person:
    """Register somebody at the door, at a hotel's or port's desk; who is registered already keeps the pass.

    Raises:
        as `register_self`; NotPermitted: not in the actor's area.
    """
    require(actor, REGISTER, facts.place_code)
    return _register(facts, origin, None, actor, at)


@emergency_door(Purpose.REGISTRATION)
def register_in_cell(*, cell: str, facts: PersonFacts, actor: Actor, at: datetime) -> Person:
    """Register somebody who lives in a cell that the actor looks after, with or without a phone.

    Args:
        cell: its code; the person's place is its village.

    Raises:
        NotPermitted, NotYourCell; as `enrol`.
    """
    require(actor, CELLS)
    if cell not in grid.own_cells(actor=actor, at=at):
        raise NotYourCell()
    facts = replace(facts, place_code=cell[:VILLAGE_DIGITS])
    return enrol(facts=facts, origin=Origin.GRID, actor=actor, at=at)


def enrol(*, facts: PersonFacts, origin: Origin, actor: Actor, at: datetime) -> Person:
    """Register who arrives at a desk, with or without a phone; the document tells who he is.

    The desk has asked for the right. What was written down of him before is told to nobody: a document that is
    registered under another name is refused.

    Raises:
        NoOrderInForce, FactsMissing, DocumentUnfit, PlaceUnknown, TelephoneIncorrect, DocumentOfAnother.
    """
    found = _register(facts, origin, None, actor, at, needs_phone=False)
    if found.facts.name != facts.name.strip():
        raise DocumentOfAnother()
    return found


def _register(
    facts: PersonFacts,
    origin: Origin,
    guardian: models.Person | None,
    actor: Actor,
    at: datetime,
    *,
    needs_phone: bool | None = None,
) -> Person:
    is_reached = guardian is None if needs_phone is None else needs_phone
    facts = _checked(facts, needs_phone=is_reached, at=at)
    order = in_force(Purpose.REGISTRATION, place=facts.place_code, at=at)
    hashed = document_hash(facts.document_kind, facts.document_number)
    with transaction.atomic():
        row = _new_row(order.id, facts, hashed, origin, guardian, actor, at)
        made = models.Person.objects.bulk_create([row], ignore_conflicts=True)
        standing = models.Person.objects.get(order_id=order.id, document_hash=hashed)
        if standing.pass_number != made[0].pass_number:
            return _known(standing, facts, actor)
        write_down(
            "venues.registered",
            "EmergencyPerson",
            standing.id,
            actor=actor,
            at=at,
            reason=origin.value,
        )
    return person_of(standing)


def _new_row(
    order_id: UUID,
    facts: PersonFacts,
    hashed: bytes,
    origin: Origin,
    guardian: models.Person | None,
    actor: Actor,
    at: datetime,
) -> models.Person:
    number = codes.new_pass()
    key, content = sealed.close("person", number, asdict(facts))
    return models.Person(
        order_id=order_id,
        pass_number=number,
        document_hash=hashed,
        resident_id=_resident(facts),
        guardian=guardian,
        content=content,
        content_key=key,
        place_code=facts.place_code,
        origin=origin.value,
        registered_at=at,
        registered_by=actor.account or None,
    )


def _resident(facts: PersonFacts) -> ResidentId | None:
    """The resident of the index who holds this identity card, if there is exactly one."""
    if facts.document_kind != CARD:
        return None
    return identity.residents_with_cards([facts.document_number]).get(facts.document_number)


def _known(row: models.Person, facts: PersonFacts, actor: Actor) -> Person:
    """Somebody registered before; the public page tells a pass only to who knows name and phone, too."""
    known = person_of(row)
    said = (known.facts.name, known.facts.phone)
    if actor is PUBLIC and said != (facts.name, facts.phone):
        raise PersonUnknown()
    return known


def _checked(facts: PersonFacts, *, needs_phone: bool, at: datetime) -> PersonFacts:
    missing = [
        word
        for word, value in (
            (Words("姓名", "name"), facts.name),
            (Words("证件号码", "document number"), facts.document_number),
            (Words("手机号", "phone"), facts.phone or not needs_phone),
            (Words("住址区划", "place"), facts.place_code),
        )
        if not value or (isinstance(value, str) and not value.strip())
    ]
    if missing:
        raise FactsMissing(fields=listed(missing))
    if not is_division(facts.place_code):
        raise PlaceUnknown(place=facts.place_code)
    try:
        document = canonical_document(
            IdentityDocument(facts.document_kind, facts.document_number), on=legal_day(at)
        )
    except Incorrect as error:
        raise DocumentUnfit(reason=Words(error.message("zh"), error.message("en"))) from None
    phone = parse_telephone(facts.phone).value if facts.phone.strip() else ""
    return PersonFacts(
        name=facts.name.strip()[:60],
        document_kind=document.kind_code,
        document_number=document.number,
        phone=phone,
        place_code=facts.place_code,
        address=facts.address.strip()[:200],
        emergency_contact=facts.emergency_contact.strip()[:60],
        arrived_from=facts.arrived_from.strip()[:60],
    )
