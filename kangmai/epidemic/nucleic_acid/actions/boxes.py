"""Tubes into a box, the box to the courier, the box to the laboratory: each hand-over scanned, differences signed."""

from collections.abc import Sequence
from datetime import datetime

import psycopg

from kangmai.epidemic.nucleic_acid import incidents
from kangmai.epidemic.nucleic_acid.actions.intake import Place, find_place
from kangmai.epidemic.nucleic_acid.errors import (
    NOW,
    PACKED,
    BoxTaken,
    BoxUnknown,
    CodeUnreadable,
    NotInThisState,
    ReasonMissing,
    RecordUnreadable,
    TimesOutOfOrder,
    TooManyRecords,
)
from kangmai.epidemic.nucleic_acid.incidents import Note, Where
from kangmai.epidemic.nucleic_acid.models import Box
from kangmai.epidemic.nucleic_acid.reach import BENCH, SAMPLE, covers, institutions
from kangmai.epidemic.nucleic_acid.types import BoxRecord, BoxState, IncidentKind, Outcome, Taken
from kangmai.epidemic.nucleic_acid.writing import step
from kangmai.epidemic.orders.queries import emergency_door, in_force, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel import sealing
from kangmai.kernel.actor import Actor, NotPermitted, require
from kangmai.kernel.connections import joined, unit_of_work
from kangmai.kernel.deeds import require_version, write_down

MOST_BOXES = 50

_INSERT = """
INSERT INTO nucleic_acid_box (round_id, site_id, code, client_id, digest, tubes, state, packed_at, packed_by, seal_number,
  laboratory_id, missing, extra, signed_by, version)
SELECT %(round)s, s.id, %(code)s, %(client_id)s, %(digest)s, %(tubes)s, 'packed', %(packed_at)s, %(account)s, %(seal)s,
  s.laboratory_id, '{}', '{}', '{}', 1 FROM nucleic_acid_site s WHERE s.id = %(site)s
ON CONFLICT (code) DO NOTHING RETURNING id"""

# in the order of their codes, as every statement locks tubes
_PACK = """
WITH asked AS (SELECT id FROM nucleic_acid_tube
  WHERE code = ANY(%s::text[]) AND site_id = %s AND box_id IS NULL AND state <> 'open' ORDER BY code FOR UPDATE)
UPDATE nucleic_acid_tube t SET box_id = %s FROM asked WHERE t.id = asked.id RETURNING t.code"""
_STANDING = (
    "SELECT code, box_id, state, site_id FROM nucleic_acid_tube WHERE code = ANY(%s::text[])"
)
_AWAIT = """
INSERT INTO nucleic_acid_awaited (code, round_id, box_id, is_received)
SELECT c, %s, %s, false FROM unnest(%s::text[]) AS g (c) ORDER BY c ON CONFLICT (code) DO NOTHING RETURNING code"""

_CONTENT = """
SELECT code FROM nucleic_acid_tube WHERE box_id = %s UNION SELECT code FROM nucleic_acid_awaited WHERE box_id = %s"""
_RECEIVE = """
WITH asked AS (SELECT id FROM nucleic_acid_tube WHERE box_id = %s AND code = ANY(%s::text[]) ORDER BY code FOR UPDATE)
UPDATE nucleic_acid_tube t SET is_received = true FROM asked WHERE t.id = asked.id"""
_RECEIVE_AWAITED = "UPDATE nucleic_acid_awaited SET is_received = true WHERE box_id = %s AND code = ANY(%s::text[])"
_MOVE = """
WITH asked AS (SELECT id FROM nucleic_acid_tube WHERE code = ANY(%s::text[]) ORDER BY code FOR UPDATE)
UPDATE nucleic_acid_tube t SET box_id = %s, is_received = true FROM asked WHERE t.id = asked.id"""


@emergency_door(Purpose.TESTING)
@writes_refusals("nucleic_acid.pack_refused", with_conflicts=True)
def pack_boxes(
    *, site_id: int, records: Sequence[BoxRecord], actor: Actor, at: datetime
) -> tuple[Taken, ...]:
    """Pack boxes of one site; the same box again changes nothing.

    A tube whose own record has not come yet is awaited; one that stands in another box stays there, and
    the difference is written down.

    Raises:
        NoOrderInForce, NotPermitted, SiteUnknown, TooManyRecords, CodeUnreadable, TimesOutOfOrder.
        RecordUnreadable: a box without tubes.
    """
    if len(records) > MOST_BOXES:
        raise TooManyRecords(most=MOST_BOXES, count=len(records))
    with unit_of_work() as database:
        place = find_place(database, site_id, actor=actor, at=at)
        for number, record in enumerate(records, 1):
            _require_readable(record, number, place, at)
        return tuple(_pack(database, each, place, actor=actor, at=at) for each in records)


def _require_readable(record: BoxRecord, number: int, place: Place, at: datetime) -> None:
    if not record.tubes:
        raise RecordUnreadable(number=number, reason="tubes")
    if not place.rules.box_code.match(record.code):
        raise CodeUnreadable(code=record.code[:40], what="box")
    if record.packed_at > at + place.rules.clock_tolerance:
        raise TimesOutOfOrder(later=NOW, earlier=PACKED)


def _pack(
    database: psycopg.Connection, record: BoxRecord, place: Place, *, actor: Actor, at: datetime
) -> Taken:
    codes = sorted(set(record.tubes))
    digest = sealing.blind("|".join(codes), purpose="box")[:8]
    values = {
        "round": place.round_id, "site": place.site_id, "code": record.code, "client_id": record.client_id,
        "digest": digest, "tubes": len(codes), "packed_at": record.packed_at, "account": actor.account,
        "seal": record.seal_number[:32],
    }  # fmt: skip
    row = database.execute(_INSERT, values).fetchone()
    if row is None:
        return _again(database, record, digest)
    packed = {
        code for (code,) in database.execute(_PACK, [codes, place.site_id, row[0]]).fetchall()
    }
    reasons = _odd(
        database, record, [c for c in codes if c not in packed], row[0], place, actor, at
    )
    if len(codes) > place.rules.most_tubes_a_box:
        details = {"tubes": len(codes), "most": place.rules.most_tubes_a_box}
        note = Note(kind=IncidentKind.BOX_OVERFILLED, box=record.code, client_id=record.client_id, details=details)  # fmt: skip
        incidents.write(database, [note], place.where, actor=actor, at=at)
        reasons = (*reasons, note.kind.value)
    step(database, order_id=place.order_id, kind="box", subjects=[row[0]], deed="packed", actor=actor, at=record.packed_at)  # fmt: skip
    details = {"tubes": len(codes), "site": place.site_id}
    write_down("nucleic_acid.pack", "Box", record.code, details=details, database=database, actor=actor, at=at)  # fmt: skip
    return Taken(record.client_id, record.code, Outcome.HELD if reasons else Outcome.TAKEN, reasons)


def _again(database: psycopg.Connection, record: BoxRecord, digest: bytes) -> Taken:
    row = database.execute(
        "SELECT digest FROM nucleic_acid_box WHERE code = %s", [record.code]
    ).fetchone()
    if row is None or bytes(row[0]) != digest:
        raise BoxTaken(code=record.code)
    return Taken(record.client_id, record.code, Outcome.AGAIN)


def _odd(
    database: psycopg.Connection,
    record: BoxRecord,
    codes: Sequence[str],
    box_id: int,
    place: Place,
    actor: Actor,
    at: datetime,
) -> tuple[str, ...]:
    """Tubes that could not be packed: unknown ones are awaited, those of other boxes and sites are noted."""
    if not codes:
        return ()
    known = {code for code, *_ in database.execute(_STANDING, [list(codes)]).fetchall()}
    unknown = [code for code in codes if code not in known]
    awaited = set()
    if unknown:
        rows = database.execute(_AWAIT, [place.round_id, box_id, unknown]).fetchall()
        awaited = {code for (code,) in rows}
    elsewhere = [code for code in codes if code not in awaited]
    notes = [
        Note(kind=IncidentKind.TUBE_IN_OTHER_BOX, tube=code, box=record.code, client_id=record.client_id)
        for code in elsewhere
    ]  # fmt: skip
    incidents.write(database, notes, place.where, actor=actor, at=at)
    return (IncidentKind.TUBE_IN_OTHER_BOX.value,) if notes else ()


@emergency_door(Purpose.TESTING)
def send_boxes(
    *, codes: Sequence[str], carrier: str, actor: Actor, at: datetime
) -> tuple[Taken, ...]:
    """Hand packed boxes to the courier: both stand at the scanner; a box that left already is left alone.

    Raises:
        NoOrderInForce, NotPermitted, BoxUnknown, ReasonMissing (nobody named as courier).
    """
    require(actor, SAMPLE)
    if not carrier.strip():
        raise ReasonMissing()
    with joined():
        rows = _locked(codes, actor=actor)
        found = []
        for row in rows:
            in_force(Purpose.TESTING, place=row.site.place_code, at=at)
            found.append(_send(row, carrier.strip()[:40], actor=actor, at=at))
    return tuple(found)


def _locked(codes: Sequence[str], *, actor: Actor) -> list[Box]:
    rows = list(
        Box.objects.select_related("site", "round")
        .select_for_update(of=("self",))
        .filter(code__in=set(codes))
        .order_by("id")
    )
    seen = {
        r.code for r in rows if covers(actor, SAMPLE, r.site.place_code, r.site.organization_id)
    }
    for code in codes:
        if code not in seen:
            raise BoxUnknown(code=code[:20])
    return rows


def _send(row: Box, carrier: str, *, actor: Actor, at: datetime) -> Taken:
    if row.state != BoxState.PACKED.value:
        return Taken(row.client_id, row.code, Outcome.AGAIN)
    row.state, row.carrier, row.carrier_account = BoxState.TRAVELLING.value, carrier, actor.account
    row.left_at, row.version = max(at, row.packed_at), row.version + 1
    row.save()
    _trail(row, "sent", actor=actor, at=at)
    return Taken(row.client_id, row.code, Outcome.TAKEN)


@emergency_door(Purpose.TESTING)
@writes_refusals("nucleic_acid.receive_refused", with_conflicts=True)
def receive_box(
    *,
    code: str,
    laboratory: int,
    tubes: Sequence[str] | None,
    temperature_c: float | None,
    actor: Actor,
    at: datetime,
) -> Box:
    """Receive a box in the laboratory: its tubes are scanned, or counted as packed where `tubes` is None.

    Tubes that are missing or too many make a difference that two people sign before the box counts.

    Raises:
        NoOrderInForce, NotPermitted, BoxUnknown, NotInThisState (it was received before).
    """
    require(actor, BENCH)
    if laboratory not in institutions(actor, BENCH) and not _is_everywhere(actor):
        raise NotPermitted(permission=BENCH)
    with joined(), unit_of_work() as database:
        row = _at_door(code, laboratory, at=at)
        packed = {c for (c,) in database.execute(_CONTENT, [row.id, row.id]).fetchall()}
        scanned = packed if tubes is None else set(tubes)
        here = sorted(scanned & packed)
        database.execute(_RECEIVE, [row.id, here])
        database.execute(_RECEIVE_AWAITED, [row.id, here])
        row.missing, row.extra = sorted(packed - scanned), sorted(scanned - packed)
        row.laboratory_id, row.received_at, row.received_by = laboratory, at, actor.account
        row.temperature_c, row.version = temperature_c, row.version + 1
        differs = bool(row.missing or row.extra)
        row.state = (BoxState.DIFFERS if differs else BoxState.RECEIVED).value
        row.save()
        if differs:
            _note_difference(database, row, actor=actor, at=at)
        _trail(row, "received", actor=actor, at=at)
        details = {"tubes": len(here), "missing": len(row.missing), "extra": len(row.extra)}
        write_down("nucleic_acid.receive", "Box", row.code, details=details, database=database, actor=actor, at=at)  # fmt: skip
    return row


def _is_everywhere(actor: Actor) -> bool:
    return any("*" in grant.permissions for grant in actor.grants)


def _at_door(code: str, laboratory: int, *, at: datetime) -> Box:
    row = (
        Box.objects.select_related("site", "round")
        .select_for_update(of=("self",))
        .filter(code=code)
        .first()
    )
    if row is None:
        raise BoxUnknown(code=code[:20])
    in_force(Purpose.TESTING, place=row.site.place_code, at=at)
    if row.state not in (BoxState.PACKED.value, BoxState.TRAVELLING.value):
        raise NotInThisState(what=f"{code}", state=row.state)
    return row


def _note_difference(database: psycopg.Connection, row: Box, *, actor: Actor, at: datetime) -> None:
    where = _where(row)
    details = {"missing": row.missing[:100], "extra": row.extra[:100]}
    note = Note(kind=IncidentKind.BOX_DIFFERS, box=row.code, client_id=row.client_id, details=details)  # fmt: skip
    incidents.write(database, [note], where, actor=actor, at=at)


def _where(row: Box) -> Where:
    return Where(
        order_id=row.round.order_id,
        place_code=row.site.place_code,
        organization=row.site.organization_id,
        round_id=row.round_id,
        site_id=row.site_id,
        laboratory=row.laboratory_id,
    )


@emergency_door(Purpose.TESTING)
@writes_refusals("nucleic_acid.sign_refused", with_conflicts=True)
def sign_difference(
    *, box_id: int, note: str, expected_version: int, actor: Actor, at: datetime
) -> Box:
    """Sign for a difference: once by the laboratory, once by the site or courier; with the second the box counts.

    Tubes that were too many and are known then belong to this box.

    Raises:
        NoOrderInForce, NotPermitted, BoxUnknown, ChangedMeanwhile, NotInThisState, ReasonMissing.
    """
    if not note.strip():
        raise ReasonMissing()
    with joined(), unit_of_work() as database:
        row = (
            Box.objects.select_related("site", "round")
            .select_for_update(of=("self",))
            .filter(id=box_id)
            .first()
        )
        if row is None or not sees_box(row, actor):
            raise BoxUnknown(code="")
        in_force(Purpose.TESTING, place=row.site.place_code, at=at)
        require_version(row.version, expected_version)
        if row.state != BoxState.DIFFERS.value or actor.account in row.signed_by:
            raise NotInThisState(what=row.code, state="signed")
        row.signed_by = [*row.signed_by, actor.account]
        row.difference_note = f"{row.difference_note or ''} {note.strip()}".strip()[:300]
        row.version += 1
        if len(row.signed_by) == 2:
            _accept(database, row, actor=actor, at=at)
        row.save()
        _trail(row, "signed", note=note.strip()[:300], actor=actor, at=at)
        write_down("nucleic_acid.sign", "Box", row.code, database=database, actor=actor, at=at)  # fmt: skip
    return row


def sees_box(row: Box, actor: Actor) -> bool:
    """Whether an actor stands at either end of a box's way."""
    at_site = covers(actor, SAMPLE, row.site.place_code, row.site.organization_id)
    return at_site or row.laboratory_id in institutions(actor, BENCH)


def _accept(database: psycopg.Connection, row: Box, *, actor: Actor, at: datetime) -> None:
    row.state = BoxState.RECEIVED.value
    database.execute(_MOVE, [row.extra, row.id])
    database.execute(
        """UPDATE nucleic_acid_incident SET settled_at = %s, settled_by = %s, how = 'signed', note = %s, version = version + 1
           WHERE box_code = %s AND kind = %s AND settled_at IS NULL""",
        [at, actor.account, row.difference_note, row.code, IncidentKind.BOX_DIFFERS.value],
    )


def _trail(row: Box, deed: str, *, note: str = "", actor: Actor, at: datetime) -> None:
    with unit_of_work() as database:
        step(database, order_id=row.round.order_id, kind="box", subjects=[row.id], deed=deed, note=note, actor=actor, at=at)  # fmt: skip
