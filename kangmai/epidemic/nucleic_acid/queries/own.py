"""What a resident sees of himself: the proof at once, the result when it is out, bookings, antigen tests."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count

from kangmai.epidemic.nucleic_acid import models, people
from kangmai.epidemic.nucleic_acid.actions.booking import (
    SLOT,
    own_resident,
    places_in_slot,
    slot_of,
)
from kangmai.epidemic.nucleic_acid.types import (
    Antigen,
    HoldState,
    PersonId,
    Proof,
    RoundState,
    TubeState,
)
from kangmai.epidemic.orders.queries import emergency_door, living
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import queries as venues
from kangmai.epidemic.venues.types import Person
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import reading
from kangmai.kernel.ids import ResidentId

MOST = 50
FEW = 3
STAYING = (
    HoldState.HELD.value,
    HoldState.SAMPLED.value,
    HoldState.NEGATIVE.value,
    HoldState.POSITIVE.value,
)
_TESTS = """
WITH own AS MATERIALIZED (
  SELECT person_id, round_id, tube_id, sampled_at FROM nucleic_acid_sample
  WHERE person_id = ANY({}) ORDER BY sampled_at DESC, tube_id DESC LIMIT %s)
SELECT t.code, s.round_id, r.name, r.order_id, x.name, t.mode, s.sampled_at, t.state, t.published_at,
  EXISTS (SELECT FROM nucleic_acid_hold h WHERE h.person_id = s.person_id AND h.state = ANY(%s))
FROM own s JOIN nucleic_acid_tube t ON t.id = s.tube_id
JOIN nucleic_acid_round r ON r.id = s.round_id JOIN nucleic_acid_site x ON x.id = t.site_id
ORDER BY s.sampled_at DESC, t.id DESC"""
"""The few samples of somebody first, at most so many: their tubes are then fetched one by one. In one join the planner,
whose counts lag behind tables that fill, expected hundreds of samples and read all tubes for each question."""
_OF_PERSONS = _TESTS.format("%s")
_OF_RESIDENT = _TESTS.format(f"ARRAY({identity.SAME_RESIDENT_IDS_SQL})")


@dataclass(frozen=True, slots=True)
class OwnBooking:
    """A place somebody booked."""

    id: int
    site: str
    slot_at: datetime
    queue_people: int | None


@dataclass(frozen=True, slots=True)
class OwnAntigen:
    """An antigen test somebody reported."""

    result: Antigen
    taken_at: datetime
    brand: str


@dataclass(frozen=True, slots=True)
class Bookable:
    """A site where somebody can book, with the free places of the next half hours."""

    site_id: int
    name: str
    place_code: str
    queue_people: int | None
    slots: tuple[tuple[datetime, int], ...]


@emergency_door(Purpose.TESTING)
def my_tests(*, actor: Actor, at: datetime) -> tuple[Proof, ...]:
    """A resident's own samples, the newest first: each a proof at once, with the result once it is published.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    return _tests(_OF_RESIDENT, own_resident(actor), MOST)


def _tests(statement: str, who: int | list[int], most: int) -> tuple[Proof, ...]:
    """Planned anew each time: a plan kept from when the tables were empty would read all of them as they fill."""
    with reading() as database:
        rows = database.execute(statement, [who, most, list(STAYING)], prepare=False).fetchall()
    return tuple(_proof(row) for row in rows)


@emergency_door(Purpose.TESTING)
def tests_of_passes(*, passes: Collection[str], at: datetime) -> dict[str, tuple[Proof, ...]]:
    """The newest samples of those whose passes a phone shows, by pass: who holds the pass sees its results.

    Raises:
        NoOrderInForce
    """
    orders = living(at=at)
    return {
        text: _tests(_OF_PERSONS, [int(each) for each in _persons(holder, orders)], FEW)
        for text, holder in venues.persons_with_passes(passes=passes, at=at).items()
    }


@emergency_door(Purpose.TESTING)
def antigen_of_passes(
    *, passes: Collection[str], at: datetime
) -> dict[str, tuple[OwnAntigen, ...]]:
    """The newest antigen tests of those whose passes a phone shows, by pass. Raises NoOrderInForce."""
    orders = living(at=at)
    found = {}
    for text, holder in venues.persons_with_passes(passes=passes, at=at).items():
        rows = models.AntigenTest.objects.filter(person_id__in=_persons(holder, orders))
        found[text] = tuple(
            OwnAntigen(Antigen(row.result), row.taken_at, row.brand)
            for row in rows.order_by("-taken_at")[:FEW]
        )
    return found


def _persons(holder: Person, orders: Collection[UUID]) -> list[PersonId]:
    """Under which numbers the holder of a pass may have been sampled: as a resident, or by his document."""
    number = holder.facts.document_number
    known = {holder.resident, people.residents({number}).get(number)}
    residents = [ResidentId(each) for each in known if each is not None]
    same = [id for each in residents for id in identity.same_resident_ids(each)]
    return [*map(PersonId, same), *people.entered({number}, orders=orders)]


def _own_ids(actor: Actor) -> list[int]:
    return [int(each) for each in identity.same_resident_ids(ResidentId(own_resident(actor)))]


def _proof(row: tuple[Any, ...]) -> Proof:
    code, round_id, name, order_id, site, mode, sampled_at, state, published_at, is_held = row
    result = TubeState(state) if published_at is not None else None
    return Proof(
        code, round_id, name, order_id, site, mode, sampled_at, result, published_at,
        result is TubeState.VOID, is_held,
    )  # fmt: skip


@emergency_door(Purpose.TESTING)
def my_bookings(*, actor: Actor, at: datetime) -> tuple[OwnBooking, ...]:
    """A resident's own places in queues that are not past, by time. Raises NoOrderInForce, NotPermitted."""
    rows = models.Booking.objects.filter(
        person_id__in=_own_ids(actor), slot_at__gt=at - timedelta(hours=1)
    )
    return tuple(
        OwnBooking(row.id, row.site.name, row.slot_at, row.site.queue_people)
        for row in rows.select_related("site").order_by("slot_at", "id")
    )


@emergency_door(Purpose.TESTING)
def my_antigen(*, actor: Actor, at: datetime) -> tuple[OwnAntigen, ...]:
    """A resident's own antigen tests, the newest first. Raises NoOrderInForce, NotPermitted."""
    rows = models.AntigenTest.objects.filter(person_id__in=_own_ids(actor)).order_by("-taken_at")
    return tuple(OwnAntigen(Antigen(row.result), row.taken_at, row.brand) for row in rows[:MOST])


@emergency_door(Purpose.TESTING)
def bookable(*, actor: Actor, at: datetime) -> tuple[Bookable, ...]:
    """Sites of open rounds near a resident's home, with the free places of the next hours. Raises as `my_tests`."""
    own = ResidentId(own_resident(actor))
    county = identity.places_of([own])[own][:6]
    rows = models.Site.objects.select_related("round").filter(
        round__state=RoundState.OPEN.value, place_code__startswith=county
    )
    found = []
    for row in rows.order_by("code")[:20]:
        begins = max(slot_of(at) + SLOT, slot_of(row.round.opens_at))
        slots = [begins + n * SLOT for n in range(8) if begins + n * SLOT < row.round.closes_at]
        taken = _taken(row.id, slots)
        room = places_in_slot(row)
        free = tuple((slot, room - taken.get(slot, 0)) for slot in slots)
        found.append(Bookable(row.id, row.name, row.place_code, row.queue_people, free))
    return tuple(found)


def _taken(site_id: int, slots: list[datetime]) -> dict[datetime, int]:
    rows = models.Booking.objects.filter(site_id=site_id, slot_at__in=slots).values("slot_at")
    return {each["slot_at"]: each["n"] for each in rows.annotate(n=Count("id")).order_by("slot_at")}
