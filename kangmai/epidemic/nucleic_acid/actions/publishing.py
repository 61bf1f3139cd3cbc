"""Review a run and publish it: a tube's result becomes that of everybody in it, and a positive pool begins its follow-up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from django.db import transaction

from kangmai.epidemic.nucleic_acid import following, models
from kangmai.epidemic.nucleic_acid.actions.plates import require_laboratory
from kangmai.epidemic.nucleic_acid.errors import (
    NotInThisState,
    PlateUnknown,
    ReasonMissing,
    ReviewerIsOperator,
    TubeUnknown,
)
from kangmai.epidemic.nucleic_acid.reach import BENCH, REVIEW, SAMPLE, covers, institutions
from kangmai.epidemic.nucleic_acid.types import (
    SETTLED,
    Judgement,
    PlateState,
    Published,
    TubeState,
)
from kangmai.epidemic.nucleic_acid.writing import step
from kangmai.epidemic.orders.queries import emergency_door, require_awake, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import require_version, write_down

# a tube may stand in several wells of a plate: the gravest counts
_JUDGED = """
SELECT t.id, t.code, t.people, t.mode, t.round_id, t.site_id, t.pool_id, t.state, t.is_held,
       t.published_at IS NOT NULL,
       max(CASE w.judgement WHEN 'positive' THEN 3 WHEN 'grey' THEN 2 WHEN 'void' THEN 1 ELSE 0 END),
       (SELECT count(*) FROM nucleic_acid_well v JOIN nucleic_acid_plate q ON q.id = v.plate_id
        WHERE v.tube_id = t.id AND v.judgement = 'void' AND q.state = 'reviewed'),
       max(p.laboratory_id)
FROM nucleic_acid_well w JOIN nucleic_acid_tube t ON t.id = w.tube_id JOIN nucleic_acid_plate p ON p.id = w.plate_id
WHERE {} GROUP BY t.id ORDER BY t.code"""
_OF_PLATE = _JUDGED.format("p.id = %s")
_OF_TUBE = _JUDGED.format("t.code = %s AND p.state = 'reviewed' AND t.published_at IS NULL")
_LOCK = """
SELECT t.id FROM nucleic_acid_tube t WHERE t.id IN (SELECT tube_id FROM nucleic_acid_well WHERE plate_id = %s)
ORDER BY t.code FOR UPDATE"""
_PUBLISH = """
UPDATE nucleic_acid_tube t SET state = g.state, published_at = %s
FROM unnest(%s::bigint[], %s::text[]) AS g (id, state) WHERE t.id = g.id"""
GRAVITY = (Judgement.NEGATIVE, Judgement.VOID, Judgement.GREY, Judgement.POSITIVE)
RESULT = {
    Judgement.NEGATIVE: TubeState.NEGATIVE,
    Judgement.GREY: TubeState.SUSPECT,
    Judgement.POSITIVE: TubeState.POSITIVE,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A tube of a plate with what its wells say."""

    id: int
    code: str
    people: int
    mode: int
    round_id: int
    site_id: int
    pool_id: UUID | None
    state: TubeState
    is_held: bool
    is_published: bool
    gravity: int
    voids_before: int
    laboratory: int

    @property
    def judgement(self) -> Judgement:
        """The gravest of its wells."""
        return GRAVITY[self.gravity]

    @property
    def result(self) -> TubeState:
        """What becomes of the tube: void once means test again, void twice means call the people back."""
        if self.judgement is Judgement.VOID:
            return TubeState.VOID if self.voids_before else TubeState.RETEST
        return RESULT[self.judgement]


@emergency_door(Purpose.TESTING)
@writes_refusals("nucleic_acid.review_refused", with_conflicts=True)
def review_plate(*, plate_id: int, expected_version: int, actor: Actor, at: datetime) -> Published:
    """Publish what a run says, by somebody other than who ran it.

    Negative tubes are published; void ones wait for another run, or, void again, call their people back;
    a positive or suspect tube is published and begins its follow-up; a tube that follows up a pool settles
    its person; a tube with an open incident waits.

    Raises:
        NoOrderInForce, NotPermitted, PlateUnknown, ChangedMeanwhile, NotInThisState, ReviewerIsOperator.
    """
    require(actor, REVIEW)
    with transaction.atomic(), unit_of_work() as database:
        plate = models.Plate.objects.select_for_update().filter(id=plate_id).first()
        if plate is None:
            raise PlateUnknown()
        require_laboratory(actor, REVIEW, plate.laboratory_id)
        require_version(plate.version, expected_version)
        if plate.state != PlateState.IMPORTED.value:
            raise NotInThisState(what=plate.code, state=plate.state)
        if plate.operator == actor.account:
            raise ReviewerIsOperator()
        database.execute(_LOCK, [plate_id])
        tubes = _judged(database, _OF_PLATE, plate_id)
        plate.state, plate.reviewer, plate.reviewed_at = (
            PlateState.REVIEWED.value,
            actor.account,
            at,
        )
        plate.version += 1
        plate.save()
        published = _publish(database, tubes, actor=actor, at=at)
        _write_down(database, plate, published, actor=actor, at=at)
    return published


def _judged(database: psycopg.Connection, statement: str, key: object) -> list[Judged]:
    rows = database.execute(statement, [key]).fetchall()
    return [_tube(*row) for row in rows]


def _tube(*row: Any) -> Judged:
    before, state, after = row[:7], TubeState(row[7]), row[8:]
    return Judged(*(*before, state, *after))


def publish_waiting(code: str, *, actor: Actor, at: datetime) -> None:
    """Publish a tube that was held when its run was reviewed, now that nothing holds it; part of an action."""
    with unit_of_work() as database:
        database.execute("SELECT id FROM nucleic_acid_tube WHERE code = %s FOR UPDATE", [code])
        _publish(database, _judged(database, _OF_TUBE, code), actor=actor, at=at)


def _publish(
    database: psycopg.Connection, tubes: Sequence[Judged], *, actor: Actor, at: datetime
) -> Published:
    again = [each for each in tubes if each.is_published]
    held = [each for each in tubes if each.is_held and not each.is_published]
    fresh = [each for each in tubes if not (each.is_published or each.is_held)]
    out = [each for each in fresh if each.result in SETTLED]
    retest = [each for each in fresh if each.result is TubeState.RETEST]
    database.execute(_PUBLISH, [at, [each.id for each in out], [each.result.value for each in out]])
    database.execute(_PUBLISH, [None, [each.id for each in retest], ["retest"] * len(retest)])
    for each in again:  # tested again while its follow-up is open
        following.record_retest(each.id, each.judgement, actor=actor, at=at)
    begun = [
        following.begin(each.id, each.judgement, each.laboratory, actor=actor, at=at)
        for each in out
        if each.pool_id is None and each.result in (TubeState.SUSPECT, TubeState.POSITIVE)
    ]
    pools = {each.pool_id for each in out if each.pool_id is not None}
    for pool_id in sorted(pools):
        following.settle(pool_id, actor=actor, at=at)
    grave = (TubeState.SUSPECT, TubeState.POSITIVE)
    return Published(
        sum(each.result is TubeState.NEGATIVE for each in out),
        len(retest),
        tuple(begun),
        sum(
            each.result in grave and (each.pool_id is not None or each.people == 1) for each in out
        ),
        len(held),
    )


def _write_down(
    database: psycopg.Connection,
    plate: models.Plate,
    published: Published,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    step(database, order_id=plate.order_id, kind="plate", subjects=[plate.id], deed="reviewed", actor=actor, at=at)  # fmt: skip
    details = {
        "negative": published.negative, "retest": published.retest, "pools": len(published.pools),
        "held_back": published.held_back,
    }  # fmt: skip
    write_down("nucleic_acid.publish", "Plate", plate.id, details=details, database=database, actor=actor, at=at)  # fmt: skip


@emergency_door(Purpose.TESTING)
def void_tube(*, code: str, reason: str, actor: Actor, at: datetime) -> int:
    """Declare that a tube can never have a result (too little fluid, broken, lost): its people are called back.

    Returns:
        How many people it concerns.

    Raises:
        NoOrderInForce, NotPermitted, TubeUnknown, ReasonMissing, NotInThisState (it has a result).
    """
    if not reason.strip():
        raise ReasonMissing()
    if not (is_permitted(actor, BENCH) or is_permitted(actor, SAMPLE)):
        require(actor, BENCH)
    require_awake(Purpose.TESTING, at=at)
    with transaction.atomic(), unit_of_work() as database:
        tube = (
            models.Tube.objects.select_related("site", "round", "box")
            .select_for_update(of=("self",))
            .filter(code=code)
            .first()
        )
        if tube is None or not _may_void(tube, actor):
            raise TubeUnknown(code=code[:14])
        if TubeState(tube.state) in SETTLED or tube.state == TubeState.OPEN.value:
            raise NotInThisState(what=tube.code, state=tube.state)
        tube.state, tube.void_reason, tube.published_at = (
            TubeState.VOID.value,
            reason.strip()[:300],
            at,
        )
        tube.save()
        step(database, order_id=tube.round.order_id, kind="tube", subjects=[tube.code], deed="void", note=tube.void_reason, actor=actor, at=at)  # fmt: skip
        write_down("nucleic_acid.void", "Tube", tube.code, database=database, actor=actor, at=at)  # fmt: skip
        if tube.pool_id is not None:
            following.settle(tube.pool_id, actor=actor, at=at)
    return tube.people


def _may_void(tube: models.Tube, actor: Actor) -> bool:
    at_bench = tube.box is not None and tube.box.laboratory_id in institutions(actor, BENCH)
    return at_bench or covers(actor, SAMPLE, tube.site.place_code, tube.site.organization_id)
