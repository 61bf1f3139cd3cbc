"""Take up the file of a run: wells are judged, controls decide whether they count, odd ones are kept with the reason."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
import psycopg

from kangmai.epidemic.nucleic_acid import incidents, instrument_files, rules
from kangmai.epidemic.nucleic_acid.errors import (
    NOW,
    RUN_BEGAN,
    RUN_ENDED,
    PlateTaken,
    TimesOutOfOrder,
)
from kangmai.epidemic.nucleic_acid.incidents import Note, Where
from kangmai.epidemic.nucleic_acid.reach import BENCH, institutions
from kangmai.epidemic.nucleic_acid.types import (
    SETTLED,
    Imported,
    IncidentKind,
    Judgement,
    PlateState,
    Reading,
    RunFacts,
    TubeState,
    WellKind,
)
from kangmai.epidemic.nucleic_acid.writing import step
from kangmai.epidemic.orders.queries import emergency_door, require_awake, writes_refusals
from kangmai.epidemic.orders.types import Order, Purpose
from kangmai.kernel.actor import Actor, NotPermitted, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import write_down
from kangmai.standards.calendars import legal_day

_TUBES = """
SELECT t.code, t.id, t.state, t.is_received, t.pool_id IS NOT NULL, p.id IS NOT NULL AND p.state = 'open',
       b.state = 'differs', t.closed_at, r.order_id, b.laboratory_id
FROM nucleic_acid_tube t JOIN nucleic_acid_round r ON r.id = t.round_id LEFT JOIN nucleic_acid_pool p ON p.tube_id = t.id LEFT JOIN nucleic_acid_box b ON b.id = t.box_id
WHERE t.code = ANY(%s::text[]) ORDER BY t.code FOR UPDATE OF t"""
_PLATE = """
INSERT INTO nucleic_acid_plate (order_id, laboratory_id, code, instrument, kit, lot, started_at, ended_at, state, faults,
  file_digest, operator, imported_at, version)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, 1)
ON CONFLICT (laboratory_id, code) DO NOTHING RETURNING id"""
_WELLS = """
INSERT INTO nucleic_acid_well (plate_id, well, kind, tube_id, code, ct_orf1ab, ct_n, ct_internal, judgement)
SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::float8[], %s::float8[], %s::float8[], %s::text[])"""


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a tube that an instrument names."""

    id: int
    state: TubeState
    is_received: bool
    is_follow_up: bool
    has_open_pool: bool
    is_in_difference: bool
    closed_at: datetime
    order_id: UUID
    laboratory: int | None
    """That received its box."""

    def fault(self, run: RunFacts) -> IncidentKind | None:
        """Why a reading of it does not count; None when it does."""
        if self.closed_at > run.started_at:
            return IncidentKind.TIMES_OUT_OF_ORDER
        is_elsewhere = self.laboratory not in (None, run.laboratory)
        # a tube of a pool that is followed up may be confirmed by another laboratory
        if (
            not self.is_received
            or self.is_in_difference
            or (is_elsewhere and not self.has_open_pool)
        ):
            return IncidentKind.TUBE_NOT_RECEIVED
        if self.state in SETTLED and not self.has_open_pool:
            return IncidentKind.TUBE_ALREADY_SETTLED
        return None


@emergency_door(Purpose.TESTING)
@writes_refusals("nucleic_acid.import_refused", with_conflicts=True)
def import_run(*, facts: RunFacts, file: bytes, actor: Actor, at: datetime) -> Imported:
    """Take up the file of a run; the same file again changes nothing.

    A run whose controls failed is kept and counts for nothing: its tubes wait to be tested again. A well
    whose tube is unknown, was not received, or has its result, is kept and left out, with the reason.

    Raises:
        NoOrderInForce, NotPermitted, FileUnreadable, TimesOutOfOrder.
        PlateTaken: the code stands with another file.
    """
    require_laboratory(actor, BENCH, facts.laboratory)
    _require_times(facts, at)
    orders = require_awake(Purpose.TESTING, at=at)
    digest = hashlib.sha256(file).digest()[:16]
    with unit_of_work() as database:
        again = _again(database, facts, digest)
        if again is not None:
            return again
        readings = instrument_files.read(file)
        edition = rules.edition(on=legal_day(facts.started_at))
        known = _known(database, readings)
        where = _where(facts, known, orders)
        return _take_up(
            database, facts, readings, known, edition, digest, where, actor=actor, at=at
        )


def _where(facts: RunFacts, known: Mapping[str, Found], orders: Sequence[Order]) -> Where:
    """A run belongs to the order of its tubes, which may come from another county than the laboratory's."""
    ids = [each.order_id for each in known.values()]
    order_id = Counter(ids).most_common(1)[0][0] if ids else orders[0].id
    area = next((each.areas[0] for each in orders if each.id == order_id), "")
    return Where(
        order_id=order_id, place_code=area, organization=facts.laboratory, laboratory=facts.laboratory
    )  # fmt: skip


def require_laboratory(actor: Actor, permission: str, laboratory: int) -> None:
    """Let pass who holds a permission in a laboratory. Raises NotPermitted."""
    require(actor, permission)
    everywhere = any("*" in grant.permissions for grant in actor.grants)
    if not everywhere and laboratory not in institutions(actor, permission):
        raise NotPermitted(permission=permission)


def _require_times(facts: RunFacts, at: datetime) -> None:
    if facts.ended_at < facts.started_at:
        raise TimesOutOfOrder(later=RUN_ENDED, earlier=RUN_BEGAN)
    if facts.ended_at > at + rules.edition(on=legal_day(at)).clock_tolerance:
        raise TimesOutOfOrder(later=NOW, earlier=RUN_ENDED)


def _again(database: psycopg.Connection, facts: RunFacts, digest: bytes) -> Imported | None:
    row = database.execute(
        "SELECT id, state, file_digest, faults FROM nucleic_acid_plate WHERE laboratory_id = %s AND code = %s",
        [facts.laboratory, facts.code[:32]],
    ).fetchone()
    if row is None:
        return None
    if bytes(row[2]) != digest:
        raise PlateTaken(code=facts.code[:32])
    counted: dict[str, int] = dict(
        database.execute(
            "SELECT judgement, count(*) FROM nucleic_acid_well WHERE plate_id = %s GROUP BY 1", [row[0]]
        ).fetchall()
    )  # fmt: skip
    return Imported(row[0], PlateState(row[1]), sum(counted.values()), counted, tuple(row[3]), True)


def _take_up(
    database: psycopg.Connection,
    facts: RunFacts,
    readings: Sequence[Reading],
    known: Mapping[str, Found],
    edition: rules.Edition,
    digest: bytes,
    where: Where,
    *,
    actor: Actor,
    at: datetime,
) -> Imported:
    faults = rules.control_faults(edition, readings)
    state = PlateState.FAILED if faults else PlateState.IMPORTED
    row = database.execute(
        _PLATE,
        [
            where.order_id, facts.laboratory, facts.code[:32], facts.instrument[:64], facts.kit[:64], facts.lot[:32],
            facts.started_at, facts.ended_at, state.value, orjson.dumps(faults).decode(), digest, actor.account, at,
        ],
    ).fetchone()  # fmt: skip
    if row is None:  # imported by somebody else at this moment
        raise PlateTaken(code=facts.code[:32])
    notes = _notes(readings, known, facts, faults)
    judged = [rules.judge(edition.limits, r.ct_orf1ab, r.ct_n, r.ct_internal) for r in readings]
    counting = {code: each.id for code, each in known.items() if each.fault(facts) is None}
    _write_wells(database, row[0], readings, judged, counting)
    _touch_tubes(database, sorted(counting.values()), state, facts.ended_at)
    incidents.write(database, notes, where, actor=actor, at=at)
    counted = Counter(
        j.value for j, r in zip(judged, readings, strict=True) if r.kind is WellKind.SAMPLE
    )
    details = {"laboratory": facts.laboratory, "state": state.value, **counted}
    step(database, order_id=where.order_id, kind="plate", subjects=[row[0]], deed="imported", actor=actor, at=at)  # fmt: skip
    write_down("nucleic_acid.import", "Plate", row[0], details=details, database=database, actor=actor, at=at)  # fmt: skip
    return Imported(row[0], state, len(readings), counted, faults, False)


def _known(database: psycopg.Connection, readings: Sequence[Reading]) -> dict[str, Found]:
    codes = sorted({each.sample for each in readings if each.kind is WellKind.SAMPLE})
    return {
        row[0]: Found(
            row[1], TubeState(row[2]), row[3], row[4], bool(row[5]), bool(row[6]), *row[7:]
        )
        for row in database.execute(_TUBES, [codes]).fetchall()
        if row[7] is not None
    }


def _notes(
    readings: Sequence[Reading],
    known: Mapping[str, Found],
    facts: RunFacts,
    faults: Sequence[str],
) -> list[Note]:
    """Unknown and impossible tubes of a run, and its controls if they failed."""
    notes = []
    if faults:
        details: dict[str, object] = {"faults": list(faults)}
        notes.append(Note(kind=IncidentKind.CONTROLS_FAILED, plate=facts.code, details=details))
    for each in readings:
        if each.kind is not WellKind.SAMPLE:
            continue
        tube = known.get(each.sample)
        kind = IncidentKind.TUBE_UNKNOWN if tube is None else tube.fault(facts)
        if kind is not None:
            well = {"well": each.well}
            notes.append(Note(kind=kind, tube=each.sample, plate=facts.code, details=well))
    return notes


def _write_wells(
    database: psycopg.Connection,
    plate_id: int,
    readings: Sequence[Reading],
    judged: Sequence[Judgement],
    counting: Mapping[str, int],
) -> None:
    tubes = [counting.get(r.sample) if r.kind is WellKind.SAMPLE else None for r in readings]
    codes = [
        r.sample[:40] if t is None and r.kind is WellKind.SAMPLE else ""
        for r, t in zip(readings, tubes, strict=True)
    ]
    database.execute(
        _WELLS,
        [
            plate_id, [r.well for r in readings], [r.kind.value for r in readings], tubes, codes,
            [r.ct_orf1ab for r in readings], [r.ct_n for r in readings], [r.ct_internal for r in readings],
            [each.value for each in judged],
        ],
    )  # fmt: skip


def _touch_tubes(
    database: psycopg.Connection, ids: Sequence[int], state: PlateState, tested_at: datetime
) -> None:
    """Note that tubes were tested; those of a failed run wait for another."""
    if state is PlateState.FAILED:
        database.execute(
            "UPDATE nucleic_acid_tube SET state = 'retest' WHERE id = ANY(%s) AND published_at IS NULL",
            [ids],
        )
        return
    database.execute(
        "UPDATE nucleic_acid_tube SET tested_at = %s WHERE id = ANY(%s) AND published_at IS NULL",
        [tested_at, ids],
    )
