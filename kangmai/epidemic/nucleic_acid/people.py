"""Whom scanned numbers stand for: residents of the index, or attendees kept with the order.

A number is that of the index, of a document, or the pass that somebody got when he registered under the order;
a pass stands for the document of its holder, so that one person is one attendee however he shows himself.

A number that the index does not know loses nobody: it becomes an attendee with what the scanner knew,
sealed; the same number again under one order is the same attendee.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import orjson
import psycopg

from kangmai.epidemic.nucleic_acid.types import Given, PersonId, Subject, TubeRecord
from kangmai.epidemic.venues import queries as venues
from kangmai.epidemic.venues.types import Person
from kangmai.identity import queries as identity
from kangmai.kernel import sealing
from kangmai.standards.identity_numbers import is_identity_number, normalise_identity_number

INDEX_DIGITS = 13
Place = tuple[str, int]
"""Code of a tube and place in it."""

_ENTER = """
WITH fresh AS (
  INSERT INTO nucleic_acid_attendee (order_id, subject, number_hash, content, content_key, place_code, created_at)
  SELECT %s, subject, number_hash, content, content_key, %s, %s
  FROM unnest(%s::text[], %b::bytea[], %b::bytea[], %s::smallint[]) AS g(subject, number_hash, content, content_key)
  ON CONFLICT (order_id, number_hash) WHERE number_hash IS NOT NULL DO NOTHING
  RETURNING id, number_hash)
SELECT number_hash, id FROM fresh
UNION ALL
SELECT number_hash, id FROM nucleic_acid_attendee WHERE order_id = %s AND number_hash = ANY(%b::bytea[])"""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Who is in each place of each tube, and in which places nobody knows who it is."""

    people: Mapping[Place, PersonId]
    unknown: frozenset[Place]


def resolve(
    database: psycopg.Connection,
    records: Sequence[TubeRecord],
    *,
    order_id: UUID,
    place_code: str,
    at: datetime,
) -> Resolved:
    """Find everybody in some tubes; who is not in the index is entered as an attendee."""
    places = {
        (record.code, n): (record, each)
        for record in records
        for n, each in enumerate(record.people)
    }
    holders = venues.persons_with_passes(
        passes={each.number for _record, each in places.values() if each.number}, at=at
    )
    places = {place: (record, _shown(each, holders)) for place, (record, each) in places.items()}
    known = residents({each.number for _record, each in places.values() if each.number})
    known = _recognized(holders.values()) | known
    people = {
        place: PersonId(known[each.number])
        for place, (_record, each) in places.items()
        if each.number in known
    }
    rest = {place: pair for place, pair in places.items() if place not in people}
    if rest:
        people |= _enter(database, rest, order_id=order_id, place_code=place_code, at=at)
    unknown = frozenset(place for place, (_r, each) in rest.items() if not each.name)
    return Resolved(people, unknown)


def holder(
    database: psycopg.Connection,
    pass_code: str,
    *,
    order_id: UUID,
    place_code: str,
    at: datetime,
) -> PersonId:
    """Who holds a pass: a resident, or an attendee who is entered if he is not known yet."""
    record = TubeRecord(UUID(int=0), "", (Given(pass_code, at),), at, 1)
    found = resolve(database, [record], order_id=order_id, place_code=place_code, at=at)
    return found.people[record.code, 0]


def _shown(given: Given, holders: Mapping[str, Person]) -> Given:
    """Somebody by the document of his registration, where he showed its pass."""
    holder = holders.get(given.number)
    if holder is None:
        return given
    said = holder.facts
    return replace(
        given, number=said.document_number, name=given.name or said.name, phone=given.phone or said.phone,
        address=given.address or said.address,
    )  # fmt: skip


def _recognized(holders: Iterable[Person]) -> dict[str, int]:
    """Document → resident now, of those whom registration recognized as residents."""
    found = {each.facts.document_number: each.resident for each in holders if each.resident}
    now = identity.standing(list(found.values()))
    return {document: now[resident] for document, resident in found.items()}


def entered(numbers: Collection[str], *, orders: Collection[UUID]) -> list[PersonId]:
    """The attendees whom some numbers stand for under some orders."""
    from kangmai.epidemic.nucleic_acid.models import Attendee

    hashes = [sealing.blind(f"{order}|{number}", purpose="attendee") for order in orders for number in numbers]  # fmt: skip
    rows = Attendee.objects.filter(order_id__in=orders, number_hash__in=hashes)
    return [PersonId(-id) for id in rows.order_by("id").values_list("id", flat=True)]


def residents(numbers: Collection[str]) -> dict[str, int]:
    """Scanned number → resident now, for numbers of the index and of identity cards."""
    by_index = {n for n in numbers if len(n) == INDEX_DIGITS and n.isdecimal()}
    others = (n for n in numbers if n not in by_index and is_identity_number(n))
    by_card = {normalise_identity_number(n): n for n in others}
    found: dict[str, int] = {}
    if by_index:
        found |= identity.residents_numbered(by_index)
    if by_card:
        cards = identity.residents_with_cards(by_card)
        found |= {by_card[number]: id for number, id in cards.items()}
    return found


def _enter(
    database: psycopg.Connection,
    rest: Mapping[Place, tuple[TubeRecord, Given]],
    *,
    order_id: UUID,
    place_code: str,
    at: datetime,
) -> dict[Place, PersonId]:
    hashes = {place: _hash(order_id, place, given) for place, (_r, given) in rest.items()}
    # in the order of their hashes, so that two uploads of the same people never wait for each other crosswise
    drafts = {hashes[place]: pair for place, pair in rest.items()}
    rows = [
        (record.subject.value, each, *_sealed(order_id, each, given))
        for each, (record, given) in sorted(drafts.items())
    ]
    subjects, found, keys, contents = zip(*rows, strict=True)
    entered = database.execute(
        _ENTER,
        [order_id, place_code, at, list(subjects), list(found), list(contents), list(keys), order_id, list(found)],
    ).fetchall()  # fmt: skip
    ids = {bytes(each): id for each, id in entered}
    missed = [each for each in found if each not in ids]
    if missed:  # entered by another upload between the two halves of the statement
        again = database.execute(
            "SELECT number_hash, id FROM nucleic_acid_attendee WHERE order_id = %s AND number_hash = ANY(%b::bytea[])",
            [order_id, missed],
        ).fetchall()
        ids |= {bytes(each): id for each, id in again}
    return {place: PersonId(-ids[each]) for place, each in hashes.items()}


def _hash(order_id: UUID, place: Place, given: Given) -> bytes:
    """By its number; what has none is itself in its place in its tube."""
    known = given.number or f"{place[0]}:{place[1]}"
    return sealing.blind(f"{order_id}|{known}", purpose="attendee")


def _sealed(order_id: UUID, number_hash: bytes, given: Given) -> tuple[int, bytes]:
    plain = orjson.dumps(
        {"number": given.number, "name": given.name, "phone": given.phone, "address": given.address}
    )
    return sealing.seal(plain, bound_to=_bound_to(order_id, number_hash))


def _bound_to(order_id: UUID, number_hash: bytes) -> bytes:
    return f"attendee:{order_id}:{number_hash.hex()}".encode()


def attendees(ids: Collection[PersonId]) -> dict[PersonId, dict[str, str]]:
    """What is known of those who are not in the index: number, name, phone, address, place_code."""
    from kangmai.epidemic.nucleic_acid.models import Attendee

    found = {}
    for row in Attendee.objects.filter(id__in=[-id for id in ids if id < 0]):
        known = {"place_code": row.place_code, "subject": row.subject}
        if row.content is not None and row.number_hash is not None:
            bound = _bound_to(row.order_id, bytes(row.number_hash))
            known |= orjson.loads(
                sealing.unseal(row.content_key or 0, bytes(row.content), bound_to=bound)
            )
        found[PersonId(-row.id)] = known
    return found


def is_thing(record: TubeRecord) -> bool:
    """Whether a tube holds swabs of goods or surfaces."""
    return record.subject is Subject.THINGS
