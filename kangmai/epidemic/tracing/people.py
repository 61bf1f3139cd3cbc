"""Whom tracing deals with: found by every name under which somebody is known, entered once, opened for who may see.

A resident, a registration of the order, a document number, a name with a phone: each is an alias of one person.
What names somebody is read where it stands (resident index, registration); only of those whom neither knows is
it kept here, sealed.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import psycopg

from kangmai.epidemic.tracing import models, sealed
from kangmai.epidemic.tracing.errors import PersonMissing
from kangmai.epidemic.tracing.types import Facts, Given, PersonId
from kangmai.epidemic.venues import queries as venues
from kangmai.epidemic.venues.types import Person as Registered
from kangmai.epidemic.venues.types import PersonKey
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel import audit, sealing
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.ids import ResidentId
from kangmai.standards.errors import TelephoneIncorrect
from kangmai.standards.identity_numbers import is_identity_number, normalise_identity_number
from kangmai.standards.telephones import parse_telephone

READER = operator("tracing.reader", permissions=("identity.search",))
"""A contact may live where the investigator of his case sees no record; that his name is read is written down here."""

_KNOWN = """
SELECT a.value, coalesce(p.joined_to_id, p.id) FROM tracing_alias a JOIN tracing_person p ON p.id = a.person_id
WHERE a.order_id = %s AND a.value = ANY(%s::text[])"""
_NUMBERS = (
    "SELECT nextval(pg_get_serial_sequence('tracing_person', 'id')) FROM generate_series(1, %s)"
)
_ENTER = """
INSERT INTO tracing_person (id, order_id, resident_id, venue_person, content, content_key, place_code, created_at)
SELECT id, %s, resident, venue, content, key, place, %s
FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %b::bytea[], %s::smallint[], %s::text[])
     AS g (id, resident, venue, content, key, place)"""
_NAME = """
INSERT INTO tracing_alias (order_id, value, person_id)
SELECT %s, value, person FROM unnest(%s::text[], %s::bigint[]) AS g (value, person) ON CONFLICT DO NOTHING"""


def enter(
    people: Sequence[Given], *, order_id: UUID, place_code: str, at: datetime
) -> list[PersonId]:
    """Everybody of some people under an order, in their order; who is known by any of his names is not entered again.

    Raises:
        PersonMissing: nothing says who somebody is.
    """
    complete = _complete(people, at)
    with unit_of_work() as database:
        # one at a time under an order: two that enter the same person at once would make two of him
        database.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"tracing.people.{order_id}"]
        )
        return _entered(database, complete, order_id=order_id, place_code=place_code, at=at)


def _complete(people: Sequence[Given], at: datetime) -> list[tuple[Given, tuple[str, ...]]]:
    """People with all names under which they may be known, and the resident where one of these leads to him."""
    registered = venues.persons_in(
        keys={each.venue_person for each in people if each.venue_person is not None}, at=at
    )
    cards = {
        n for each in people if is_identity_number(n := normalise_identity_number(each.document))
    }
    owners = identity.residents_with_cards(cards) if cards else {}
    residents = [_resident_of(each, registered, owners) for each in people]
    same = identity.same_residents([each for each in residents if each is not None])
    homes = identity.places_of(list(same))
    return [
        _named(each, resident, registered, same.get(resident, frozenset()), homes)  # type: ignore[arg-type]
        for each, resident in zip(people, residents, strict=True)
    ]


def _resident_of(
    given: Given, registered: Mapping[PersonKey, Registered], owners: Mapping[str, ResidentId]
) -> ResidentId | None:
    if given.resident is not None:
        return given.resident
    person = registered.get(given.venue_person) if given.venue_person is not None else None
    if person is not None and person.resident is not None:
        return person.resident
    return owners.get(normalise_identity_number(given.document))


def _named(
    given: Given,
    resident: ResidentId | None,
    registered: Mapping[PersonKey, Registered],
    same: frozenset[ResidentId],
    homes: Mapping[ResidentId, str],
) -> tuple[Given, tuple[str, ...]]:
    names = [f"r:{each}" for each in sorted(same)]
    person = registered.get(given.venue_person) if given.venue_person is not None else None
    if person is not None:
        names.append(f"v:{person.key}")
    if given.document.strip():
        names.append(f"d:{_hash('document', normalise_identity_number(given.document))}")
    if not names and given.name.strip() and given.phone.strip():
        names.append(f"n:{_hash('name', f'{given.name.strip()}|{_one_form(given.phone)}')}")
    if not names:
        raise PersonMissing()
    home = person.facts.place_code if person is not None else ""
    place = (homes.get(resident, "") if resident is not None else "") or home or given.place_code
    complete = Given(
        resident, person.key if person is not None else None,
        given.name.strip(), given.document.strip(), given.phone.strip(), given.address.strip(), place[:14],
    )  # fmt: skip
    return complete, tuple(names)


def _one_form(phone: str) -> str:
    """A number as everybody writes it; one that cannot be read (a line list is taken as it is) as it stands."""
    try:
        return parse_telephone(phone).value
    except TelephoneIncorrect:
        return phone.strip()


def _hash(kind: str, text: str) -> str:
    return sealing.blind(text, purpose=f"tracing.{kind}").hex()


def _entered(
    database: psycopg.Connection,
    people: Sequence[tuple[Given, tuple[str, ...]]],
    *,
    order_id: UUID,
    place_code: str,
    at: datetime,
) -> list[PersonId]:
    wanted = [name for _, names in people for name in names]
    known: dict[str, int] = dict(database.execute(_KNOWN, [order_id, wanted]).fetchall())
    before = set(known)
    fresh = [pair for pair in people if not any(name in known for name in pair[1])]
    numbers = iter([n for (n,) in database.execute(_NUMBERS, [len(fresh)]).fetchall()])
    rows, found = [], []
    for given, names in people:
        hits = [known[name] for name in names if name in known]
        if hits:
            person = min(hits)
        else:
            person = next(numbers)
            rows.append((person, given))
        known |= {name: known.get(name, person) for name in names}
        found.append(PersonId(person))
    _insert(database, rows, order_id=order_id, place_code=place_code, at=at)
    unnamed = sorted(set(known) - before)
    if unnamed:
        database.execute(_NAME, [order_id, unnamed, [known[name] for name in unnamed]])
    return found


def _insert(
    database: psycopg.Connection,
    rows: Sequence[tuple[int, Given]],
    *,
    order_id: UUID,
    place_code: str,
    at: datetime,
) -> None:
    if not rows:
        return
    closed = [_closed(id, given) for id, given in rows]
    database.execute(
        _ENTER,
        [
            order_id, at, [id for id, _ in rows], [given.resident for _, given in rows],
            [given.venue_person for _, given in rows], [content for _, content in closed],
            [key for key, _ in closed], [given.place_code or place_code for _, given in rows],
        ],
    )  # fmt: skip


def _closed(id: int, given: Given) -> tuple[int | None, bytes | None]:
    """What was said of somebody whom neither index nor registration knows."""
    if given.resident is not None or given.venue_person is not None:
        return None, None
    said = {
        "name": given.name, "phone": given.phone, "address": given.address, "document": given.document,
    }  # fmt: skip
    return sealed.close("person", id, said)


def enter_outside(mark: str, *, order_id: UUID, place_code: str, at: datetime) -> PersonId:
    """The case of a neighbouring city, of whom nothing is known but the number there."""
    name = f"o:{_hash('outside', mark)}"
    with unit_of_work() as database:
        database.execute(
            "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"tracing.people.{order_id}"]
        )
        (person,) = _entered(
            database, [(Given(place_code=place_code), (name,))], order_id=order_id, place_code=place_code, at=at
        )  # fmt: skip
    return person


def names_of(
    persons: Collection[PersonId], *, purpose: str, object_id: object, actor: Actor, at: datetime
) -> dict[PersonId, Facts]:
    """Who some people are; whose own query has checked the right to see them. The read is written down."""
    rows = list(models.Person.objects.filter(id__in=set(persons)))
    residents = identity.residents_by_id(
        [ResidentId(row.resident_id) for row in rows if row.resident_id], actor=READER, at=at
    )
    keys = {PersonKey(row.venue_person) for row in rows if row.venue_person and not row.resident_id}
    registered = venues.persons_in(keys=keys, at=at) if keys else {}
    subjects = [each.patient_rid for each in residents.values()]
    audit.record_later(
        audit.Entry(actor, at, f"tracing.{purpose}", "TracingPerson", str(object_id), subjects)
    )
    return {
        PersonId(row.id): _facts(row, residents.get(row.resident_id), registered.get(row.venue_person))
        for row in rows
    }  # fmt: skip


def documents_of(people: Collection[models.Person], *, at: datetime) -> set[str]:
    """The documents under which those of some people are known who are not in the index."""
    outside = [each for each in people if not each.resident_id]
    keys = {PersonKey(each.venue_person) for each in outside if each.venue_person}
    registered = venues.persons_in(keys=keys, at=at) if keys else {}
    found = {each.facts.document_number for each in registered.values()}
    found |= {
        sealed.read("person", each.id, each.content_key, each.content).get("document", "")
        for each in outside
    }
    return found - {""}


def _facts(row: models.Person, resident: Resident | None, registered: Registered | None) -> Facts:
    if resident is not None:
        known = resident.demographics
        document = next((each.number for each in known.documents if each.closed_on is None), "")
        return Facts(known.name, next(iter(known.phones), ""), known.address, document, known.place_code)  # fmt: skip
    if registered is not None:
        said = registered.facts
        return Facts(said.name, said.phone, said.address, said.document_number, said.place_code)
    content = sealed.read("person", row.id, row.content_key, row.content)
    return Facts(
        content.get("name", ""), content.get("phone", ""), content.get("address", ""),
        content.get("document", ""), row.place_code,
    )  # fmt: skip
