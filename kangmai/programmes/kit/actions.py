"""Register a kit, load it a portion at a time, hear it make contact, take its visits in, have it erased."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from kangmai.kernel.actor import Actor, NotPermitted, require
from kangmai.kernel.deeds import announce, write_down, write_down_and_announce
from kangmai.programmes.engine import actions as engine
from kangmai.programmes.engine import queries as programmes
from kangmai.programmes.engine.errors import EnrolmentNotFound
from kangmai.programmes.engine.rules import judges_growth
from kangmai.programmes.engine.types import (
    Enrolment,
    Filter,
    Method,
    Reached,
    Recorded,
    Row,
    Standing,
    State,
)
from kangmai.programmes.growth import rules as growth
from kangmai.programmes.kit import events, models
from kangmai.programmes.kit.errors import KitNameMissing, KitNotFound, TooFarAhead, TooManyKits
from kangmai.programmes.kit.reading import (
    CARRY,
    hash_of,
    kit_of,
    known,
    limits,
    own,
    visible,
    why_erase,
)
from kangmai.programmes.kit.types import Given, Kit, NewKit, Orders, Packed, Portion
from kangmai.standards.calendars import legal_day

PORTION = 20
GROWTH_VISITS = 20
"""More visits than a child has in the time over which falling is looked for."""
FUTURE = timedelta(minutes=10)
"""By how much a phone's clock may be fast."""


def register(*, name: str, actor: Actor, at: datetime) -> NewKit:
    """Make a kit for the phone at hand; its token is told this once.

    Raises:
        NotPermitted, KitNameMissing, TooManyKits
    """
    require(actor, CARRY)
    if not name.strip():
        raise KitNameMissing()
    most = limits(on=legal_day(at)).devices
    organization = next((each.organization for each in actor.grants if each.organization), None)
    if organization is None:
        raise NotPermitted(permission=CARRY)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        open_now = models.Kit.objects.select_for_update().filter(
            account=actor.account, erased_at=None, erase_asked_at=None
        )
        if len(open_now) >= most:
            raise TooManyKits(most=most)
        row = models.Kit.objects.create(
            account=actor.account,
            organization=organization,
            name=name.strip()[:40],
            token_hash=hash_of(token),
            created_at=at,
            seen_at=at,
        )
        write_down("kit.registered", "Kit", row.id, actor=actor, at=at)
    return NewKit(kit_of(row), token)


def pack(
    *, kit_id: UUID, token: str, ahead_days: int, after: str = "", actor: Actor, at: datetime
) -> Portion:
    """The next portion of what is due within so many days, the most urgent first.

    The first portion begins the kit anew: its days count from now.

    Args:
        after: what the portion before gave.

    Raises:
        NotPermitted, KitNotFound, KitErased, TooFarAhead, CursorUnreadable
    """
    require(actor, CARRY)
    allowed = limits(on=legal_day(at))
    if ahead_days not in allowed.ahead_days:
        known_days = ", ".join(map(str, sorted(allowed.ahead_days)))
        raise TooFarAhead(days=ahead_days, known=known_days)
    with transaction.atomic():
        row = own(kit_id, token, actor=actor)
        if not after or row.expires_at is None:
            row.prepared_at, row.expires_at = at, at + timedelta(days=allowed.days)
            row.holds = 0
        room = max(0, allowed.visits - row.holds)
        until = legal_day(at) + timedelta(days=ahead_days)
        page = programmes.worklist(
            filter=Filter(until=until),
            after=after,
            limit=min(PORTION, room or 1),
            actor=actor,
            at=at,
        )
        wanted = page.rows[:room]
        packed = tuple(filter(None, (_packed(each, actor, at) for each in wanted)))
        row.holds, row.seen_at = row.holds + len(packed), at
        row.save()
        is_full = row.holds >= allowed.visits
        details = {"visits": len(packed), "holds": row.holds}
        write_down("kit.packed", "Kit", row.id, details=details, actor=actor, at=at)
        if not after:
            announce(events.PREPARED, row.id, {"account": row.account}, at=at)
    return Portion(
        packed, "" if is_full else page.after, bool(is_full and page.after), row.expires_at
    )


def _packed(row: Row, actor: Actor, at: datetime) -> Packed | None:
    """A line with its form; nothing where the visit is not the actor's to make."""
    found = row.enrolment
    if found.state is not State.MANAGED or not found.next_service or not row.name:
        return None
    try:
        asked = programmes.visit_form(found.id, service=found.next_service, actor=actor, at=at)
    except EnrolmentNotFound:
        return None
    made = programmes.attempts_of(found.id, actor=actor, at=at) if row.attempts else ()
    since = found.latest_visit_on
    return Packed(
        row,
        asked,
        tuple(each for each in made if since is None or each.attempted_on > since),
        tuple(_earlier_growth(found, actor, at)),
    )


def _earlier_growth(
    found: Enrolment, actor: Actor, at: datetime
) -> Iterator[tuple[date, Mapping[str, float]]]:
    """The z-scores kept with earlier visits of a child, as far back as falling is looked for."""
    on = legal_day(at)
    if found.latest_visit_on is None or not judges_growth(found.programme, on=on):
        return
    standard = growth.standard(on=on)
    facts = [standard.indicators[id].fact for id in standard.falling_indicators]
    for visit in programmes.visits_of(found.id, limit=GROWTH_VISITS, actor=actor, at=at):
        scores = {fact: float(visit.measures[fact]) for fact in facts if fact in visit.measures}
        if (
            scores
            and visit.standing is Standing.CURRENT
            and (on - visit.visited_on).days <= standard.within_days
        ):
            yield visit.visited_on, scores


def make_contact(*, kit_id: UUID, token: str, has_erased: bool = False, at: datetime) -> Orders:
    """What a kit must do, asked with its token alone: a phone may have no log-in, and no owner any more.

    Args:
        has_erased: it did what it was told to.

    Raises:
        KitNotFound
    """
    with transaction.atomic():
        row = known(kit_id, token, lock=True)
        row.seen_at = at
        if has_erased and row.erased_at is None:
            row.erased_at, row.holds = at, 0
            announce(events.ERASED, row.id, {"account": row.account}, at=at)
        row.save()
        return Orders(why_erase(row, at=at), row.expires_at)


def send(
    *,
    kit_id: UUID,
    token: str,
    enrolment_id: UUID,
    service: str,
    given: Given,
    key: str,
    filled_at: datetime,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Recorded:
    """Take in a visit that was filled in on a phone: as a form of a page, and once however often it is sent.

    Raises:
        KitNotFound, KitErased: what is there besides comes from `engine.actions.record_visit`.
    """
    with transaction.atomic():
        row = own(kit_id, token, actor=actor)
        recorded = engine.record_visit(
            enrolment_id=enrolment_id,
            service=service,
            given=given,
            key=key,
            expected_version=expected_version,
            actor=actor,
            at=at,
        )
        row.seen_at = at
        row.save(update_fields=["seen_at"])
        models.Entry.objects.get_or_create(
            kit=row,
            key=key,
            defaults={
                "visit": recorded.visit.id,
                "filled_at": min(filled_at, at),
                "received_at": at,
            },
        )
    return recorded


def send_attempt(
    *,
    kit_id: UUID,
    token: str,
    enrolment_id: UUID,
    service: str,
    method: Method,
    outcome: Reached,
    on: date,
    key: str,
    actor: Actor,
    at: datetime,
) -> Enrolment:
    """Take in that somebody was not reached, noted on a phone: counted as on a page, and once however often it is sent.

    Raises:
        KitNotFound, KitErased: what is there besides comes from `engine.actions.record_attempt`.
    """
    with transaction.atomic():
        row = own(kit_id, token, actor=actor)
        found = engine.record_attempt(
            enrolment_id=enrolment_id,
            service=service,
            method=method,
            outcome=outcome,
            on=on,
            key=key,
            actor=actor,
            at=at,
        )
        row.seen_at = at
        row.save(update_fields=["seen_at"])
    return found


def ask_erase(*, kit_id: UUID, actor: Actor, at: datetime) -> Kit:
    """Have a kit erased: at once on the server, on the phone as soon as it makes contact.

    For its owner, and for whoever oversees the kits of his institution. Asked again, nothing changes.

    Raises:
        KitNotFound
    """
    with transaction.atomic():
        found = visible(actor).filter(pk=kit_id).first()
        if found is None:
            raise KitNotFound()
        row = models.Kit.objects.select_for_update().get(pk=kit_id)
        if row.erase_asked_at is None and row.erased_at is None:
            row.erase_asked_at, row.erase_asked_by = at, actor.account
            row.save()
            data = {"account": row.account}
            write_down_and_announce(
                events.ERASE_ASKED, "Kit", row.id, data=data, actor=actor, at=at
            )
        return kit_of(row)
