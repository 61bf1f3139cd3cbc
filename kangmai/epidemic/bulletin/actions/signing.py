"""Draft a bulletin, give it back, sign it, release it: two people in two roles, and an authority for what is public."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from kangmai.epidemic.bulletin import events, models, rules, sheets
from kangmai.epidemic.bulletin.errors import (
    AuthorityMissing,
    DraftWaits,
    KeyReused,
    NotInThisState,
    ReasonMissing,
    SameHand,
)
from kangmai.epidemic.bulletin.reach import (
    DRAFT,
    ISSUE,
    RELEASE,
    bulletin_locked,
    order_here,
    require_whole,
    signing_grant,
)
from kangmai.epidemic.bulletin.reading import bulletin_of, digest, frozen
from kangmai.epidemic.bulletin.types import Bulletin, State
from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version, write_down_and_announce
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day


@emergency_door(Purpose.BULLETIN)
def draft(*, order_id: UUID, remark: str = "", key: UUID, actor: Actor, at: datetime) -> Bulletin:
    """Freeze the figures of an order as they stand now into a draft of today; the same key again returns the first.

    Raises:
        NoOrderInForce, NotPermitted, OrderNotHere, NotTheWholeArea, RoleMissing, DraftWaits, KeyReused.
    """
    order, _areas = order_here(order_id, actor=actor, at=at)
    require_whole(order, DRAFT, actor)
    grant = signing_grant(actor, DRAFT, rules.rule(on=legal_day(at)).drafting_roles)
    with transaction.atomic():
        _hold(order_id)
        if (first := models.Bulletin.objects.filter(key=key).first()) is not None:
            if (first.order_id, first.drafted_by) != (order_id, actor.account):
                raise KeyReused()
            return bulletin_of(first)
        of_day = models.Bulletin.objects.filter(order_id=order_id, day=legal_day(at))
        if of_day.filter(state=State.DRAFT.value).exists():
            raise DraftWaits()
        row = models.Bulletin.objects.create(
            id=uuid7(), key=key, order_id=order_id, day=legal_day(at),
            edition=1 + of_day.filter(state=State.ISSUED.value).count(), state=State.DRAFT.value,
            content=frozen(sheets.make(order, order.areas, at=at)), remark=remark.strip()[:2000],
            drafted_by=actor.account, drafted_role=grant.role, drafted_at=at,
        )  # fmt: skip
        _tell(row, events.DRAFTED, actor, at)
    return bulletin_of(row)


@emergency_door(Purpose.BULLETIN)
def give_back(
    *, bulletin_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Bulletin:
    """Give a draft back with a reason, as who signs or as who wrote it; it is drafted anew.

    Raises:
        NoOrderInForce, NotPermitted, BulletinUnknown, NotTheWholeArea, ChangedMeanwhile, NotInThisState, ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        own = models.Bulletin.objects.filter(id=bulletin_id, drafted_by=actor.account).exists()
        row, _order = bulletin_locked(
            bulletin_id, permission=DRAFT if own else ISSUE, actor=actor, at=at
        )
        require_version(row.version, expected_version)
        _require(row, State.DRAFT)
        row.state, row.reason = State.RETURNED.value, reason.strip()[:300]
        _save(row, events.RETURNED, actor, at)
    return bulletin_of(row)


@emergency_door(Purpose.BULLETIN)
def issue(*, bulletin_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Bulletin:
    """Sign a draft: it gets its number, and neither figure nor word of it changes any more.

    Raises:
        NoOrderInForce, NotPermitted, BulletinUnknown, NotTheWholeArea, ChangedMeanwhile, NotInThisState,
        RoleMissing, SameHand.
    """
    with transaction.atomic():
        row, _order = bulletin_locked(bulletin_id, permission=ISSUE, actor=actor, at=at)
        _hold(row.order_id)
        require_version(row.version, expected_version)
        _require(row, State.DRAFT)
        grant = signing_grant(actor, ISSUE, rules.rule(on=legal_day(at)).issuing_roles)
        if row.drafted_by == actor.account or row.drafted_role == grant.role:
            raise SameHand()
        issued = models.Bulletin.objects.filter(order_id=row.order_id, state=State.ISSUED.value)
        row.serial, row.state = 1 + issued.count(), State.ISSUED.value
        row.issued_by, row.issued_role, row.issued_at = actor.account, grant.role, at
        row.digest = digest(bulletin_of(row))
        _save(row, events.ISSUED, actor, at)
    return bulletin_of(row)


@emergency_door(Purpose.BULLETIN)
def release(
    *,
    bulletin_id: UUID,
    authority: str,
    document: str,
    with_outbreak: bool,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Bulletin:
    """Let the public read a bulletin; with outbreak figures only by an authority and the number of its document.

    Raises:
        NoOrderInForce, NotPermitted, BulletinUnknown, NotTheWholeArea, ChangedMeanwhile, NotInThisState,
        AuthorityMissing.
    """
    if with_outbreak and not (authority.strip() and document.strip()):
        raise AuthorityMissing()
    with transaction.atomic():
        row, _order = bulletin_locked(bulletin_id, permission=RELEASE, actor=actor, at=at)
        require_version(row.version, expected_version)
        _require(row, State.ISSUED)
        if row.released_at is not None:
            raise NotInThisState(state="released")
        if with_outbreak:
            row.authority, row.document = authority.strip()[:120], document.strip()[:120]
        row.released_by, row.released_at = actor.account, at
        _save(row, events.RELEASED, actor, at)
    return bulletin_of(row)


def _hold(order_id: UUID) -> None:
    """Drafts and numbers of an order are given one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"bulletin.{order_id}"])


def _require(row: models.Bulletin, state: State) -> None:
    if row.state != state.value:
        raise NotInThisState(state=row.state)


def _save(row: models.Bulletin, event: str, actor: Actor, at: datetime) -> None:
    row.version += 1
    row.save()
    _tell(row, event, actor, at)


def _tell(row: models.Bulletin, event: str, actor: Actor, at: datetime) -> None:
    data = {"order": str(row.order_id), "day": row.day.isoformat(), "edition": row.edition}
    write_down_and_announce(
        event, "Bulletin", row.id, data=data, reason=row.reason, actor=actor, at=at
    )
