"""Positive pools: the list, one, and its people."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.nucleic_acid import models, people
from kangmai.epidemic.nucleic_acid.actions.pools import bound_to
from kangmai.epidemic.nucleic_acid.errors import CursorUnreadable, PoolUnknown
from kangmai.epidemic.nucleic_acid.reach import FOLLOW, READ, near
from kangmai.epidemic.nucleic_acid.types import (
    Hold,
    HoldState,
    Page,
    PersonId,
    Pool,
    PoolState,
    Positive,
)
from kangmai.epidemic.orders.queries import emergency_door, writes_refusals
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel import audit, sealing
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted, require
from kangmai.kernel.ids import ResidentId

LARGEST_PAGE = 100


@emergency_door(Purpose.TESTING)
def pools(
    *,
    state: PoolState | None = None,
    after: str = "",
    limit: int = 30,
    actor: Actor,
    at: datetime,
) -> Page[Pool]:
    """Follow-ups in the actor's reach, the newest first. Raises NoOrderInForce, NotPermitted, CursorUnreadable."""
    _require_reader(actor)
    rows = models.Pool.objects.filter(near(actor, READ, FOLLOW)).select_related("tube")
    if state is not None:
        rows = rows.filter(state=state.value)
    if after:
        try:
            rows = rows.filter(id__lt=UUID(after))
        except ValueError:
            raise CursorUnreadable() from None
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(rows.order_by("-id").prefetch_related("holds")[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return Page(tuple(map(_pool, found[:limit])), following)


@emergency_door(Purpose.TESTING)
@writes_refusals("nucleic_acid.pool_refused")
def pool_of(pool_id: UUID, *, actor: Actor, at: datetime) -> Pool:
    """One follow-up. Raises NoOrderInForce, NotPermitted, PoolUnknown."""
    _require_reader(actor)
    row = (
        models.Pool.objects.filter(near(actor, READ, FOLLOW), id=pool_id)
        .select_related("tube")
        .prefetch_related("holds")
        .first()
    )
    if row is None:
        raise PoolUnknown()
    return _pool(row)


@emergency_door(Purpose.TESTING)
@writes_refusals("nucleic_acid.pool_refused")
def holds(pool_id: UUID, *, actor: Actor, at: datetime) -> tuple[Hold, ...]:
    """The people of a follow-up, for who follows it; audited. Raises NoOrderInForce, NotPermitted, PoolUnknown."""
    require(actor, FOLLOW)
    pool = models.Pool.objects.filter(near(actor, FOLLOW), id=pool_id).first()
    if pool is None:
        raise PoolUnknown()
    tubes = dict(models.Tube.objects.filter(pool_id=pool_id).values_list("id", "code"))
    singles: dict[int, list[str]] = {}
    for sample in models.Sample.objects.filter(tube_id__in=tubes).order_by("tube_id"):
        singles.setdefault(sample.person_id, []).append(tubes[sample.tube_id])
    audit.record_later(audit.Entry(actor, at, "nucleic_acid.read_pool", "Pool", str(pool_id)))
    return tuple(
        Hold(
            row.id,
            PersonId(row.person_id),
            row.place_code,
            HoldState(row.state),
            _where(row),
            tuple(singles.get(row.person_id, ())),
            row.settled_at,
            row.version,
        )
        for row in pool.holds.order_by("id")
    )


@emergency_door(Purpose.TESTING)
def attendees_of(found: tuple[Hold, ...], *, at: datetime) -> dict[PersonId, dict[str, str]]:
    """Names, phones and addresses of those among a pool's people who are not in the index; `holds` audited the read.

    Raises:
        NoOrderInForce
    """
    return people.attendees([each.person for each in found])


@emergency_door(Purpose.TRACING)
def positive_of(hold_id: int, *, at: datetime) -> Positive | None:
    """Who a preliminary positive is, for the room that begins his investigation; None once it was erased.

    Raises:
        NoOrderInForce
    """
    row = models.Hold.objects.filter(
        id=hold_id, state__in=(HoldState.POSITIVE.value, HoldState.REPORTED.value)
    ).first()
    if row is None:
        return None
    if row.person_id > 0:
        return Positive(ResidentId(row.person_id), "", "", "", "", row.place_code)
    known = people.attendees([PersonId(row.person_id)]).get(PersonId(row.person_id), {})
    number, name, phone, address = (known.get(each, "") for each in ("number", "name", "phone", "address"))  # fmt: skip
    return Positive(None, number, name, phone, address, row.place_code)


def _require_reader(actor: Actor) -> None:
    if not (is_permitted(actor, READ) or is_permitted(actor, FOLLOW)):
        raise NotPermitted(permission=READ)


def _where(row: models.Hold) -> str:
    if row.whereabouts is None:
        return ""
    plain = sealing.unseal(row.whereabouts_key or 0, bytes(row.whereabouts), bound_to=bound_to(row))
    return plain.decode()


def _pool(row: models.Pool) -> Pool:
    counted = Counter(HoldState(each.state) for each in row.holds.all())
    return Pool(
        row.id,
        row.round_id,
        row.tube.code,
        row.site_id,
        row.place_code,
        row.found_at,
        row.first_judgement,
        row.retest_judgement,
        row.listed_at,
        PoolState(row.state),
        row.concluded_at,
        row.version,
        counted,
    )
