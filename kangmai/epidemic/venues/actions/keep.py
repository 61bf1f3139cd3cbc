"""Keep venues, their entrances and printed codes, and the devices that scan there."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.rules import is_division
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import models, sealed
from kangmai.epidemic.venues.errors import (
    DeviceUnknown,
    FactsMissing,
    PlaceUnknown,
    VenueKindUnknown,
    VenueUnknown,
)
from kangmai.epidemic.venues.reach import MANAGE, inside
from kangmai.epidemic.venues.reading import device_of, venue_of
from kangmai.epidemic.venues.rulebook import venue_rule
from kangmai.epidemic.venues.types import Device, Venue, VenueFacts
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import require_version, write_down
from kangmai.kernel.words import Words
from kangmai.standards.calendars import legal_day

MOST_ENTRANCES = 40


@emergency_door(Purpose.SCANNING)
def open_venue(
    *, facts: VenueFacts, entrances: Sequence[str], key: str, actor: Actor, at: datetime
) -> Venue:
    """Open a venue with its entrances, each with a code of its own; the same key again returns the first.

    Raises:
        NoOrderInForce, NotPermitted, FactsMissing, VenueKindUnknown, PlaceUnknown.
    """
    require(actor, MANAGE, facts.place_code)
    said = (name.strip()[:60] for name in entrances if name.strip())
    names = list(dict.fromkeys(said))[:MOST_ENTRANCES]
    if not facts.name.strip() or not names:
        raise FactsMissing(fields=Words("名称、出入口", "name, entrances"))
    if facts.kind not in venue_rule(on=legal_day(at)).kinds:
        raise VenueKindUnknown(kind=facts.kind)
    if not is_division(facts.place_code):
        raise PlaceUnknown(place=facts.place_code)
    order = in_force(Purpose.SCANNING, place=facts.place_code, at=at)
    with transaction.atomic():
        first = models.Venue.objects.filter(created_by=actor.account, key=key).first()
        if first is not None:
            return venue_of(first)
        contact = {"manager": facts.manager.strip()[:60], "phone": facts.manager_phone.strip()[:30]}
        content_key, content = sealed.close("venue", key, contact)
        row = models.Venue.objects.create(
            order_id=order.id,
            name=facts.name.strip()[:120],
            kind=facts.kind,
            place_code=facts.place_code,
            address=facts.address.strip()[:200],
            capacity=facts.capacity,
            organization_id=facts.organization,
            longitude=facts.longitude,
            latitude=facts.latitude,
            content=content,
            content_key=content_key,
            key=key,
            created_by=actor.account,
            created_at=at,
        )
        models.Entrance.objects.bulk_create(
            models.Entrance(venue=row, number=n, name=name) for n, name in enumerate(names, 1)
        )
        write_down("venues.opened", "Venue", row.id, actor=actor, at=at)
    return venue_of(row)


@emergency_door(Purpose.SCANNING)
def revoke_code(
    *, venue_id: int, entrance_id: int, expected_version: int, actor: Actor, at: datetime
) -> Venue:
    """Make the code that hangs at an entrance worthless from now on, and another one instead.

    Raises:
        NoOrderInForce, NotPermitted, VenueUnknown, ChangedMeanwhile.
    """
    with transaction.atomic():
        row = _locked(venue_id, actor)
        require_version(row.version, expected_version)
        entrance = row.entrances.select_for_update().filter(id=entrance_id).first()
        if entrance is None:
            raise VenueUnknown()
        entrance.code_version += 1
        entrance.save(update_fields=["code_version"])
        _touch(row)
        write_down("venues.code_revoked", "VenueEntrance", entrance.id, actor=actor, at=at)
    return venue_of(row)


@emergency_door(Purpose.SCANNING)
def close_venue(*, venue_id: int, expected_version: int, actor: Actor, at: datetime) -> Venue:
    """Close a venue: its codes no longer take scans.

    Raises:
        NoOrderInForce, NotPermitted, VenueUnknown, ChangedMeanwhile.
    """
    with transaction.atomic():
        row = _locked(venue_id, actor)
        require_version(row.version, expected_version)
        if row.closed_at is None:
            row.closed_at = at
            _touch(row)
            write_down("venues.closed", "Venue", row.id, actor=actor, at=at)
    return venue_of(row)


@emergency_door(Purpose.SCANNING)
def add_device(*, name: str, venue_id: int, actor: Actor, at: datetime) -> tuple[Device, str]:
    """Register a reader or hand scanner of a venue; its token is returned once and kept as a hash only.

    Raises:
        NoOrderInForce, NotPermitted, VenueUnknown, FactsMissing.
    """
    if not name.strip():
        raise FactsMissing(fields=Words("名称", "name"))
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        venue = _locked(venue_id, actor)
        row = models.Device.objects.create(
            order_id=venue.order_id,
            name=name.strip()[:60],
            venue=venue,
            place_code=venue.place_code,
            token_hash=hashlib.sha256(token.encode()).digest(),
            created_by=actor.account,
            created_at=at,
        )
        write_down("venues.device_added", "VenueDevice", row.id, actor=actor, at=at)
    return device_of(row), token


@emergency_door(Purpose.SCANNING)
def revoke_device(*, device_id: int, actor: Actor, at: datetime) -> Device:
    """Take away a device's right to speak.

    Raises:
        NoOrderInForce, NotPermitted, DeviceUnknown.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        rows = models.Device.objects.select_for_update().filter(inside(actor, MANAGE))
        row = rows.filter(id=device_id).first()
        if row is None:
            raise DeviceUnknown()
        if row.revoked_at is None:
            row.revoked_at = at
            row.save(update_fields=["revoked_at"])
            write_down("venues.device_revoked", "VenueDevice", row.id, actor=actor, at=at)
    return device_of(row)


def _locked(venue_id: int, actor: Actor) -> models.Venue:
    require(actor, MANAGE)
    rows = models.Venue.objects.select_for_update().filter(inside(actor, MANAGE))
    row = rows.filter(id=venue_id).first()
    if row is None:
        raise VenueUnknown()
    return row


def _touch(row: models.Venue) -> None:
    row.version += 1
    row.save(update_fields=["closed_at", "version"])
