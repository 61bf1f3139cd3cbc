"""At a table with a network: open a tube with its first person, add people scan by scan, close it.

Unlike a late upload, a scan can still be refused: the swab is not taken yet.
"""

from datetime import datetime
from uuid import UUID

import psycopg

from kangmai.epidemic.nucleic_acid import people, rules
from kangmai.epidemic.nucleic_acid.actions.intake import Place, find_place, put_again
from kangmai.epidemic.nucleic_acid.errors import (
    AlreadySampled,
    NotInThisState,
    NumberUnknown,
    TubeFull,
    TubeTaken,
    TubeUnknown,
)
from kangmai.epidemic.nucleic_acid.types import Given, PersonId, Subject, TubeRecord, TubeState
from kangmai.epidemic.orders.queries import emergency_door, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import write_down
from kangmai.kernel.ids import ResidentId
from kangmai.standards.identity_numbers import is_identity_number, normalise_identity_number

_TUBE = "SELECT id, site_id, state, mode, people, pool_id FROM nucleic_acid_tube WHERE code = %s FOR UPDATE"
_OPEN = """
INSERT INTO nucleic_acid_tube (round_id, site_id, code, client_id, lane, subject, mode, people, opened_at, due_at, state,
  is_held, is_received, pool_id, taken_by)
VALUES (%s, %s, %s, %s, %s, %s, %s, 0, %s, %s, 'open', false, false, %s, %s)
ON CONFLICT (code) DO NOTHING RETURNING id"""
_PUT = """
INSERT INTO nucleic_acid_sample (person_id, round_id, occasion, tube_id, seq, "group", sampled_at, reason)
VALUES (%s, %s, 0, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING seq"""
_EARLIER = """
SELECT t.code, t.id = %s FROM nucleic_acid_sample s JOIN nucleic_acid_tube t ON t.id = s.tube_id
WHERE s.person_id = ANY(%s) AND s.round_id = %s ORDER BY t.id = %s DESC, s.occasion LIMIT 1"""
_COUNT = """
UPDATE nucleic_acid_tube SET people = (SELECT count(*) FROM nucleic_acid_sample WHERE tube_id = %(id)s),
  due_at = least(due_at, %(due)s) WHERE id = %(id)s RETURNING people"""


@emergency_door(Purpose.TESTING)
@writes_refusals("nucleic_acid.scan_refused", with_conflicts=True)
def scan_person(
    *,
    site_id: int,
    code: str,
    client_id: UUID,
    mode: int,
    given: Given,
    lane: int = 1,
    subject: Subject = Subject.PEOPLE,
    pool_id: UUID | None = None,
    actor: Actor,
    at: datetime,
) -> int:
    """Put somebody into a tube, which his scan opens if it is new; returns how many it holds.

    The same person scanned again into the same tube changes nothing.

    Raises:
        NoOrderInForce, NotPermitted, SiteUnknown, CodeUnreadable, ModeUnknown, GroupUnknown.
        TubeTaken: it was closed, or belongs to another site.
        NumberUnknown: nobody has this number or pass, and no name is given.
        TubeFull, AlreadySampled (in another tube of this round, and no reason is given).
    """
    with unit_of_work() as database:
        place = find_place(database, site_id, actor=actor, at=at)
        rules.require_tube_code(place.rules, code)
        rules.require_mode(place.rules, mode)
        due = rules.due_at(place.rules, groups=[given.group], first_swab_at=given.at)
        record = TubeRecord(client_id, code, (given,), at, mode, lane, subject, pool_id)
        tube_id, room, count = _opened(database, record, place, due, actor)
        found = people.resolve(
            database, [record], order_id=place.order_id, place_code=place.place_code, at=at
        )
        if found.unknown and subject is Subject.PEOPLE and not _is_card(given.number):
            raise NumberUnknown()
        who = found.people[code, 0]
        if _is_in(database, who, place, tube_id, code, given, follows=pool_id is not None):
            return count
        if count >= room:
            raise TubeFull(code=code, most=room)
        values = [who, place.round_id, tube_id, count, given.group, given.at, given.reason[:120]]
        if database.execute(_PUT, values).fetchone() is None:
            put_again(database, who, place.round_id, tube_id, count, given)
        row = database.execute(_COUNT, {"id": tube_id, "due": due}).fetchone()
        assert row is not None
        details = {"site": site_id, "people": row[0]}
        write_down(
            "nucleic_acid.scan",
            "Tube",
            code,
            details=details,
            database=database,
            actor=actor,
            at=at,
        )
        return int(row[0])


def _is_card(number: str) -> bool:
    """Whether a number names somebody by itself, also one whom the index does not know."""
    return is_identity_number(normalise_identity_number(number))


def _opened(
    database: psycopg.Connection, record: TubeRecord, place: Place, due: datetime, actor: Actor
) -> tuple[int, int, int]:
    """The open tube of a code, made if it is new: id, how many it takes, how many it holds."""
    first = record.people[0]
    database.execute(
        _OPEN,
        [
            place.round_id, place.site_id, record.code, record.client_id, record.lane, record.subject.value,
            record.mode, first.at, due, record.pool_id, actor.account,
        ],
    )  # fmt: skip
    row = database.execute(_TUBE, [record.code]).fetchone()
    assert row is not None
    tube_id, site_id, state, mode, count, _pool = row
    if state != TubeState.OPEN.value or site_id != place.site_id:
        raise TubeTaken(code=record.code)
    return tube_id, mode, count


def _is_in(
    database: psycopg.Connection,
    who: PersonId,
    place: Place,
    tube_id: int,
    code: str,
    given: Given,
    *,
    follows: bool,
) -> bool:
    """Whether somebody is in this tube already. Raises AlreadySampled."""
    same = [int(each) for each in identity.same_resident_ids(ResidentId(who))] if who > 0 else [who]
    row = database.execute(_EARLIER, [tube_id, same, place.round_id, tube_id]).fetchone()
    if row is None:
        return False
    earlier, is_here = row
    if not (is_here or follows or given.reason.strip()):
        raise AlreadySampled(tube=earlier)
    return bool(is_here)


@emergency_door(Purpose.TESTING)
def take_out(*, site_id: int, code: str, seq: int, actor: Actor, at: datetime) -> int:
    """Take somebody who was scanned by mistake out of an open tube; returns how many it holds.

    Raises:
        NoOrderInForce, NotPermitted, SiteUnknown, TubeUnknown, NotInThisState.
    """
    with unit_of_work() as database:
        find_place(database, site_id, actor=actor, at=at)
        tube_id = _mine(database, site_id, code)
        gone = database.execute(
            "DELETE FROM nucleic_acid_sample WHERE tube_id = %s AND seq = %s", [tube_id, seq]
        )
        if gone.rowcount == 0:
            raise TubeUnknown(code=f"{code}/{seq}")
        database.execute(
            "UPDATE nucleic_acid_sample SET seq = seq - 1 WHERE tube_id = %s AND seq > %s",
            [tube_id, seq],
        )
        row = database.execute(_COUNT, {"id": tube_id, "due": None}).fetchone()
        assert row is not None
        write_down("nucleic_acid.take_out", "Tube", code, details={"seq": seq}, database=database, actor=actor, at=at)  # fmt: skip
        return int(row[0])


def _mine(database: psycopg.Connection, site_id: int, code: str) -> int:
    row = database.execute(_TUBE, [code]).fetchone()
    if row is None or row[1] != site_id:
        raise TubeUnknown(code=code[:14])
    if row[2] != TubeState.OPEN.value:
        raise NotInThisState(what=code, state=row[2])
    return int(row[0])


@emergency_door(Purpose.TESTING)
@writes_refusals("nucleic_acid.close_refused", with_conflicts=True)
def close_tube(*, site_id: int, code: str, actor: Actor, at: datetime) -> int:
    """Close a tube with whom it holds, also when it is not full; an empty one is taken back. Returns its people.

    Raises:
        NoOrderInForce, NotPermitted, SiteUnknown, TubeUnknown, NotInThisState.
    """
    with unit_of_work() as database:
        find_place(database, site_id, actor=actor, at=at)
        tube_id = _mine(database, site_id, code)
        row = database.execute(
            """UPDATE nucleic_acid_tube SET state = 'closed', closed_at = greatest(%s, opened_at)
               WHERE id = %s AND people > 0 RETURNING people""",
            [at, tube_id],
        ).fetchone()
        if row is None:
            database.execute("DELETE FROM nucleic_acid_tube WHERE id = %s", [tube_id])
        people_in = int(row[0]) if row else 0
        write_down("nucleic_acid.close", "Tube", code, details={"people": people_in}, database=database, actor=actor, at=at)  # fmt: skip
        return people_in
