"""Take tubes as scanners send them: one at a time or a box at a time, in any order, late, and again.

What happened at the table cannot be undone by refusing its record: a swab is in its tube. So a record that
breaks a rule is taken and held, or, where it cannot stand beside another, kept whole with the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

import orjson
import psycopg

from kangmai.epidemic.nucleic_acid import incidents, people, rules
from kangmai.epidemic.nucleic_acid.errors import (
    PoolUnknown,
    RecordUnreadable,
    SiteUnknown,
    TooManyRecords,
)
from kangmai.epidemic.nucleic_acid.incidents import Note, Where
from kangmai.epidemic.nucleic_acid.reach import SAMPLE, require_near
from kangmai.epidemic.nucleic_acid.types import (
    BLOCKING,
    Given,
    IncidentKind,
    Outcome,
    PersonId,
    Taken,
    TubeRecord,
)
from kangmai.epidemic.orders.queries import emergency_door, in_force, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel import sealing
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import write_down

MOST_RECORDS = 200
MOST_PEOPLE = 60
"""In one record: three times the largest pool, beyond which a scanner went mad."""
ATTEMPTS = 5

_SITE = """
SELECT s.id, s.round_id, s.place_code, s.organization_id, r.order_id, r.opens_at, r.edition_from
FROM nucleic_acid_site s JOIN nucleic_acid_round r ON r.id = s.round_id WHERE s.id = %s"""

# tubes and their samples in one statement; who was sampled in this round already is not among those put
_TAKE = """
WITH given AS (
  SELECT * FROM unnest(%(code)s::text[], %(client_id)s::uuid[], %(digest)s::bytea[], %(lane)s::smallint[],
    %(subject)s::text[], %(mode)s::smallint[], %(people)s::smallint[], %(opened_at)s::timestamptz[],
    %(closed_at)s::timestamptz[], %(due_at)s::timestamptz[], %(is_held)s::boolean[], %(pool_id)s::uuid[])
  AS g (code, client_id, digest, lane, subject, mode, people, opened_at, closed_at, due_at, is_held, pool_id)),
fresh AS (
  INSERT INTO nucleic_acid_tube (round_id, site_id, code, client_id, digest, lane, subject, mode, people, opened_at,
    closed_at, due_at, state, is_held, box_id, is_received, pool_id, taken_by)
  SELECT %(round)s, %(site)s, g.code, g.client_id, g.digest, g.lane, g.subject, g.mode, g.people, g.opened_at,
    g.closed_at, g.due_at, 'closed', g.is_held, a.box_id, coalesce(a.is_received, false), g.pool_id, %(account)s
  FROM given g LEFT JOIN nucleic_acid_awaited a ON a.code = g.code ORDER BY g.code
  ON CONFLICT (code) DO NOTHING RETURNING id, code),
put AS (
  INSERT INTO nucleic_acid_sample (person_id, round_id, occasion, tube_id, seq, "group", sampled_at, reason)
  SELECT s.person_id, %(round)s, 0, f.id, s.seq, s."group", s.sampled_at, s.reason
  FROM unnest(%(s_code)s::text[], %(s_person)s::bigint[], %(s_seq)s::smallint[], %(s_group)s::text[],
    %(s_at)s::timestamptz[], %(s_reason)s::text[]) AS s (code, person_id, seq, "group", sampled_at, reason)
  JOIN fresh f ON f.code = s.code ORDER BY s.person_id
  ON CONFLICT (person_id, round_id, occasion) DO NOTHING RETURNING tube_id, seq)
SELECT f.id, f.code, array(SELECT p.seq FROM put p WHERE p.tube_id = f.id) FROM fresh f"""

_AGAIN = """
INSERT INTO nucleic_acid_sample (person_id, round_id, occasion, tube_id, seq, "group", sampled_at, reason)
SELECT %s, %s, 1 + (SELECT max(occasion) FROM nucleic_acid_sample WHERE person_id = %s AND round_id = %s), %s, %s, %s, %s, %s
ON CONFLICT DO NOTHING RETURNING occasion"""

_KNOWN = (
    "SELECT code, round_id, digest, id, state FROM nucleic_acid_tube WHERE code = ANY(%s::text[])"
)


@dataclass(frozen=True, slots=True)
class Place:
    """The site of a batch, with its round."""

    site_id: int
    round_id: int
    place_code: str
    organization: int
    order_id: UUID
    opens_at: datetime
    rules: rules.Edition

    @property
    def where(self) -> Where:
        """Whom its incidents concern."""
        return Where(
            order_id=self.order_id,
            place_code=self.place_code,
            organization=self.organization,
            round_id=self.round_id,
            site_id=self.site_id,
        )


@emergency_door(Purpose.TESTING)
@writes_refusals("nucleic_acid.take_refused", with_conflicts=True)
def take_tubes(
    *, site_id: int, records: Sequence[TubeRecord], actor: Actor, at: datetime
) -> tuple[Taken, ...]:
    """Take closed tubes of one site, in the order given, all or none; the same record again changes nothing.

    Raises:
        NoOrderInForce, NotPermitted, SiteUnknown, TooManyRecords, PoolUnknown.
        RecordUnreadable: a record has no people, an unknown group or an instant without a zone.
    """
    if len(records) > MOST_RECORDS:
        raise TooManyRecords(most=MOST_RECORDS, count=len(records))
    with unit_of_work() as database:
        place = find_place(database, site_id, actor=actor, at=at)
        for number, record in enumerate(records, 1):
            _require_readable(record, number, place.rules)
        _require_pools(database, records, place.order_id)
        faults = {id(each): faults_of(each, place, at) for each in records}
        good = [each for each in records if IncidentKind.TUBE_UNREADABLE not in faults[id(each)]]
        first = {each.code: each for each in reversed(good)}
        taken = _take(database, list(first.values()), place, faults, actor=actor, at=at)
        rest = [each for each in records if id(each) not in taken]
        taken |= _settle_rest(database, rest, place, actor=actor, at=at)
        found = tuple(taken[id(each)] for each in records)
        _write_down(database, found, place, actor=actor, at=at)
    return found


def find_place(database: psycopg.Connection, site_id: int, *, actor: Actor, at: datetime) -> Place:
    """The site at which an actor samples now, under the order in force there.

    Raises:
        NoOrderInForce, NotPermitted, SiteUnknown.
    """
    row = database.execute(_SITE, [site_id]).fetchone()
    if row is None:
        raise SiteUnknown()
    _id, round_id, place_code, organization, order_id, opens_at, edition_from = row
    require_near(actor, SAMPLE, place_code, organization)
    in_force(Purpose.TESTING, place=place_code, at=at)
    return Place(
        site_id, round_id, place_code, organization, order_id, opens_at, rules.edition(on=edition_from)
    )  # fmt: skip


def _require_readable(record: TubeRecord, number: int, edition: rules.Edition) -> None:
    instants = [record.closed_at, *(each.at for each in record.people)]
    reason = ""
    if not record.people:
        reason = "people"
    elif len(record.people) > MOST_PEOPLE:
        reason = f"people > {MOST_PEOPLE}"
    elif any(each.tzinfo is None for each in instants):
        reason = "time zone"
    elif unknown := {each.group for each in record.people} - edition.groups.keys():
        reason = f"group {min(unknown)[:24]}"
    elif record.mode not in edition.modes:
        reason = f"mode {record.mode}"
    if reason:
        raise RecordUnreadable(number=number, reason=reason)


def _require_pools(
    database: psycopg.Connection, records: Sequence[TubeRecord], order_id: UUID
) -> None:
    asked = {each.pool_id for each in records if each.pool_id is not None}
    if asked:
        found = database.execute(
            "SELECT count(*) FROM nucleic_acid_pool WHERE id = ANY(%s) AND order_id = %s",
            [list(asked), order_id],
        ).fetchone()
        if found is None or found[0] != len(asked):
            raise PoolUnknown()


def faults_of(record: TubeRecord, place: Place, at: datetime) -> tuple[IncidentKind, ...]:
    """What is wrong with a record by itself."""
    faults = []
    if not place.rules.tube_code.match(record.code):
        faults.append(IncidentKind.TUBE_UNREADABLE)
    if len(record.people) > record.mode:
        faults.append(IncidentKind.TUBE_OVERFILLED)
    tolerance = place.rules.clock_tolerance
    swabs = [each.at for each in record.people]
    is_in_order = (
        min(swabs) >= place.opens_at - tolerance
        and max(swabs) <= record.closed_at + tolerance
        and record.closed_at <= at + tolerance
    )
    if not is_in_order:
        faults.append(IncidentKind.TIMES_OUT_OF_ORDER)
    return tuple(faults)


def digest_of(record: TubeRecord) -> bytes:
    """A keyed hash of who is in a tube: the same content again is a retry, other content another tube."""
    known = sorted(
        (each.number or f"{each.name}|{each.phone}|{n}") for n, each in enumerate(record.people)
    )
    return sealing.blind(f"{record.code}|{'|'.join(known)}", purpose="tube")[:8]


def _take(
    database: psycopg.Connection,
    records: Sequence[TubeRecord],
    place: Place,
    faults: Mapping[int, tuple[IncidentKind, ...]],
    *,
    actor: Actor,
    at: datetime,
) -> dict[int, Taken]:
    """Insert those whose code is new; returns what became of them."""
    if not records:
        return {}
    who = people.resolve(
        database, records, order_id=place.order_id, place_code=place.place_code, at=at
    )
    values = _values(records, place, faults, who, actor)
    fresh = {
        code: (tube_id, frozenset(put))
        for tube_id, code, put in database.execute(_TAKE, values).fetchall()
    }
    found: dict[int, Taken] = {}
    for record in records:
        if record.code in fresh:
            tube_id, put = fresh[record.code]
            twice = _put_again(database, record, tube_id, put, place, who)
            found[id(record)] = _note(
                database, record, place, faults[id(record)], twice, who, actor, at
            )
    return found


def _values(
    records: Sequence[TubeRecord],
    place: Place,
    faults: Mapping[int, tuple[IncidentKind, ...]],
    who: people.Resolved,
    actor: Actor,
) -> dict[str, object]:
    swabs = [(r.code, who.people[r.code, n], n, g) for r in records for n, g in enumerate(r.people)]
    return {
        "round": place.round_id,
        "site": place.site_id,
        "account": actor.account,
        "code": [r.code for r in records],
        "client_id": [r.client_id for r in records],
        "digest": [digest_of(r) for r in records],
        "lane": [r.lane for r in records],
        "subject": [r.subject.value for r in records],
        "mode": [r.mode for r in records],
        "people": [len(r.people) for r in records],
        "opened_at": [min(g.at for g in r.people) for r in records],
        "closed_at": [r.closed_at for r in records],
        "due_at": [_due_at(r, place.rules) for r in records],
        "is_held": [not BLOCKING.isdisjoint(faults[id(r)]) for r in records],
        "pool_id": [r.pool_id for r in records],
        "s_code": [code for code, _p, _n, _g in swabs],
        "s_person": [person for _c, person, _n, _g in swabs],
        "s_seq": [n for _c, _p, n, _g in swabs],
        "s_group": [g.group for _c, _p, _n, g in swabs],
        "s_at": [g.at for _c, _p, _n, g in swabs],
        "s_reason": [g.reason[:120] for _c, _p, _n, g in swabs],
    }


def _due_at(record: TubeRecord, edition: rules.Edition) -> datetime:
    return rules.due_at(
        edition,
        groups=[each.group for each in record.people],
        first_swab_at=min(each.at for each in record.people),
    )


def _put_again(
    database: psycopg.Connection,
    record: TubeRecord,
    tube_id: int,
    put: frozenset[int],
    place: Place,
    who: people.Resolved,
) -> tuple[int, ...]:
    """Write the samples of those who were sampled in this round before; returns those nobody gave a reason for."""
    twice = [n for n in range(len(record.people)) if n not in put]
    for n in twice:
        put_again(
            database, who.people[record.code, n], place.round_id, tube_id, n, record.people[n]
        )
    follows = record.pool_id is not None
    return tuple(n for n in twice if not (follows or record.people[n].reason.strip()))


def put_again(
    database: psycopg.Connection,
    person: PersonId,
    round_id: int,
    tube_id: int,
    seq: int,
    given: Given,
) -> None:
    """Write one more sample of somebody in a round, as the next occasion."""
    values = [
        person, round_id, person, round_id, tube_id, seq, given.group, given.at, given.reason[:120],
    ]  # fmt: skip
    for _ in range(ATTEMPTS):  # another upload may take the same occasion at this moment
        if database.execute(_AGAIN, values).fetchone():
            return
    raise RuntimeError("no free occasion was found")


def _note(
    database: psycopg.Connection,
    record: TubeRecord,
    place: Place,
    faults: tuple[IncidentKind, ...],
    twice: tuple[int, ...],
    who: people.Resolved,
    actor: Actor,
    at: datetime,
) -> Taken:
    """Write down what was odd about a tube that was taken."""
    unknown = [n for n in range(len(record.people)) if (record.code, n) in who.unknown]
    found: list[tuple[IncidentKind, dict[str, object]]] = [
        (kind, {"people": len(record.people), "mode": record.mode}) for kind in faults
    ]
    if twice:
        found.append((IncidentKind.PERSON_TWICE, {"places": list(twice)}))
    if unknown:
        found.append((IncidentKind.PERSON_UNKNOWN, {"places": unknown}))
    notes = [
        Note(kind=kind, tube=record.code, client_id=record.client_id, details=details)
        for kind, details in found
    ]
    incidents.write(database, notes, place.where, actor=actor, at=at)
    kinds = tuple(kind.value for kind, _details in found)
    outcome = Outcome.TAKEN if BLOCKING.isdisjoint(faults) else Outcome.HELD
    return Taken(record.client_id, record.code, outcome, kinds)


def _settle_rest(
    database: psycopg.Connection,
    records: Sequence[TubeRecord],
    place: Place,
    *,
    actor: Actor,
    at: datetime,
) -> dict[int, Taken]:
    """Records whose code is unreadable or stands already: retries are left alone, the others kept and refused."""
    if not records:
        return {}
    rows = database.execute(_KNOWN, [[each.code for each in records]]).fetchall()
    known = {code: (round_id, digest, tube_id) for code, round_id, digest, tube_id, _s in rows}
    found: dict[int, Taken] = {}
    for record in records:
        if record.code not in known:
            kind = IncidentKind.TUBE_UNREADABLE
        elif _is_same(record, known[record.code], place):
            found[id(record)] = Taken(record.client_id, record.code, Outcome.AGAIN)
            continue
        else:
            kind = IncidentKind.TUBE_USED_TWICE
            _hold(database, known[record.code][2])
        note = Note(
            kind=kind,
            tube=record.code,
            client_id=record.client_id,
            details={"people": len(record.people), "mode": record.mode},
            content=orjson.dumps(asdict(record)),
        )
        incidents.write(database, [note], place.where, actor=actor, at=at)
        found[id(record)] = Taken(record.client_id, record.code, Outcome.REFUSED, (kind.value,))
    return found


def _is_same(record: TubeRecord, known: tuple[int, bytes | None, int], place: Place) -> bool:
    round_id, digest, _tube_id = known
    return round_id == place.round_id and digest is not None and bytes(digest) == digest_of(record)


def _hold(database: psycopg.Connection, tube_id: int) -> None:
    """Keep a result from being published whose tube may hold other people than those written down."""
    database.execute(
        "UPDATE nucleic_acid_tube SET is_held = true WHERE id = %s AND published_at IS NULL",
        [tube_id],
    )


def _write_down(
    database: psycopg.Connection,
    found: Sequence[Taken],
    place: Place,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    counted: dict[str, int] = {}
    for each in found:
        counted[each.outcome.value] = counted.get(each.outcome.value, 0) + 1
    only = found[0].code if len(found) == 1 else ""
    details = {"site": place.site_id, "round": place.round_id, **counted}
    write_down(
        "nucleic_acid.take", "Tube", only, details=details, database=database, actor=actor, at=at
    )  # fmt: skip
