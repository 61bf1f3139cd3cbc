"""Open and close quarantine sites, enter their rooms, close and clean them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from kangmai.epidemic.capacity import events, models, rules
from kangmai.epidemic.capacity.errors import (
    KindUnknown,
    NameMissing,
    NotInThisState,
    ReasonMissing,
    SiteInUse,
    SiteIsClosed,
)
from kangmai.epidemic.capacity.reach import MANAGE, get_site, institution, room_locked
from kangmai.epidemic.capacity.reading import room_of, site_of
from kangmai.epidemic.capacity.types import Room, RoomState, Site, SiteFacts
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import announce, require_version, write_down
from kangmai.standards.calendars import legal_day
from kangmai.standards.divisions import division

RUN = "quarantine.run"
"""Who runs a site also says when a room is clean or out of use."""


def open_site(*, facts: SiteFacts, key: UUID, actor: Actor, at: datetime) -> Site:
    """Open a quarantine site that an institution runs; the same key again returns the first.

    Raises:
        NotPermitted, InstitutionUnknown, NameMissing, DivisionUnknown.
    """
    institution(facts.organization, actor=actor, permission=MANAGE)
    if not facts.name.strip():
        raise NameMissing()
    place = division(facts.place_code).code
    with transaction.atomic():
        row, is_new = models.Site.objects.get_or_create(
            key=key,
            defaults={
                "name": facts.name.strip()[:120], "organization_id": facts.organization, "place_code": place,
                "address": facts.address.strip()[:200], "phone": facts.phone.strip()[:32],
                "hospital_km": facts.hospital_km, "opened_on": legal_day(at),
            },
        )  # fmt: skip
        if is_new:
            write_down("capacity.site_opened", "QuarantineSite", row.id, actor=actor, at=at)
            announce(events.SITE_OPENED, row.id, {"place": place}, at=at)
    return site_of(row)


def close_site(*, site_id: int, reason: str, expected_version: int, actor: Actor, at: datetime) -> Site:  # fmt: skip
    """Close a site in whose rooms nobody is any more.

    Raises:
        NotPermitted, SiteUnknown, ReasonMissing, ChangedMeanwhile, SiteIsClosed, SiteInUse.
    """
    if not reason.strip():
        raise ReasonMissing()
    with transaction.atomic():
        found = get_site(site_id, actor=actor, permission=MANAGE)
        row = models.Site.objects.select_for_update().get(id=found.id)
        require_version(row.version, expected_version)
        if row.closed_on is not None:
            raise SiteIsClosed()
        list(row.rooms.select_for_update().order_by("id").values_list("id"))
        if guests := row.rooms.aggregate(n=Sum("taken"))["n"]:
            raise SiteInUse(guests=guests)
        row.closed_on, row.version = legal_day(at), row.version + 1
        row.save(update_fields=["closed_on", "version"])
        write_down("capacity.site_closed", "QuarantineSite", row.id, reason=reason[:200], actor=actor, at=at)  # fmt: skip
        announce(events.SITE_CLOSED, row.id, {"place": row.place_code}, at=at)
    return site_of(row)


def add_rooms(
    *, site_id: int, numbers: Sequence[str], kind: str = "single", beds: int = 1, actor: Actor, at: datetime
) -> int:  # fmt: skip
    """Enter rooms of a site; numbers that stand there already are left as they are. Returns how many are new.

    Raises:
        NotPermitted, SiteUnknown, SiteIsClosed, KindUnknown, NumberUnreadable.
    """
    if kind not in rules.rule(on=legal_day(at)).rooms:
        raise KindUnknown(kind=kind[:24], what="rooms")
    wanted = rules.numbers(" ".join(numbers))
    with transaction.atomic():
        row = get_site(site_id, actor=actor, permission=MANAGE)
        if row.closed_on is not None:
            raise SiteIsClosed()
        there = set(row.rooms.filter(number__in=wanted).values_list("number", flat=True))
        fresh = [number for number in wanted if number not in there]
        models.Room.objects.bulk_create(
            (models.Room(site=row, number=number, kind=kind, beds=max(1, min(beds, 20)), changed_at=at) for number in fresh),
            ignore_conflicts=True,
        )  # fmt: skip
        write_down("capacity.rooms_added", "QuarantineSite", row.id, details={"rooms": len(fresh)}, actor=actor, at=at)  # fmt: skip
    return len(fresh)


def close_room(*, room_id: int, reason: str, expected_version: int, actor: Actor, at: datetime) -> Room:  # fmt: skip
    """Take a room that nobody has a claim on out of use.

    Raises:
        NotPermitted, RoomUnknown, ReasonMissing, ChangedMeanwhile, NotInThisState.
    """
    if not reason.strip():
        raise ReasonMissing()
    states = (RoomState.FREE, RoomState.CLEANING)
    return _change(room_id, states, RoomState.CLOSED, reason, expected_version, actor, at)


def reopen_room(*, room_id: int, expected_version: int, actor: Actor, at: datetime) -> Room:
    """Put a closed room into use again. Raises NotPermitted, RoomUnknown, ChangedMeanwhile, NotInThisState."""
    return _change(room_id, (RoomState.CLOSED,), RoomState.FREE, "", expected_version, actor, at)


def finish_cleaning(*, room_id: int, expected_version: int, actor: Actor, at: datetime) -> Room:
    """Say that a room was disinfected and can take the next guest.

    Raises:
        NotPermitted, RoomUnknown, ChangedMeanwhile, NotInThisState.
    """
    return _change(room_id, (RoomState.CLEANING,), RoomState.FREE, "", expected_version, actor, at)


def _change(
    room_id: int,
    states: Sequence[RoomState],
    into: RoomState,
    reason: str,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Room:
    with transaction.atomic():
        row = _locked(room_id, actor)
        require_version(row.version, expected_version)
        if RoomState(row.state) not in states:
            raise NotInThisState(state=row.state)
        row.state, row.reason, row.changed_at = into.value, reason.strip()[:200], at
        row.version += 1
        row.save(update_fields=["state", "reason", "changed_at", "version"])
        write_down(f"capacity.room_{into.value}", "QuarantineRoom", row.id, reason=row.reason, actor=actor, at=at)  # fmt: skip
    return room_of(row)


def _locked(room_id: int, actor: Actor) -> models.Room:
    runs = any(RUN in grant.permissions for grant in actor.grants)
    return room_locked(room_id, actor=actor, permission=RUN if runs else MANAGE)
