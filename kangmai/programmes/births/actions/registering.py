"""Register a child that was born here: it becomes a resident, is tied to its mother and to her delivery, and its
screening begins."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from kangmai.identity import actions as index
from kangmai.identity import queries as identity
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.types import Demographics, Resident
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.deeds import write_down_and_announce
from kangmai.kernel.ids import OrganizationId, ResidentId, uuid7
from kangmai.programmes.births import events, models, rules
from kangmai.programmes.births.errors import ChildRegistered, KeyReused, MotherNotNamed
from kangmai.programmes.births.reach import ISSUE, desk
from kangmai.programmes.births.reading import birth_of
from kangmai.programmes.births.types import Birth, Told
from kangmai.programmes.engine import actions as engine
from kangmai.programmes.engine.types import State, Way
from kangmai.standards.calendars import legal_day

HOUSE = operator(
    "births.house",
    permissions=("identity.search", "programmes.manage", "deadlines.write", "records.read"),
)
SCREENINGS = ("newborn_blood", "newborn_hearing", "newborn_heart")
NEAR = timedelta(days=1)
"""A delivery on record belongs to a child born at most so many days apart: midnight lies between them."""


def register_birth(
    *, mother_number: str, mother_name: str, told: Told, key: UUID, actor: Actor, at: datetime
) -> Birth:
    """Register a child born in the actor's institution; the same key again returns the first result.

    The mother is named by index number and name together, so that a slip of the hand finds nobody: she need
    not live where the institution looks after residents. The child is registered at her home and managed by
    the institution until it moves.

    Raises:
        NotPermitted, MotherNotNamed, MotherUnfit, BirthInFuture, MeasureUnlikely, KeyReused
        ChildRegistered: this child of hers is registered already.
        and what `identity.actions.register_resident` raises
    """
    organization, _place_code = desk(actor, ISSUE)
    rules.checked_told(told, at=at)
    born_on = legal_day(told.born_at)
    with transaction.atomic():
        mother = _mother(mother_number, mother_name, at)
        if earlier := models.Birth.objects.filter(key=key).first():
            if (earlier.mother_id, earlier.born_at, earlier.ordinal) != (mother.id, told.born_at, told.ordinal):  # fmt: skip
                raise KeyReused()
            return birth_of(earlier)
        rules.require_mother(mother, born_on)
        siblings = _siblings(mother, born_on, told)
        child = _child(mother, told, born_on, siblings, organization, key, actor, at)
        row = _insert(mother, child, told, born_on, organization, key, actor, at)
        _begin_screening(child, organization, born_on, at)
        data = {"organization": organization, "child": child.id, "mother": mother.id}
        subjects = [mother.patient_rid, child.patient_rid]
        write_down_and_announce(events.REGISTERED, "Birth", row.id, data=data, subjects=subjects, actor=actor, at=at)  # fmt: skip
    return birth_of(row)


def _mother(number: str, name: str, at: datetime) -> Resident:
    try:
        id = identity.current(identity.resident_numbered("".join(number.split())))
        found = identity.get_resident(id, actor=HOUSE, at=at)
    except ResidentNotFound:
        raise MotherNotNamed() from None
    if found.demographics.name != name.strip():
        raise MotherNotNamed()
    return found


def _siblings(mother: Resident, born_on: date, told: Told) -> list[ResidentId]:
    """The other children of the delivery; raises ChildRegistered where this one is among them."""
    rows = models.Birth.objects.filter(
        mother_id__in=identity.same_resident_ids(mother.id),
        born_on__range=(born_on - NEAR, born_on + NEAR),
    )
    if any(each.ordinal == told.ordinal for each in rows):
        raise ChildRegistered(ordinal=told.ordinal, born_on=born_on)
    return [ResidentId(each.child_id) for each in rows]


def _child(
    mother: Resident,
    told: Told,
    born_on: date,
    siblings: list[ResidentId],
    organization: int,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> Resident:
    """The child as a resident; twins of one placeholder were compared by the midwife."""
    known = mother.demographics
    return index.register_resident(
        Demographics(
            name=rules.placeholder(known.name, told),
            sex_code=told.sex_code,
            birth_date=born_on,
            place_code=known.place_code,
            address=known.address,
            phones=known.phones[:1],
            mother=known.name,
        ),
        managing_org=OrganizationId(organization),
        seen=siblings,
        key=key,
        actor=actor,
        at=at,
    )


def _insert(
    mother: Resident,
    child: Resident,
    told: Told,
    born_on: date,
    organization: int,
    key: UUID,
    actor: Actor,
    at: datetime,
) -> models.Birth:
    delivery = models.Delivery.objects.filter(
        mother_id__in=identity.same_resident_ids(mother.id),
        delivered_on__range=(born_on - NEAR, born_on + NEAR),
    ).first()
    row = models.Birth(
        id=uuid7(),
        child_id=child.id,
        mother_id=mother.id,
        delivery=delivery,
        born_at=told.born_at,
        born_on=born_on,
        ordinal=told.ordinal,
        sex_code=told.sex_code,
        weeks=told.weeks,
        weight_g=told.weight_g,
        length_cm=told.length_cm,
        organization=organization,
        place_code=child.demographics.place_code,
        registered_on=legal_day(at),
        key=key,
        account=actor.account,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        if "birth_once" not in str(error):
            raise
        raise ChildRegistered(ordinal=told.ordinal, born_on=born_on) from None
    return row


def _begin_screening(child: Resident, organization: int, born_on: date, at: datetime) -> None:
    """The institution of the birth takes the samples; what its programmes say follows from their data."""
    if (legal_day(at) - born_on).days > MOST_SCREENED_DAYS:
        return
    for each in SCREENINGS:
        engine.enrol(
            resident_id=child.id,
            programme_id=each,
            way=Way.RULE,
            state=State.MANAGED,
            organization=OrganizationId(organization),
            on=born_on,
            key=f"birth-{each}-{child.id}",
            actor=HOUSE,
            at=at,
        )


MOST_SCREENED_DAYS = 90
"""A birth that is registered later begins no screening by itself."""
