"""Follow a positive pool to its end: find everybody, release who is negative, report who is positive."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.deadlines import actions as deadlines
from kangmai.deadlines.types import Met
from kangmai.deadlines.types import Subject as Thing
from kangmai.epidemic.nucleic_acid import following, models, rules
from kangmai.epidemic.nucleic_acid.errors import NotInThisState, PoolUnknown, ReasonMissing
from kangmai.epidemic.nucleic_acid.reach import FOLLOW, near
from kangmai.epidemic.nucleic_acid.types import HoldState, PoolState
from kangmai.epidemic.nucleic_acid.writing import step
from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel import sealing
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import require_version, write_down

LONGEST = 300


def locked(pool_id: UUID, *, actor: Actor, at: datetime) -> models.Pool:
    """A follow-up in the actor's reach, locked until the transaction ends.

    Raises:
        NoOrderInForce, NotPermitted, PoolUnknown.
    """
    require(actor, FOLLOW)
    rows = models.Pool.objects.select_related("round").select_for_update(of=("self",))
    pool = rows.filter(near(actor, FOLLOW), id=pool_id).first()
    if pool is None:
        raise PoolUnknown()
    in_force(Purpose.TESTING, place=pool.place_code, at=at)
    return pool


@emergency_door(Purpose.TESTING)
def note_whereabouts(
    *,
    pool_id: UUID,
    found: Mapping[int, str],
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> models.Pool:
    """Write down where people of a pool were found, by hold; with the last one the list is complete.

    Raises:
        NoOrderInForce, NotPermitted, PoolUnknown, ChangedMeanwhile, NotInThisState, ReasonMissing (nothing written).
    """
    with transaction.atomic():
        pool = locked(pool_id, actor=actor, at=at)
        require_version(pool.version, expected_version)
        _require_open(pool)
        holds = list(pool.holds.select_for_update().filter(id__in=found).order_by("id"))
        if len(holds) != len(found) or not all(each.strip() for each in found.values()):
            raise ReasonMissing()
        for hold in holds:
            bound = bound_to(hold)
            hold.whereabouts_key, hold.whereabouts = sealing.seal(
                found[hold.id].strip()[:LONGEST].encode(), bound_to=bound
            )
            hold.found_at, hold.version = at, hold.version + 1
            hold.save()
        pool.version += 1
        if pool.listed_at is None and not pool.holds.filter(found_at=None).exists():
            pool.listed_at = at
            following.meet(pool, "listing", proof=str(len(found)), at=at)
        pool.save()
        _write_down(pool, "whereabouts", len(holds), actor=actor, at=at)
    return pool


def bound_to(hold: models.Hold) -> bytes:
    """The place the sealed whereabouts of somebody belong to."""
    return f"hold:{hold.pool_id}:{hold.person_id}".encode()


@emergency_door(Purpose.TESTING)
def release_negatives(*, pool_id: UUID, expected_version: int, actor: Actor, at: datetime) -> int:
    """Release everybody of a pool whose single tubes were negative; returns how many.

    Raises:
        NoOrderInForce, NotPermitted, PoolUnknown, ChangedMeanwhile.
        NotInThisState: nobody is settled as negative.
    """
    with transaction.atomic():
        pool = locked(pool_id, actor=actor, at=at)
        require_version(pool.version, expected_version)
        holds = _of(pool, HoldState.NEGATIVE)
        if not holds:
            raise NotInThisState(what=str(pool.tube.code), state="waiting")
        _end(holds, HoldState.RELEASED, actor=actor, at=at)
        following.uncolour(pool, holds, at=at)
        pool.version += 1
        pool.save()
        _write_down(pool, "released", len(holds), actor=actor, at=at)
        following.conclude_if_settled(pool, actor=actor, at=at)
    return len(holds)


@emergency_door(Purpose.TESTING)
def report(
    *,
    pool_id: UUID,
    hold_id: int,
    reference: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> models.Pool:
    """Say that a preliminary positive was reported to the network, with the number of the report.

    Raises:
        NoOrderInForce, NotPermitted, PoolUnknown, ChangedMeanwhile, ReasonMissing (no number).
        NotInThisState: the person is not settled as positive.
    """
    if not reference.strip():
        raise ReasonMissing()
    with transaction.atomic():
        pool = locked(pool_id, actor=actor, at=at)
        require_version(pool.version, expected_version)
        holds = [each for each in _of(pool, HoldState.POSITIVE) if each.id == hold_id]
        if not holds:
            raise NotInThisState(what=str(pool.tube.code), state="waiting")
        _end(holds, HoldState.REPORTED, actor=actor, at=at)
        following.uncolour(pool, holds, at=at)
        definition = rules.edition(on=pool.round.edition_from).deadlines["report"]
        met = Met(
            definition, Thing(following.HOLD, str(hold_id)), at, "report", reference.strip()[:64]
        )
        deadlines.meet([met], actor=following.CLOCK, at=at)
        pool.version += 1
        pool.save()
        _write_down(pool, "reported", 1, actor=actor, at=at)
        following.conclude_if_settled(pool, actor=actor, at=at)
    return pool


def _of(pool: models.Pool, state: HoldState) -> list[models.Hold]:
    return list(pool.holds.select_for_update().filter(state=state.value).order_by("id"))


def _end(holds: Sequence[models.Hold], state: HoldState, *, actor: Actor, at: datetime) -> None:
    for hold in holds:
        hold.state, hold.settled_at, hold.settled_by = state.value, at, actor.account
        hold.version += 1
    models.Hold.objects.bulk_update(holds, ["state", "settled_at", "settled_by", "version"])


def _require_open(pool: models.Pool) -> None:
    if pool.state != PoolState.OPEN.value:
        raise NotInThisState(what=str(pool.tube.code), state=pool.state)


def _write_down(pool: models.Pool, deed: str, count: int, *, actor: Actor, at: datetime) -> None:
    with unit_of_work() as database:
        step(database, order_id=pool.order_id, kind="pool", subjects=[pool.id], deed=deed, note=str(count), actor=actor, at=at)  # fmt: skip
        write_down(f"nucleic_acid.pool_{deed}", "Pool", pool.id, details={"people": count}, database=database, actor=actor, at=at)  # fmt: skip
