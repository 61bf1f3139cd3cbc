"""Take scans: a batch in one transaction, each either kept once or refused with a reason that is logged.

A batch is columns, not rows: whatever its length it costs a handful of statements. Nothing is kept twice, whatever
is sent again: `client` is unique within a day, and the same scan sent again carries the same instant.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import numpy as np
import psycopg

from kangmai.epidemic.orders.queries import emergency_door, living, require_awake
from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.epidemic.venues import days, rules
from kangmai.epidemic.venues.arrays import Column, Marks, copy_stream, int2s, int4s, int8s
from kangmai.epidemic.venues.rulebook import venue_rule
from kangmai.epidemic.venues.sightings import Door, Look, People, look
from kangmai.epidemic.venues.throttle import Throttle
from kangmai.epidemic.venues.types import (
    Answer,
    Colour,
    Refusal,
    Scans,
    Taken,
    Told,
    VenueRule,
)
from kangmai.kernel.connections import is_within_transaction, own_connection, unit_of_work
from kangmai.standards.calendars import legal_day

COLUMNS = "client, at, person, venue, source, order_serial, entrance, channel, answer"
INSERT = f"""
INSERT INTO venues_scan ({COLUMNS})
SELECT * FROM unnest(%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""
COPY = f"COPY venues_scan ({COLUMNS}) FROM STDIN (FORMAT binary)"
_SAME = """
SELECT client, at, person, venue FROM venues_scan
WHERE client = ANY(%s) AND at BETWEEN %s AND %s"""
_REFUSED = """
INSERT INTO venues_refusal (order_serial, minute, source, reason, venue_id, person_id, count)
SELECT o, date_trunc('minute', %s::timestamptz), s, r, v, nullif(p, 0), c
FROM unnest(%s::int[], %s::int[], %s::text[], %s::int[], %s::int[], %s::int[]) AS e (o, s, r, v, p, c)
ON CONFLICT (minute, source, reason, venue_id, order_serial)
DO UPDATE SET count = venues_refusal.count + EXCLUDED.count"""
_RECEIPT = """
INSERT INTO venues_upload (id, order_id, source, received_at, rows, taken, repeated, refused)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING"""
REASONS = tuple(Refusal)
OWN_PHONE = 0
"""As a source: the phone of the one whose pass it is."""
WIDTHS = (8, 4, 4, 4, 4, 2, 2, 2, 2)
COPY_FROM = 250
"""From so many rows on, a batch goes in by COPY."""

throttle = Throttle()


@emergency_door(Purpose.SCANNING)
def take_scans(
    *, scans: Scans, upload: UUID | None = None, wants_answers: bool = False, at: datetime
) -> Taken:
    """Keep scans, each once; when this returns they are on the disk.

    Args:
        upload: id of a batch, for which a receipt is kept.
        wants_answers: whether to tell for each what is said at the door.

    Raises:
        NoOrderInForce
    """
    if not len(scans):
        return Taken(0, 0, ())
    orders = require_awake(Purpose.SCANNING, at=at)
    rule = venue_rule(on=legal_day(at))
    with _connection(upload) as database:
        return _take(database, scans, orders, rule, upload, wants_answers, at)


@contextmanager
def _connection(upload: UUID | None) -> Iterator[psycopg.Connection]:
    """Scans with a receipt are one transaction with it; without one their single statement is a transaction itself."""
    if upload is None and not is_within_transaction():
        yield own_connection()
        return
    with unit_of_work() as database:
        yield database


def _take(
    database: psycopg.Connection,
    scans: Scans,
    orders: Sequence[Order],
    rule: VenueRule,
    upload: UUID | None,
    wants_answers: bool,
    at: datetime,
) -> Taken:
    shown = list(dict.fromkeys(scans.entrances))
    with database.pipeline():  # both questions in one trip
        asked = look(database, shown, scans.passes, living=living(at=at), at=at)
    doors, place = _doors(asked, shown, scans, orders, rule, at)
    people = asked.found()
    scans = replace(scans, sources=np.where(scans.sources == OWN_PHONE, -people.key, scans.sources))
    refused = _refusals(scans, doors, place, people, rule, at)
    rows = _rows(scans, doors, place, people)
    repeated = _settle_repeats(database, rows, refused, scans, rule, at)
    keep = (refused < 0) & ~repeated
    taken, new = _insert(database, [column[keep] for column in rows], tells_which=wants_answers)
    if taken < int(keep.sum()):
        conflicts = rows[0][keep & ~_kept_before(database, rows, keep)]
        refused[np.isin(rows[0], conflicts) & (refused < 0)] = REASONS.index(Refusal.CONFLICTING_ID)
    _log(database, scans, doors, place, people, refused, at)
    places = np.flatnonzero(refused >= 0).tolist()
    found = Taken(
        taken,
        len(scans) - taken - len(places),
        tuple((n, REASONS[refused[n]]) for n in places),
        _answers(doors, place, people, refused, ~np.isin(rows[0], new), orders)
        if wants_answers
        else (),
    )
    if upload is not None:
        _keep_receipt(database, upload, orders[0], scans, found, at)
    return found


def _keep_receipt(
    database: psycopg.Connection,
    upload: UUID,
    order: Order,
    scans: Scans,
    found: Taken,
    at: datetime,
) -> None:
    counts = (len(scans), found.taken, found.repeated, len(found.refused))
    database.execute(_RECEIPT, [upload, order.id, int(scans.sources[0]), at, *counts])


def _doors(
    asked: Look,
    shown: Sequence[str],
    scans: Scans,
    orders: Sequence[Order],
    rule: VenueRule,
    at: datetime,
) -> tuple[list[Door], Column]:
    """The distinct entrances of a batch, and which of them each scan names."""
    starts = {order.serial: rules.second_of(order.starts_at) for order in orders}
    doors = asked.doors(orders=orders, rule=rule, second_of_start=starts, at=at)
    if len(scans.entrances) == 1:
        return doors, np.zeros(len(scans), np.int64)
    index = {code: n for n, code in enumerate(shown)}
    return doors, np.array([index[code] for code in scans.entrances], np.int64)


def _along(doors: Sequence[Door], place: Column, values: Sequence[int]) -> Column:
    column: Column = np.array(values, np.int64)[place]
    return column


def _refusals(
    scans: Scans,
    doors: Sequence[Door],
    place: Column,
    people: People,
    rule: VenueRule,
    at: datetime,
) -> Column:
    """The number of the reason for each scan, -1 where there is none; the first reason that applies."""
    now = rules.second_of(at)
    codes = [-1 if each.refusal is None else REASONS.index(each.refusal) for each in doors]
    refused = _along(doors, place, codes)
    starts = _along(doors, place, [each.order_start for each in doors])
    oldest = np.maximum(starts, now - rule.late_days * 86_400)
    venues = _along(doors, place, [each.venue for each in doors])
    for reason, applies in (
        (Refusal.OTHER_VENUE, (scans.own_venues != 0) & (scans.own_venues != venues)),
        (Refusal.UNKNOWN_PASS, people.key == 0),
        (Refusal.PASS_ENDED, people.is_alive == 0),
        (Refusal.FROM_THE_FUTURE, scans.at > now + rule.future_seconds),
        (Refusal.TOO_OLD, scans.at < oldest),
    ):
        refused[(refused < 0) & applies] = REASONS.index(reason)
    return refused


def _rows(scans: Scans, doors: Sequence[Door], place: Column, people: People) -> list[Column]:
    """The columns of the table, along the batch."""
    is_care = _along(doors, place, [each.is_care for each in doors])
    answer = np.where(
        people.colour <= Colour.GREEN, Answer.PASS, np.where(is_care > 0, Answer.WARN, Answer.STOP)
    )
    return [
        rules.mixed(scans.client, scans.sources),
        scans.at,
        people.key,
        _along(doors, place, [each.venue for each in doors]),
        scans.sources,
        _along(doors, place, [each.order_serial for each in doors]),
        _along(doors, place, [each.entrance for each in doors]),
        scans.channels,
        answer,
    ]


def _settle_repeats(
    database: psycopg.Connection,
    rows: list[Column],
    refused: Column,
    scans: Scans,
    rule: VenueRule,
    at: datetime,
) -> Marks:
    """Within the batch the same id counts once; beyond the limit of its source a scan is refused unless it was kept before."""
    repeated = np.zeros(len(refused), bool)
    open_ = np.flatnonzero(refused < 0)
    _, first, back = np.unique(rows[0][open_], return_index=True, return_inverse=True)
    if len(first) < len(open_):
        leader = open_[first[back]]
        same = np.all([column[open_] == column[leader] for column in rows[1:4]], axis=0)
        repeated[open_[(open_ != leader) & same]] = True
        _settle_conflicts(database, rows, refused, repeated, open_[~same])
    _keep_limits(database, rows, refused, repeated, scans, rule, at)
    return repeated


def _settle_conflicts(
    database: psycopg.Connection,
    rows: list[Column],
    refused: Column,
    repeated: Marks,
    odd: Column,
) -> None:
    """Rows of a batch say different things under one id: what stands in the table counts, else the first."""
    if not len(odd):
        return
    involved = np.isin(rows[0], rows[0][odd]) & (refused < 0)
    kept = _kept_before(database, rows, involved)
    repeated |= kept
    known = np.isin(rows[0], rows[0][kept])
    refused[involved & known & ~kept] = REASONS.index(Refusal.CONFLICTING_ID)
    refused[odd[~known[odd]]] = REASONS.index(Refusal.CONFLICTING_ID)


def _keep_limits(
    database: psycopg.Connection,
    rows: list[Column],
    refused: Column,
    repeated: Marks,
    scans: Scans,
    rule: VenueRule,
    at: datetime,
) -> None:
    """Refuse what is beyond what a phone may send in a minute, or a reader can read in one."""
    open_ = (refused < 0) & ~repeated
    minutes = np.where(scans.sources < 0, rules.second_of(at) // 60, scans.at // 60)
    # one number for source and minute: sorting pairs takes several times as long
    keys = (scans.sources[open_] << 32) + minutes[open_]
    groups, back, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    sources, minute = groups >> 32, groups & 0xFFFFFFFF
    limits = np.where(sources < 0, rule.per_minute_phone, rule.per_minute_device)
    wanted = zip(*(c.tolist() for c in (sources, minute, sizes, limits)), strict=True)
    granted = np.array(throttle.admit(list(wanted)), np.int64)
    if (granted == sizes).all():
        return
    kept = _kept_before(database, rows, open_)
    repeated |= kept
    fresh = np.flatnonzero(open_ & ~kept)
    group = back[~kept[open_]]
    refused[fresh[_rank(group) >= granted[group]]] = REASONS.index(Refusal.TOO_MANY)


def _rank(group: Column) -> Column:
    """For each member of a group, how many of the same group stand before it."""
    order = np.argsort(group, kind="stable")
    _, starts, sizes = np.unique(group[order], return_index=True, return_counts=True)
    rank = np.empty(len(group), np.int64)
    rank[order] = np.arange(len(group)) - np.repeat(starts, sizes)
    return rank


def _kept_before(database: psycopg.Connection, rows: list[Column], among: Marks) -> Marks:
    """Which of some scans stand in the table already, the same in instant, person and venue."""
    if not among.any():
        return among.copy()
    clients, seconds = rows[0][among], rows[1][among]
    asked = [int8s(clients), int(seconds.min()), int(seconds.max())]
    found = psycopg.Cursor(database).execute(_SAME, asked, binary=True).fetchall()
    known = {tuple(row) for row in found}
    kept = np.zeros(len(among), bool)
    here = zip(*(column[among].tolist() for column in rows[:4]), strict=True)
    kept[np.flatnonzero(among)] = [each in known for each in here]
    return kept


def _insert(
    database: psycopg.Connection, rows: list[Column], *, tells_which: bool
) -> tuple[int, Column]:
    """Write rows; returns how many were new, and their ids where the caller wants to know which."""
    none: Column = np.zeros(0, np.int64)
    if not len(rows[0]):
        return 0, none
    first, final = int(rows[1].min()), int(rows[1].max())
    days.ensure(database, first, final)
    try:
        return _written(database, rows, tells_which=tells_which)
    except psycopg.errors.CheckViolation:
        if is_within_transaction():
            raise
        days.forget()  # a day was dropped since
        days.ensure(database, first, final)
        return _written(database, rows, tells_which=tells_which)


def _written(
    database: psycopg.Connection, rows: list[Column], *, tells_which: bool
) -> tuple[int, Column]:
    if len(rows[0]) >= COPY_FROM and _copied(database, rows):
        return len(rows[0]), rows[0]
    wire = [int8s(rows[0]), *map(int4s, rows[1:5]), *map(int2s, rows[5:])]
    return _inserted(database, wire, tells_which=tells_which)


def _inserted(
    database: psycopg.Connection, wire: Sequence[object], *, tells_which: bool
) -> tuple[int, Column]:
    if not tells_which:
        return psycopg.Cursor(database).execute(INSERT, wire).rowcount, np.zeros(0, np.int64)
    returning = f"{INSERT} RETURNING client"
    new = psycopg.Cursor(database).execute(returning, wire, binary=True).fetchall()
    return len(new), np.array([client for (client,) in new], np.int64)


def _copied(database: psycopg.Connection, rows: list[Column]) -> bool:
    """Write many rows by COPY; False, and nothing written, where one of them is there already.

    Within a transaction it stands behind a savepoint; outside the one statement is a transaction of its own.
    """
    stream = copy_stream(list(zip(rows, WIDTHS, strict=True)))
    alone = nullcontext() if not is_within_transaction() else database.transaction()
    try:
        with alone, database.cursor() as cursor, cursor.copy(COPY) as copy:
            copy.write(stream)
    except psycopg.errors.UniqueViolation:
        return False
    return True


def _answers(
    doors: Sequence[Door],
    place: Column,
    people: People,
    refused: Column,
    repeated: Marks,
    orders: Sequence[Order],
) -> tuple[Told, ...]:
    numbers = {each.serial: each.number for each in orders}
    return tuple(
        _told(
            (door := doors[place[n]]),
            numbers.get(door.order_serial, ""),
            int(people.colour[n]),
            int(refused[n]),
            bool(repeated[n]),
        )
        for n in range(len(refused))
    )


def _told(door: Door, order: str, colour: int, refused: int, is_repeated: bool) -> Told:
    if refused >= 0:
        return Told(Answer.STOP, REASONS[refused].value, order=order)
    shown = Colour(colour)
    reason = rules.door_answer(shown, is_care=door.is_care)
    stops = Answer.WARN if door.is_care else Answer.STOP
    answer = Answer.PASS if shown is Colour.GREEN else stops
    return Told(answer, reason, shown, is_repeated, order)


def _log(
    database: psycopg.Connection,
    scans: Scans,
    doors: Sequence[Door],
    place: Column,
    people: People,
    refused: Column,
    at: datetime,
) -> None:
    """Count what was refused by source, reason and venue; a person is named where an order covers the door."""
    counts: Counter[tuple[int, int, str, int]] = Counter()
    persons: dict[tuple[int, int, str, int], int] = {}
    for n in np.flatnonzero(refused >= 0).tolist():
        door = doors[place[n]]
        key = (door.order_serial, int(scans.sources[n]), REASONS[refused[n]].value, door.venue)
        counts[key] += 1
        persons[key] = int(people.key[n]) if door.order_serial else 0
    if counts:
        keys = sorted(counts)
        columns = [list(column) for column in zip(*keys, strict=True)]
        database.execute(
            _REFUSED,
            [at, *columns, [persons[key] for key in keys], [counts[key] for key in keys]],
        )
